// What the companion shows beside the talk.
import {formula} from "./formula.js";
import {t} from "./words.js";

const box = document.getElementById("shown");

function element(tag, text, name = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = name;
  return made;
}

// Markdown's marks are not to be read.
const plain = text => text.replace(/\*\*|__|`|^#+ /gm, "");

export function show({kind, title, body, mathml}) {
  const heading = element("h2", title || t(`talk.shown.${kind}`));
  heading.id = "shown-kind";
  box.dataset.kind = kind;
  const drawn = formula(mathml);
  const parts = drawn ? [drawn] : plain(body).split(/\n{2,}/).map(text => element("p", kind === "lesson" ? text.replaceAll("\n", " ") : text, "lines"));
  box.replaceChildren(...(title ? [element("small", t(`talk.shown.${kind}`), "soft")] : []), heading, ...parts);
  box.hidden = false;
  box.scrollTop = 0;
}

export function clear() {
  box.hidden = true;
  box.replaceChildren();
}
