// A companion is edited; its voice is heard and one turn tried as the form has it, saved or not.
import {editForm} from "./editing.js";
import {busy, api, check, fields, toast} from "./panel.js";
import {hear} from "./voice.js";

const form = document.getElementById("companion");
const source = form.querySelector("[data-json]");
const NAMES = ["name", "topic", "subject", "style", "patience", "duration_minutes", "language", "speed", "voice"];

// Where it teaches from is three ids for the REST API, and one choice for who edits it.
function chosen(data) {
  const is = ({value}) => Object.entries(JSON.parse(value)).every(([name, id]) => data[name] === id);
  return [...source.options].find(is)?.value ?? source.value;
}

if (form.dataset.address) {
  source.name = "source";
  editForm(form, {
    read: () => Object.fromEntries([...NAMES, "source"].map(name => [name, form.elements[name].value])),
    shown: data => ({...Object.fromEntries(NAMES.map(name => [name, String(data[name])])), source: chosen(data)}),
    sent: ({source, ...values}) => ({...values, ...JSON.parse(source ?? "{}")}),
  });
}

function hearIt() {
  const {voice, speed, language, name, topic} = fields(form);
  return hear({voice, speed, language, text: [name, topic].filter(Boolean).join(". ") || "Viva"});
}

async function tryTurn() {
  if (!check(form)) return;
  const {source, ...companion} = fields(form);
  const answer = document.getElementById("answer");
  answer.textContent = "";
  answer.classList.add("skeleton");
  try {
    answer.textContent = (await api("POST /api/v1/companions/preview-turn", {...companion, text: document.getElementById("learner-says").value})).text;
  } finally {
    answer.classList.remove("skeleton");
  }
}

for (const [id, what] of Object.entries({hear: hearIt, try: tryTurn})) {
  const button = document.getElementById(id);
  button.addEventListener("click", () => busy(button, what).catch(error => toast(error.message)));
}
