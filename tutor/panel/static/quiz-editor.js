// A quiz as its teacher writes it: its settings and its items, which the server has apart.
import {ItemList, editList, mark, unmark} from "./item-list.js";
import {changes, together} from "./merge.js";
import {api, ask, words} from "./panel.js";
import {fill, grow, inWords, read, show} from "./quiz-items.js";

const form = document.getElementById("quiz");
const {address} = form.dataset;
const items = new ItemList(document.getElementById("items"), document.getElementById("new-item"), {read, write: fill});
const number = text => text === "" ? null : Number(text);

function settings() {
  const {title, pass_percent, minutes, max_attempts} = form.elements;
  return {title: title.value, pass_percent: number(pass_percent.value), minutes: number(minutes.value), max_attempts: number(max_attempts.value)};
}

function shown({title, pass_percent, time_limit_seconds: seconds, max_attempts}) {
  return {title, pass_percent, minutes: seconds && Number((seconds / 60).toFixed(2)), max_attempts};
}

function sent({title, pass_percent, minutes, max_attempts}) {
  return {title, pass_percent, time_limit_seconds: minutes && Math.round(minutes * 60), max_attempts};
}

const shaped = ({items: made}) => items.shaped(made, one => one.id);

async function load() {
  const [head, list] = await Promise.all(["settings", "items"].map(part => ask(`GET ${address}/${part}`)));
  return {values: {...shown(head.data), ...shaped(list.data)}, tag: {settings: head.tag, items: list.tag}};
}

// What was sent of it has the tag of then, so that it can be sent again when the rest is refused.
async function send(base, values, tag) {
  const changed = Object.keys(changes(base, values));
  let head = sent(values), list = null;
  if (changed.some(name => name in settings())) ({data: head, tag: tag.settings} = await ask(`PATCH ${address}/settings`, head, tag.settings));
  const wanted = together(values).map(([key, value]) => ({...value, id: key}));
  ({data: list, tag: tag.items} = await ask(`PUT ${address}/items`, {items: wanted}, tag.items));
  const now = shaped(list);
  return {values: {...shown(head), ...now}, tag, sent: {...values, ...items.rekey(values, now.order)}};
}

function write(values) {
  for (const [name, value] of Object.entries(values)) if (name in settings()) form.elements[name].value = value ?? "";
}

const needs = item => words(`quiz_needs.${item.dataset.kind}`);

items.all().forEach(show);
editList(form, items, {
  tag: {settings: form.dataset.tag, items: form.dataset.itemsTag},
  read: settings, write, load, send,
  problem: (item, name) => name && !["pairs", "answers", "choices"].includes(name) ? null : needs(item),
  called: inWords,
});

async function tryAnswer(item, button) {
  const verdict = item.querySelector(".verdict");
  unmark(item);
  button.disabled = true;
  try {
    const {verdict: found, score} = await api("POST /api/v1/quizzes/preview-answer", {item: read(item), said: item.querySelector("[name=said]").value});
    verdict.textContent = words(`verdict.${found}`, {percent: Math.round(100 * score)});
  } catch (error) {
    verdict.textContent = "";
    mark(item, error.status === 400 && !error.fields.length ? needs(item) : error.message);
  } finally {
    button.disabled = false;
  }
}

form.addEventListener("input", event => {
  if (event.target.name === "said") return;
  const item = event.target.closest(".item");
  grow(event.target.closest("[data-part] > li"));
  if (item) show(item);
});
form.addEventListener("click", event => {
  const button = event.target.closest("button");
  if (button?.id === "add") items.add();
  else if (button && "try" in button.dataset) tryAnswer(button.closest(".item"), button);
});
form.addEventListener("keydown", event => {
  if (event.key === "Enter" && event.target.name === "said") event.target.closest(".trial").querySelector("button").click();
});
