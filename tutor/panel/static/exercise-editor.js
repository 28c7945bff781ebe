// A code exercise as its teacher writes it: the task, the program to begin with, the tests; tried with a solution.
import {entitle} from "./carry.js";
import {codeEditor} from "./code-editor.js";
import {ofTests, showing} from "./code-results.js";
import {ItemList, editList} from "./item-list.js";
import {together} from "./merge.js";
import {api, ask} from "./panel.js";

const form = document.getElementById("exercise");
const {task, starter, solution} = form.elements;
const {address, tag} = form.dataset;
const cases = new ItemList(document.getElementById("items"), document.getElementById("new-item"), {read: readCase, write: writeCase});

function field(item, name) {
  return item.querySelector(`[name=${name}]`);
}

function readCase(item) {
  const way = field(item, "way").value;
  return {name: field(item, "name").value, expected: field(item, "expected").value, hidden: field(item, "hidden").checked, [way]: field(item, way).value};
}

function writeCase(item, {name, expected, hidden, stdin, call}) {
  field(item, "way").value = call === undefined || (stdin !== undefined && (stdin || (expected && !call))) ? "stdin" : "call";
  for (const [key, value] of Object.entries({name, expected, stdin: stdin ?? "", call: call ?? ""})) field(item, key).value = value;
  field(item, "hidden").checked = hidden;
  show(item);
}

function show(item) {
  item.dataset.kind = field(item, "way").value;
  if (field(item, "name").value.trim()) entitle(item, field(item, "name").value);
}

function inWords({name, expected, hidden, stdin, call}) {
  const label = item => item.closest("label").textContent.trim();
  return {title: name, text: [name, call ?? stdin, `→ ${expected}`, hidden && label(field(cases.blank.content, "hidden"))].filter(Boolean).join("\n")};
}

function write(values) {
  for (const area of [task, starter, solution]) {
    if (area.value === values[area.name]) continue;
    area.value = values[area.name];
    area.dispatchEvent(new Event("input"));  // for the numbers of its lines
  }
}

// The solution is nobody's but this browser's.
const got = ({data, tag}) => ({values: {task: data.task, starter: data.starter, solution: solution.value, ...cases.shaped(data.cases, one => one.name)}, tag});
const exercise = ({task, starter, ...values}) => ({task, starter, cases: together(values).map(([, value]) => value)});

async function send(base, values, tag) {
  const made = got(await ask(`PUT ${address}`, exercise(values), tag));
  return {...made, sent: {...values, ...cases.rekey(values, made.values.order)}};
}

for (const area of [starter, solution]) codeEditor(area);
const editing = editList(form, cases, {
  tag, write, send,
  read: () => ({task: task.value, starter: starter.value, solution: solution.value}),
  load: async () => got(await ask(`GET ${address}`)),
  called: inWords,
});

form.addEventListener("input", event => {
  const item = event.target.closest(".item");
  if (item) show(item);
});
document.getElementById("add").addEventListener("click", () => cases.add());
document.getElementById("try").addEventListener("click", async event => {
  event.target.disabled = true;
  await showing(document.getElementById("outcome"), async () => ofTests(await api("POST /api/v1/exercises/preview", {exercise: exercise(editing.read()), code: solution.value})));
  event.target.disabled = false;
});
