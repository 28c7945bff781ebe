// A quiz as its teacher writes it. Nothing is sent before "Save"; until then it is kept as a draft in this browser.
import {api, ask, toast} from "/static/panel.js";
import {Draft} from "/static/draft.js";
import {fill, grow, read, show} from "/static/quiz-items.js";
import {reorderable} from "/static/reorder.js";

const form = document.getElementById("quiz");
const list = document.getElementById("items");
const problem = form.querySelector(".bar .problem");
const state = document.getElementById("state");
const words = JSON.parse(document.getElementById("words").textContent);
const draft = new Draft(form.dataset.draft);
const made = "made" in form.dataset;
const say = (key, gaps = {}) => words[key].replace(/\{(\w+)\}/g, (gap, name) => gaps[name]);
const all = () => [...list?.querySelectorAll(":scope > .item") ?? []];
let changed = false;

function settings() {
  const {title, pass_percent, minutes, max_attempts} = Object.fromEntries(["title", "pass_percent", "minutes", "max_attempts"].map(name => [name, form.elements[name].value]));
  return {title, pass_percent: Number(pass_percent), time_limit_seconds: minutes ? Math.round(minutes * 60) : null, max_attempts: max_attempts ? Number(max_attempts) : null};
}
let saved = JSON.stringify(settings());

function touched() {
  changed = true;
  state.textContent = words["quizscript.unsaved"];
  draft.keep({settings: settings(), items: all().map(read)});
}

function number() {
  all().forEach((item, place) => { item.querySelector(".number").textContent = place + 1; });
  document.getElementById("none").hidden = all().length > 0;
}

function build(values) {
  const item = document.getElementById("new-item").content.firstElementChild.cloneNode(true);
  if (values) fill(item, values);
  else show(item);
  list.append(item);
  return item;
}

function add() {
  const most = Number(list.dataset.most);
  if (all().length >= most) return toast(say("quizscript.full", {most}));
  const item = build();
  item.querySelector("details").open = true;
  number();
  touched();
  item.querySelector("[name=question]").focus();
}

// It is only gone when that is saved: until then it lies here and can be taken back.
function remove(item) {
  const gone = document.createElement("li");
  const undo = document.createElement("button");
  gone.className = "gone";
  gone.append(Object.assign(document.createElement("span"), {className: "grow", textContent: words["quizscript.gone"]}), undo);
  Object.assign(undo, {type: "button", className: "quiet", textContent: words["quizscript.undo"]});
  undo.addEventListener("click", () => {
    gone.replaceWith(item);
    number();
    touched();
    item.querySelector("summary").focus();
  });
  item.replaceWith(gone);
  undo.focus();
  number();
  touched();
}

async function tryAnswer(item) {
  const verdict = item.querySelector(".verdict");
  clear(item);
  try {
    const {verdict: found, score} = await api("POST /api/v1/quizzes/preview-answer", {item: read(item), said: item.querySelector("[name=said]").value});
    verdict.textContent = say(`verdict.${found}`, {percent: Math.round(100 * score)});
  } catch (error) {
    verdict.textContent = "";
    mark(item, error.status === 400 && !error.fields.length ? words[`quiz_needs.${item.dataset.kind}`] : error.message);
  }
}

// --- what is wrong, beside the item --------------------------------------------------------------

function clear(item) {
  item.classList.remove("wrong");
  item.querySelector(".problem").hidden = true;
}

function mark(item, text) {
  const said = item.querySelector(".problem");
  item.classList.add("wrong");
  item.querySelector("details").open = true;
  said.textContent = text;
  said.hidden = false;
}

// "items.3" is what its kind needs, "items.3.question" one field of it.
function blame(fields, sent) {
  for (const {field, problem: text} of fields) {
    const [, place, name] = field.match(/^items\.(\d+)(?:\.(\w+))?/) ?? [];
    if (place !== undefined) mark(sent[place], name && !["pairs", "answers", "choices"].includes(name) ? text : words[`quiz_needs.${sent[place].dataset.kind}`]);
  }
  form.querySelector(".wrong")?.scrollIntoView({block: "center"});
}

