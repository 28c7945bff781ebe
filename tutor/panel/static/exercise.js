// A learner's program: kept in this browser as it is written, tried, and checked by the tests of the exercise.
import {api, toast, words} from "./panel.js";
import {codeEditor} from "./code-editor.js";
import {ofRun, ofTests, showing} from "./code-results.js";
import {Draft} from "./draft.js";

const exercise = document.getElementById("exercise");
const area = exercise.querySelector("textarea.source");
const outcome = document.getElementById("outcome");
const buttons = [...exercise.querySelectorAll("[data-does]")];
const draft = new Draft(exercise.dataset.draft);
const address = `/api/v1/lessons/${exercise.dataset.lesson}`;

area.value = draft.read()?.code ?? area.value;
const editor = codeEditor(area);
area.addEventListener("input", () => draft.keep({code: area.value}));

const DOES = {
  run: () => showing(outcome, async () => ofRun(await api(`POST ${address}/run`, {code: area.value, stdin: document.getElementById("stdin").value}))),
  submit: () => showing(outcome, async () => ofTests(await api(`POST ${address}/submit`, {code: area.value}))),
  anew: async () => {
    editor.replace(exercise.dataset.starter);
    toast(words("code.began_anew"));
  },
};

exercise.addEventListener("click", async event => {
  const does = DOES[event.target.closest("[data-does]")?.dataset.does];
  if (!does) return;
  for (const button of buttons) button.disabled = true;
  await does();
  for (const button of buttons) button.disabled = false;
});
area.addEventListener("keydown", event => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  buttons.find(one => one.dataset.does === "run").click();
});
