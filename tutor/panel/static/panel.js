// What pages do beyond showing: forms and buttons that call the REST API, dates as people write them, messages.
import {filled, invalid, refusal} from "./problems.js";

export const strings = JSON.parse(document.getElementById("strings").textContent);
const own = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

// The strings of this page's own scripts.
export const words = (key, values = {}) => filled(own[key] ?? key, values);

const MOST_TOASTS = 4;

// With an address the message leads there.
export function toast(text, address) {
  const toasts = document.getElementById("toasts");
  const message = document.createElement("p");
  const words = address ? document.createElement("a") : message;
  words.textContent = text;
  if (address) {
    words.href = address;
    message.append(words);
  }
  for (const said of toasts.children) if (said.textContent === text) said.remove();
  toasts.append(message);
  if (toasts.childElementCount > MOST_TOASTS) toasts.firstElementChild.remove();
  setTimeout(() => message.remove(), address ? 12000 : 6000);
}

// `what` is a method and an address; `tag` the ETag of what was seen: an edit without one is of one's own things,
// where the last word counts. Answers {data, tag}. Throws an Error whose text can be shown, with the `status`, the
// `fields` that are wrong, and `plans` if a larger plan would help.
export async function ask(what, body, tag = "*") {
  const [method, address] = what.split(" ");
  let answer;
  try {
    answer = await fetch(address, {method, ...(body && {body: JSON.stringify(body), headers: {"Content-Type": "application/json", ...(["PATCH", "PUT"].includes(method) && {"If-Match": tag})}})});
  } catch {
    throw new Error(strings["script.offline"]);
  }
  if (answer.status === 204) return {data: null};
  const got = await answer.json().catch(() => ({}));
  if (answer.ok) return {data: got.data, tag: answer.headers.get("ETag")};
  const refused = answer.status === 412 ? new Error(strings["script.changed"]) : refusal(got);
  throw Object.assign(refused, {status: answer.status, fields: refused.fields ?? []});
}

export const api = async (what, body, tag) => (await ask(what, body, tag)).data;

// To another page, or to this one anew; true, for `busy`. Who is asked about what is unsaved, and stays, goes on here:
// while the browser asks, no timer runs.
export function leave(address) {
  addEventListener("beforeunload", event => setTimeout(() => { if (event.defaultPrevented) stay(); }), {once: true});
  if (address) location.assign(address);
  else location.reload();
  return true;
}

// Where to go after it worked: an address, with fields of the answer in it, or "" for this page anew. True if anywhere.
function then({dataset}, made) {
  return dataset.then !== undefined && leave(filled(dataset.then, made ?? {}));
}

// The button waits while `work` goes on, so that nothing is done twice; if that led to another page (true), it waits
// until that has come, or one comes back to this one.
const left = new Set();
export async function busy(button, work) {
  button.disabled = true;
  const gone = await work().catch(error => error);
  if (gone === true) left.add(button);
  else button.disabled = false;
  if (gone instanceof Error) throw gone;
}
function stay() {
  for (const button of left) button.disabled = false;
  left.clear();
}
addEventListener("pageshow", ({persisted}) => { if (persisted) stay(); });

// What a form says; a select with data-json has several fields in each of its values, a text with data-split is a list,
// and so are the boxes in what has data-many; a box with data-flag is true or false, and an empty field with data-none is null.
export function fields(form) {
  const all = Object.fromEntries(new FormData(form));
  for (const several of form.querySelectorAll("[data-json]")) Object.assign(all, JSON.parse(several.value));
  for (const none of form.querySelectorAll("[data-none]")) all[none.name] ||= null;
  for (const list of form.querySelectorAll("[data-split]")) all[list.name] = list.value.split(list.dataset.split === "line" ? "\n" : ",").map(one => one.trim()).filter(Boolean);
  for (const box of form.querySelectorAll("input[data-flag]")) all[box.name] = box.checked;
  for (const group of form.querySelectorAll("[data-many]")) all[group.dataset.many] = [...group.querySelectorAll(":checked")].map(box => box.value);
  return {...JSON.parse(form.dataset.body ?? "{}"), ...all};
}

// Under the field, in words, and for screen readers with it.
let blamed = 0;
function blame(input, text) {
  const said = document.createElement("small");
  said.className = "problem said";
  said.id = `problem-${++blamed}`;
  said.textContent = text;
  input.after(said);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", said.id);
}

// To the first field that is wrong, wherever it is folded away.
function lead(form) {
  const first = form.querySelector("[aria-invalid]");
  for (let fold = first?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  first?.focus();
  first?.scrollIntoView({block: "nearest"});  // it may have had the focus already
}

// Where a form says what is wrong with all of it.
export const problemOf = form => form.querySelector(".problem:not(.said, .item *)");

// Whether the form can be sent; what is wrong is said anew.
export function check(form) {
  for (const said of form.querySelectorAll(".said")) said.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
  for (const input of form.querySelectorAll(":is(input, select, textarea):invalid")) blame(input, invalid(input));
  lead(form);
  return form.checkValidity();
}

async function press(button) {
  const {api: what, body} = button.dataset;
  await busy(button, async () => then(button, await api(what, body && JSON.parse(body)))).catch(error => toast(error.message, error.plans && "/plans"));
}

// Shown as done at once, and undone visibly when the server says no.
async function toggle(button) {
  const before = button.getAttribute("aria-pressed") === "true";
  button.setAttribute("aria-pressed", !before);
  try {
    await api(`${before ? "DELETE" : "PUT"} ${button.dataset.toggle}`);
  } catch (error) {
    button.setAttribute("aria-pressed", before);
    toast(error.message);
  }
}

// An error where there is room for it; with the way to the plans if a larger one would help.
export function say(where, error) {
  where.textContent = error.message;
  if (error.plans) {
    const link = document.createElement("a");
    link.href = "/plans";
    link.textContent = strings["script.quota.compare"];
    where.append(" ", link);
  }
  where.hidden = false;
}

// What the server found wrong, next to its fields; all of it in words.
export function blameAll(form, error) {
  for (const {field, problem} of error.fields ?? []) if (form.elements[field.split(".")[0]]) blame(form.elements[field.split(".")[0]], problem);
  say(problemOf(form), error);
  lead(form);
}

// Does `work` with what the form says if that can be sent; what goes wrong is said beside the fields.
export async function submit(form, work) {
  problemOf(form).hidden = true;
  if (check(form)) await busy(form.querySelector("[type=submit]"), () => work(fields(form))).catch(error => blameAll(form, error));
}

const send = form => submit(form, async said => {
  const made = await api(form.dataset.api, said, form.dataset.tag);
  if (form.dataset.done) {
    form.reset();
    toast(form.dataset.done);
  }
  return then(form, made);
});

document.addEventListener("click", event => {
  const button = event.target.closest("button");
  if (button?.dataset.opens) document.getElementById(button.dataset.opens).showModal();
  else if (button?.dataset.toggle) toggle(button);
  else if (button?.dataset.api) press(button);
  const menu = document.querySelector("details.me[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", event => {
  const menu = document.querySelector("details.me[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("submit", event => {
  if (!event.target.dataset.api) return;
  event.preventDefault();
  send(event.target);
});
const day = new Intl.DateTimeFormat(document.documentElement.lang, {dateStyle: "medium"});
const moment = new Intl.DateTimeFormat(document.documentElement.lang, {dateStyle: "medium", timeStyle: "short"});
export function dates(root) {
  for (const time of root.querySelectorAll("time[datetime]")) time.textContent = (time.className === "moment" ? moment : day).format(new Date(time.dateTime));
}
dates(document);
