// A code exercise as its teacher writes it: the task, the program to begin with, the tests; tried with a solution.
import {api, ask} from "./panel.js";
import {entitle} from "./carry.js";
import {codeEditor} from "./code-editor.js";
import {ofTests, showing} from "./code-results.js";
import {ItemList, mark} from "./item-list.js";
import {sheet} from "./sheet.js";

const form = document.getElementById("sheet");
const {task, starter, solution} = form.elements;
const cases = new ItemList(document.getElementById("items"), document.getElementById("new-item"), said => {
  touched();
  if (said) state.textContent = said;
});
let sent = [];  // the tests of the last save, in their order

const field = (item, name) => item.querySelector(`[name=${name}]`);

function readCase(item) {
  const way = field(item, "way").value;
  return {name: field(item, "name").value, expected: field(item, "expected").value, hidden: field(item, "hidden").checked, [way]: field(item, way).value};
}

function writeCase(item, {name, expected, hidden, stdin, call}) {
  field(item, "way").value = call === undefined ? "stdin" : "call";
  for (const [key, value] of Object.entries({name, expected, stdin: stdin ?? "", call: call ?? ""})) field(item, key).value = value;
  field(item, "hidden").checked = hidden;
  show(item);
}

function show(item) {
  item.dataset.kind = field(item, "way").value;
  if (field(item, "name").value.trim()) entitle(item, field(item, "name").value);
}

const exercise = () => ({task: task.value, starter: starter.value, cases: cases.all().map(readCase)});

async function send(anyway, isSaved) {
  cases.clear();
  sent = cases.all();
  form.dataset.tag = (await ask(`PUT ${form.dataset.address}`, exercise(), anyway ? "*" : form.dataset.tag)).tag;
  cases.forgetGone();
  isSaved();
}

function blame(fields) {
  for (const {field: name, problem} of fields) {
    const place = name.match(/^(?:exercise\.)?cases\.(\d+)/)?.[1];
    if (place !== undefined) mark(sent[place], problem);
  }
  form.querySelector(".wrong")?.scrollIntoView({block: "center"});
  return form.querySelector(".wrong") !== null;
}

function write(before) {
  for (const [area, editor] of editors) if (before[area.name] !== undefined) editor.replace(before[area.name]);
  task.value = before.task;
  for (const item of cases.all()) item.remove();
  for (const one of before.cases) writeCase(cases.build(), one);
}

const editors = new Map([starter, solution].map(area => [area, codeEditor(area)]));
const {touched, state} = sheet(form, {read: () => ({...exercise(), solution: solution.value}), write, send, blame});

form.addEventListener("input", event => {
  const item = event.target.closest(".item");
  if (item) show(item);
  touched();
});
form.addEventListener("keydown", event => {
  if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();  // a line that is ended does not save
});
document.getElementById("add").addEventListener("click", () => cases.add());
document.getElementById("try").addEventListener("click", async event => {
  event.target.disabled = true;
  await showing(document.getElementById("outcome"), async () => ofTests(await api("POST /api/v1/exercises/preview", {exercise: exercise(), code: solution.value})));
  event.target.disabled = false;
});
