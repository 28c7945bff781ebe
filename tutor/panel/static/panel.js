// What pages do beyond showing: forms and buttons that call the REST API, dates as people write them, messages.
const strings = JSON.parse(document.getElementById("strings").textContent);

export function toast(text) {
  const message = document.createElement("p");
  message.textContent = text;
  document.getElementById("toasts").append(message);
  setTimeout(() => message.remove(), 6000);
}

// Forms edit what is one's own: the last word counts, whatever it was before.
const EDIT = {PATCH: {"If-Match": "*"}};

// `what` is a method and an address. Throws an Error whose text can be shown.
export async function api(what, body) {
  const [method, address] = what.split(" ");
  let answer;
  try {
    answer = await fetch(address, {method, ...(body && {body: JSON.stringify(body), headers: {"Content-Type": "application/json", ...EDIT[method]}})});
  } catch {
    throw new Error(strings["script.offline"]);
  }
  if (answer.status === 204) return null;
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(data.error ?? strings["script.failed"]), {fields: data.details?.fields ?? []});
  return data.data;
}

// Where to go after it worked: an address, or "" for this page anew.
function then(element) {
  if (element.dataset.then === "") location.reload();
  else if (element.dataset.then) location.assign(element.dataset.then);
}

async function press(button) {
  button.disabled = true;
  try {
    await api(button.dataset.api, button.dataset.body && JSON.parse(button.dataset.body));
    then(button);
  } catch (error) {
    toast(error.message);
  } finally {
    button.disabled = false;
  }
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

async function send(form) {
  const problem = form.querySelector(".problem");
  const button = form.querySelector("[type=submit]");
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  problem.hidden = true;
  button.disabled = true;
  try {
    await api(form.dataset.api, {...JSON.parse(form.dataset.body ?? "{}"), ...Object.fromEntries(new FormData(form))});
    if (form.dataset.done) {
      form.reset();
      toast(form.dataset.done);
    }
    then(form);
  } catch (error) {
    for (const {field} of error.fields ?? []) form.elements[field]?.setAttribute("aria-invalid", "true");
    problem.textContent = error.message;
    problem.hidden = false;
    form.querySelector("[aria-invalid]")?.focus();
  } finally {
    button.disabled = false;
  }
}

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
for (const time of document.querySelectorAll("time[datetime]")) time.textContent = day.format(new Date(time.dateTime));
