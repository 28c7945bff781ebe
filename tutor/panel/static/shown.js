// What the companion shows beside the talk: a passage, a formula, a picture, or a question to answer by a click.
import {element} from "./elements.js";
import {formula} from "./formula.js";
import {api} from "./panel.js";
import {choosing, marked, verdict} from "./question.js";
import {t} from "./words.js";

const [box, body, label, heading, fold] = ["shown", "shown-body", "shown-label", "shown-kind", "fold"].map(id => document.getElementById(id));
const SEEN = 4000;  // ms that a mark is there at least before the next card
let card = null;    // what is shown now
let next = null;    // the timer of what waits

// A question that is there already stays, with what was chosen, and is marked: also after a lost link, when it is shown
// again. One that was marked and comes without is asked anew.
export function show({event_id, mark, ...event}, session, answer) {
  clearTimeout(next);
  if (card && alike(event, card.event) && (mark || !card.mark)) return note(mark);
  const seen = card?.markedAt ? card.markedAt + SEEN - Date.now() : 0;
  const put = () => replace({event, chosen: [], answer, mark, markedAt: mark && Date.now()}, session);
  if (seen > 0) next = setTimeout(put, seen);
  else put();
}

// Folded it leaves its room to the captions; the next card is shown again.
fold.addEventListener("click", () => open(body.hidden));

function open(is) {
  body.hidden = !is;
  fold.setAttribute("aria-expanded", is);
}

const alike = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export function clear() {
  clearTimeout(next);
  card = null;
  box.hidden = true;
  body.replaceChildren();
}

// As plain text at once, and drawn when the server has made HTML of it. `answer` is told what was chosen.
async function replace(fresh, session) {
  card = fresh;
  open(true);
  draw(formula(fresh.event.mathml) ?? plain(fresh.event.body));
  if (fresh.event.kind === "formula") return;
  try {
    const {html} = await api(`POST /api/v1/sessions/${session}/rendered`, {text: fresh.event.body});
    if (card === fresh) draw(parsed(html));
  } catch { /* the text stays */ }
}

function note(mark) {
  if (alike(mark, card.mark)) return;
  Object.assign(card, {mark, markedAt: Date.now()});
  marked(body, card);
}

function draw(content) {
  const {kind, title, choices, choose} = card.event;
  const named = t(`talk.shown.${kind}`);
  heading.textContent = kind === "quiz" ? `${named} ${title}`.trim() : title || named;
  label.textContent = title && kind !== "quiz" ? named : "";
  const parts = [content];
  if (choose) {
    const options = cut(content, choices.length);
    parts.push(choosing(card, options));
  }
  if (kind === "quiz") parts.push(verdict());
  box.dataset.kind = kind;
  body.replaceChildren(...parts);
  marked(body, card);
  box.hidden = false;
  body.scrollTop = 0;
}

// Without Markdown's marks, which are not to be read.
function plain(text) {
  const made = document.createElement("div");
  const [body, ...listed] = text.replace(/\*\*|__|`|^#+ |!\[[^\]]*\]\([^)]*\)/gm, "").split(/\n(?=- )/);
  made.append(...body.split(/\n{2,}/).map(part => element("p", part.replaceAll("\n", " "), "")));
  if (listed.length) {
    const list = document.createElement("ul");
    list.append(...listed.map(one => element("li", one.slice(2), "")));
    made.append(list);
  }
  return made;
}

// The server escaped what an author wrote as HTML.
function parsed(html) {
  const made = element("div", "", "prose");
  made.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  return made;
}

// The list at the end is what there is to choose from: it is taken out, each entry to go on a button.
function cut(content, count) {
  const list = content.lastElementChild;
  if (list?.localName !== "ul" || list.children.length !== count) return [];
  list.remove();
  return [...list.children].map(one => one.childNodes);
}