// The browser says what is missing, in the person's language; it can only do so where it is seen.
function complete() {
  const wrong = form.querySelector(":is(input, select, textarea):invalid");
  const folded = wrong?.closest("details");
  if (folded) folded.open = true;
  return form.reportValidity();
}

// --- saving --------------------------------------------------------------------------------------

async function save(anyway) {
  problem.hidden = true;
  document.getElementById("anyway").hidden = true;
  for (const item of all()) clear(item);
  if (!complete()) return;
  const sent = all();
  try {
    if (!made) {
      const quiz = await api(`POST ${form.dataset.address}`, settings());
      draft.drop();
      changed = false;
      return location.assign(`/teach/quizzes/${quiz.id}`);
    }
    if (JSON.stringify(settings()) !== saved) {
      form.dataset.tag = (await ask(`PATCH ${form.dataset.address}/settings`, settings(), anyway ? "*" : form.dataset.tag)).tag;
      saved = JSON.stringify(settings());
    }
    const put = await ask(`PUT ${form.dataset.address}/items`, {items: sent.map(read)}, anyway ? "*" : form.dataset.itemsTag);
    form.dataset.itemsTag = put.tag;
    put.data.items.forEach(({id}, place) => { sent[place].dataset.id = id; });
    for (const gone of list.querySelectorAll(".gone")) gone.remove();
    draft.drop();
    changed = false;
    state.textContent = words["quizscript.saved"];
  } catch (error) {
    blame(error.fields ?? [], sent);
    problem.textContent = form.querySelector(".wrong") ? words["quizscript.marked"] : error.message;
    problem.hidden = false;
    document.getElementById("anyway").hidden = error.status !== 412;
  }
}

async function pressed(button, what) {
  button.disabled = true;
  await what();
  button.disabled = false;
}

form.addEventListener("submit", event => {
  event.preventDefault();
  pressed(form.querySelector("[type=submit]"), () => save(false));
});
document.getElementById("anyway").addEventListener("click", event => pressed(event.target, () => save(true)));
form.addEventListener("input", event => {
  if (event.target.name === "said") return;
  const item = event.target.closest(".item");
  grow(event.target.closest("[data-part] > li"));
  if (item) show(item);
  touched();
});
form.addEventListener("click", event => {
  const button = event.target.closest("button");
  const item = button?.closest(".item");
  if (button?.id === "add") add();
  else if (button && "remove" in button.dataset) remove(item);
  else if (button && "try" in button.dataset) pressed(button, () => tryAnswer(item));
});
form.addEventListener("keydown", event => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault();  // a line that is ended does not save the quiz
  if (event.target.name === "said") event.target.closest(".trial").querySelector("button").click();
});
addEventListener("beforeunload", event => { if (changed) event.preventDefault(); });

if (list) {
  for (const item of all()) show(item);
  reorderable(list, item => {
    number();
    touched();
    state.textContent = say("quizscript.moved", {place: all().indexOf(item) + 1, all: all().length});
  });
}

// --- a draft from before -------------------------------------------------------------------------

const kept = document.getElementById("kept");
const before = draft.read();
kept.hidden = !before;
kept.addEventListener("click", event => {
  const wanted = event.target.dataset.draft;
  if (!wanted) return;
  kept.hidden = true;
  if (wanted === "drop") return draft.drop();
  const {settings: {title, pass_percent, time_limit_seconds, max_attempts}, items} = before;
  Object.assign(form.elements.title, {value: title});
  form.elements.pass_percent.value = pass_percent;
  form.elements.minutes.value = time_limit_seconds ? time_limit_seconds / 60 : "";
  form.elements.max_attempts.value = max_attempts ?? "";
  if (list) list.replaceChildren();
  for (const item of list ? items : []) build(item);
  if (list) number();
  touched();
});
