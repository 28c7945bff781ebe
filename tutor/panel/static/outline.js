// The contents of a course in its editor: modules and lessons, added, renamed, moved and deleted where they stand.
import {ask, toast, words} from "./panel.js";
import {carry, rowOf, titleOf} from "./carry.js";
import {arrange, order, rebase, sync} from "./outline-rows.js";
import {rename} from "./rename.js";

const root = document.getElementById("outline");
const address = `/api/v1/courses/${root.dataset.course}/outline`;
const sure = document.getElementById("sure");
const notice = document.getElementById("changed");
let tag = root.dataset.tag;
let known = order(root);  // as the server has it
let doing = Promise.resolve();

// One after another: each needs the ETag that the one before it left.
const next = act => doing = doing.then(act).catch(error => {
  arrange(root, known);
  toast(error.message);
});

function took({data, tag: now}) {
  tag = now;
  known = data.modules.map(one => ({id: one.id, lessons: one.lessons.map(lesson => lesson.id)}));
  if (!root.dataset.held) sync(root, data);
}
const refresh = async () => took(await ask(`GET ${address}`));

async function place(wanted) {
  try {
    took(await ask(`PUT ${address}`, {modules: wanted}, tag));
  } catch (error) {
    if (error.status !== 412 && error.status !== 400) throw error;
    await refresh();  // theirs is shown; mine is one press away
    notice.hidden = false;
    notice.querySelector("[data-choice=mine]").onclick = () => settle(() => place(rebase(wanted, known)));
    notice.querySelector("[data-choice=theirs]").onclick = () => settle(() => {});
    notice.querySelector("button").focus();
  }
}

function settle(act) {
  notice.hidden = true;
  next(act);
}

carry(root, () => {
  const wanted = rebase(order(root), known);
  if (JSON.stringify(wanted) !== JSON.stringify(known)) next(() => place(wanted));
});

async function add(form, title) {
  const input = form.querySelector("input");
  const module = form.closest("[data-module]")?.dataset.module;
  try {
    await ask(module ? `POST /api/v1/modules/${module}/lessons` : `POST /api/v1/courses/${root.dataset.course}/modules`, {title, ...(module && {language: root.dataset.language})});
    await refresh();
  } catch (error) {
    input.value ||= title;
    throw error;
  }
  const made = module ? input : [...root.querySelectorAll("[data-module]")].at(-1).querySelector(".add input");
  if (!input.value && [input, document.body].includes(document.activeElement)) made.focus();  // what one types next
  document.getElementById("said").textContent = words("said.added", {title});
}

async function remove(row) {
  const title = titleOf(row);
  const count = row.querySelectorAll("[data-lesson]").length;
  sure.querySelector("h2").textContent = words("said.delete_title", {title});
  sure.querySelector("[data-note]").textContent = words(row.dataset.module ? "said.delete_module" : "said.delete_lesson", {count});
  sure.returnValue = "";
  sure.showModal();
  await new Promise(done => sure.addEventListener("close", done, {once: true}));
  if (sure.returnValue !== "delete") return;
  const neighbour = row.nextElementSibling ?? row.previousElementSibling ?? row.parentElement.closest("[data-module]");
  row.hidden = true;
  next(async () => {
    try {
      await ask(row.dataset.module ? `DELETE /api/v1/modules/${row.dataset.module}` : `DELETE /api/v1/lessons/${row.dataset.lesson}`);
    } catch (error) {
      row.hidden = false;
      throw error;
    }
    await refresh();
    neighbour?.querySelector(".grip")?.focus();
  });
}

root.addEventListener("submit", event => {
  if (!event.target.dataset.add) return;
  event.preventDefault();
  const input = event.target.querySelector("input");
  const title = input.value.trim();
  input.value = "";  // at once, for the next one may be typed while this one is on its way
  if (title) next(() => add(event.target, title));
});
root.addEventListener("click", event => {
  const act = event.target.closest("[data-act]")?.dataset.act;
  const row = rowOf(event.target);
  if (act === "delete") remove(row);
  if (act === "rename") rename(row, async save => next(async () => {
    await save();
    await refresh();
  }));
});
