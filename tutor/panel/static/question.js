// A question that is answered by a click as well as aloud: what there is to choose from, and how it was answered.
import {element} from "./elements.js";
import {t} from "./words.js";

const named = choice => ({true: t("talk.choice.true"), false: t("talk.choice.false")})[choice] ?? choice;

// Buttons, with the nodes of `options` on them. `chosen` is kept up with; `answer` is told what was chosen.
export function choosing({event: {choices, choose}, chosen, answer}, options) {
  const group = element("div", "", "choices");
  group.setAttribute("role", "group");
  group.setAttribute("aria-labelledby", "shown-kind");
  const done = element("button", t("talk.answer"));
  const buttons = choices.map((choice, place) => {
    const button = element("button", "", "quiet");
    const text = element("span", "");
    text.append(...(options[place] ?? [named(choice)]));
    button.append(text, element("em", ""));
    button.addEventListener("click", () => {
      if (button.ariaDisabled) return;
      if (choose === "one") chosen.splice(0, 1, choice);
      else if (chosen.includes(choice)) chosen.splice(chosen.indexOf(choice), 1);
      else chosen.push(choice);
      press();
      if (choose === "one") answer(choice);
    });
    return button;
  });
  const press = () => {
    buttons.forEach((button, place) => {
      button.setAttribute("aria-pressed", chosen.includes(choices[place]));
      if (choose === "order") button.dataset.place = chosen.indexOf(choices[place]) + 1 || "";
    });
    done.disabled = choose === "order" ? chosen.length < choices.length : !chosen.length;
  };
  done.addEventListener("click", () => answer(chosen.join(", ")));
  group.append(...buttons, ...(choose === "one" ? [] : [done]));
  group.press = press;
  press();
  return group;
}

// Where a mark is said, to screen readers too.
export function verdict() {
  const said = element("p", "", "verdict");
  said.setAttribute("role", "status");
  return said;
}

// Show the card's mark, if it has one. Once it is closed, there is nothing more to click.
export function marked(box, {event: {choices, choose}, chosen, mark}) {
  if (!mark) return;
  const group = box.querySelector(".choices");
  if (group && mark.chosen.length) {
    chosen.splice(0, chosen.length, ...mark.chosen);
    group.press();
  }
  const closed = mark.right.length > 0;
  [...group?.querySelectorAll("button.quiet") ?? []].forEach((button, place) => {
    const how = judged(choices[place], choose, mark);
    button.dataset.mark = how;
    button.lastChild.textContent = how && t(`talk.mark.${how}`);
    if (closed) button.ariaDisabled = "true";
  });
  if (closed) group?.querySelector("button:not(.quiet)")?.remove();
  const told = closed && (mark.verdict !== "right" || !group);
  const right = mark.right.map(named).join(", ");
  const how = mark.verdict === "wrong" && !closed ? "again" : mark.verdict;
  const said = [how !== "told" && t(`talk.verdict.${how}`), told && t("talk.verdict.answer", {answer: right})];
  Object.assign(box.querySelector(".verdict"), {textContent: said.filter(Boolean).join(" ")}).dataset.mark = mark.verdict;
}

// right: well chosen; wrong: not well; answer: it should have been. Of several, an open question tells nothing yet.
function judged(choice, choose, {verdict, chosen, right}) {
  const taken = chosen.includes(choice);
  if (!right.length) return taken && choose === "one" && verdict === "wrong" ? "wrong" : "";
  if (choose === "order") return taken ? (chosen.indexOf(choice) === right.indexOf(choice) ? "right" : "wrong") : "";
  if (right.includes(choice)) return taken ? "right" : "answer";
  return taken ? "wrong" : "";
}
