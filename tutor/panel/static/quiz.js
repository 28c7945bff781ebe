// An open attempt: each answer is kept as soon as it is given, and all of them before the attempt is handed in.
import {api, toast} from "./panel.js";
import {carry} from "./carry.js";

const form = document.getElementById("attempt");
const problem = form.querySelector(".problem");
const left = document.getElementById("left");
const address = `/api/v1/attempts/${form.dataset.attempt}`;
const kept = new Map();  // what was sent last for each item, so that nothing is sent twice
let sending = Promise.resolve();

const values = (item, selector) => [...item.querySelectorAll(selector)].map(one => one.value);

// The body of the answer; null while there is none or a part of it is missing.
const READ = {
  one: item => some("places", values(item, "input:checked").map(Number)),
  several: item => some("places", values(item, "input:checked").map(Number)),
  order: item => some("places", [...item.querySelectorAll("li")].map(one => Number(one.dataset.place))),
  match: item => values(item, "select").includes("") ? null : some("places", values(item, "select").map(Number)),
  gaps: item => some("texts", values(item, "input")),
  text: item => some("text", item.querySelector("input").value.trim()),
};
const some = (name, given) => given.length && [...given].some(one => one !== "") ? {[name]: given} : null;

// One after another: the last answer to an item is the one that stays.
function keep(item) {
  const body = READ[item.dataset.way](item);
  const text = JSON.stringify(body);
  if (!body || kept.get(item) === text) return sending;
  kept.set(item, text);
  sending = sending.catch(() => {}).then(() => api(`PUT ${address}/answers/${item.dataset.item}`, body));
  return sending.catch(error => {
    kept.delete(item);
    throw error;
  });
}

async function handIn() {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  problem.hidden = true;
  try {
    for (const item of form.querySelectorAll("[data-item]")) await keep(item);
    await api(`POST ${address}/submit`);
    location.reload();
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
    button.disabled = false;
  }
}

form.addEventListener("change", event => keep(event.target.closest("[data-item]")).catch(error => toast(error.message)));
form.addEventListener("submit", event => {
  event.preventDefault();
  handIn();
});
for (const item of form.querySelectorAll("[data-way=order]")) carry(item, () => keep(item).catch(error => toast(error.message)));

// When the time is over the server grades what it has: nothing is left to hand in but that.
function tick() {
  const seconds = Math.max(0, Math.round((new Date(left.dataset.deadline) - Date.now()) / 1000));
  left.textContent = `⏱ ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (seconds) return;
  clearInterval(clock);
  api(`POST ${address}/submit`).then(() => location.reload(), error => toast(error.message));
}
const clock = left && setInterval(tick, 1000);
