// A quiz as its teacher writes it. Nothing is sent before "Save".
import {api, ask} from "./panel.js";
import {ItemList, mark, unmark} from "./item-list.js";
import {fill, grow, read, show} from "./quiz-items.js";
import {words} from "./said.js";
import {sheet} from "./sheet.js";

const form = document.getElementById("quiz");
const made = "made" in form.dataset;
const items = made && new ItemList(document.getElementById("items"), document.getElementById("new-item"), said => {
  touched();
  if (said) state.textContent = said;
});
let sent = [];  // the items of the last save, in their order

function settings() {
  const {title, pass_percent, minutes, max_attempts} = form.elements;
  return {title: title.value, pass_percent: Number(pass_percent.value), time_limit_seconds: minutes.value ? Math.round(minutes.value * 60) : null, max_attempts: max_attempts.value ? Number(max_attempts.value) : null};
}
let saved = JSON.stringify(settings());

async function send(anyway, isSaved) {
  if (!made) {
    const quiz = await api(`POST ${form.dataset.address}`, settings());
    isSaved();
    return location.assign(`/teach/quizzes/${quiz.id}`);
  }
  items.clear();
  sent = items.all();
  if (JSON.stringify(settings()) !== saved) {
    form.dataset.tag = (await ask(`PATCH ${form.dataset.address}/settings`, settings(), anyway ? "*" : form.dataset.tag)).tag;
    saved = JSON.stringify(settings());
  }
  const {data, tag} = await ask(`PUT ${form.dataset.address}/items`, {items: sent.map(read)}, anyway ? "*" : form.dataset.itemsTag);
  form.dataset.itemsTag = tag;
  data.items.forEach(({id}, place) => { sent[place].dataset.id = id; });
  items.forgetGone();
  isSaved();
}

const needs = item => words(`quiz_needs.${item.dataset.kind}`);

// "items.3" is what its kind needs, "items.3.question" one field of it.
function blame(fields) {
  for (const {field, problem} of fields) {
    const [, place, name] = field.match(/^items\.(\d+)(?:\.(\w+))?/) ?? [];
    if (place !== undefined) mark(sent[place], name && !["pairs", "answers", "choices"].includes(name) ? problem : needs(sent[place]));
  }
  const first = form.querySelector(".wrong");
  first?.scrollIntoView({block: "center"});
  return first !== null;
}

function write({settings: {title, pass_percent, time_limit_seconds, max_attempts}, items: before}) {
  const values = {title, pass_percent, minutes: time_limit_seconds ? time_limit_seconds / 60 : "", max_attempts: max_attempts ?? ""};
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  if (!made) return;
  for (const item of items.all()) item.remove();
  for (const one of before) fill(items.build(), one);
}

const {touched, state} = sheet(form, {read: () => ({settings: settings(), items: made ? items.all().map(read) : []}), write, send, blame});

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
  touched();
});
form.addEventListener("click", event => {
  const button = event.target.closest("button");
  if (button?.id === "add") show(items.add() ?? items.all()[0]);
  else if (button && "try" in button.dataset) tryAnswer(button.closest(".item"), button);
});
form.addEventListener("keydown", event => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault();  // a line that is ended does not save the quiz
  if (event.target.name === "said") event.target.closest(".trial").querySelector("button").click();
});
if (made) for (const item of items.all()) show(item);
