// Parts of a page that scripts make.
export function element(tag, text, name = "") {
  const made = Object.assign(document.createElement(tag), {textContent: text, className: name});
  if (tag === "button") made.type = "button";
  return made;
}
