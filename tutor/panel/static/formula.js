// Formulae that the server sent as MathML. What is not known is left out, so that no message can bring a link or a script.
const MATHML = "http://www.w3.org/1998/Math/MathML";
const ELEMENTS = new Set("menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover".split(" "));
const ATTRIBUTES = new Set("accent columnalign columnspacing depth display displaystyle fence form height largeop linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits notation rowspacing rspace scriptlevel separator stretchy width".split(" "));

// The element to show, or null if it is no formula.
export function formula(mathml) {
  if (!mathml) return null;
  const root = new DOMParser().parseFromString(mathml, "application/xml").documentElement;
  return root.localName === "math" ? copy(root) : null;
}

function copy(from) {
  const to = document.createElementNS(MATHML, from.localName);
  for (const {name, value} of from.attributes) if (ATTRIBUTES.has(name)) to.setAttribute(name, value);
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) to.append(child.data);
    else if (ELEMENTS.has(child.localName)) to.append(copy(child));
  }
  return to;
}
