// What the companion shows beside the talk: a passage, a formula, a picture, or a question to answer by a click.
import {formula} from "./formula.js";
import {api} from "./panel.js";
import {t} from "./words.js";

const box = document.getElementById("shown");
let latest = null;

// As plain text at once, and drawn when the server has made HTML of it. `answer` is told what was chosen.
// What is there already stays as it is, with what was chosen: after a lost link the server shows it again.
export async function show({event_id, ...event}, session, answer) {
  if (JSON.stringify(event) === JSON.stringify(latest)) return;
  latest = event;
  const card = {...event, chosen: [], answer};
  draw(card, formula(event.mathml) ?? plain(event.body));
  if (event.kind === "formula") return;
  try {
    const {html} = await api(`POST /api/v1/sessions/${session}/rendered`, {text: event.body});
    if (latest === event) draw(card, parsed(html));
  } catch { /* the text stays */ }
}

export function clear() {
  latest = null;
  box.hidden = true;
  box.replaceChildren();
}

function draw(card, content) {
  const {kind, title, choices, choose} = card;
  const named = t(`talk.shown.${kind}`);
  const heading = element("h2", kind === "quiz" ? `${named} ${title}`.trim() : title || named, "");
  heading.id = "shown-kind";
  const label = title && kind !== "quiz" ? [element("small", named, "soft")] : [];
  const parts = [content];
  if (choose) {
    const options = cut(content, choices.length);
    parts.push(choosing(card, options));
  }
  box.dataset.kind = kind;
  box.replaceChildren(...label, heading, ...parts);
  box.hidden = false;
  box.scrollTop = 0;
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

function choosing({choices, choose, chosen, answer}, options) {
  const group = element("div", "", "choices");
  group.setAttribute("role", "group");
  group.setAttribute("aria-labelledby", "shown-kind");
  const done = element("button", t("talk.answer"), "");
  const buttons = choices.map((choice, place) => {
    const button = element("button", "", "quiet");
    const words = {true: t("talk.choice.true"), false: t("talk.choice.false")}[choice] ?? choice;
    button.append(...(options[place] ?? [words]));
    button.addEventListener("click", () => {
      if (choose === "one") chosen.splice(0, 1, choice);
      else if (chosen.includes(choice)) chosen.splice(chosen.indexOf(choice), 1);
      else chosen.push(choice);
      mark();
      if (choose === "one") answer(choice);
    });
    return button;
  });
  const mark = () => {
    buttons.forEach((button, place) => {
      button.setAttribute("aria-pressed", chosen.includes(choices[place]));
      if (choose === "order") button.dataset.place = chosen.indexOf(choices[place]) + 1 || "";
    });
    done.disabled = choose === "order" ? chosen.length < choices.length : !chosen.length;
  };
  done.addEventListener("click", () => answer(chosen.join(", ")));
  mark();
  group.append(...buttons, ...(choose === "one" ? [] : [done]));
  return group;
}

function element(tag, text, name) {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = name;
  if (tag === "button") made.type = "button";
  return made;
}
