// What the server tells once: an invitation, a link, a key. It is shown in a dialog, to be copied.
import {api, check, fields, toast} from "./panel.js";

async function make(element, body) {
  const dialog = document.getElementById(element.dataset.opensOnce);
  const made = await api(element.dataset.once, body);
  const value = dialog.querySelector(".value");
  value.value = made[element.dataset.field];
  dialog.showModal();
  value.select();
  dialog.addEventListener("close", () => {
    value.value = "";
    if (element.matches("form")) location.reload();
  }, {once: true});
}

document.addEventListener("click", async event => {
  const button = event.target.closest("button");
  if (button?.dataset.once) {
    button.disabled = true;
    await make(button).catch(error => toast(error.message));
    button.disabled = false;
  }
  if (button?.dataset.copies) {
    const value = document.getElementById(button.dataset.copies);
    value.select();
    await navigator.clipboard?.writeText(value.value).then(() => { button.textContent = button.dataset.done; }, () => {});
  }
});

document.addEventListener("submit", async event => {
  const form = event.target;
  if (!form.dataset.once) return;
  event.preventDefault();
  const problem = form.querySelector(".problem:not(.said)");
  problem.hidden = true;
  if (!check(form)) return;
  await make(form, fields(form)).catch(error => {
    problem.textContent = error.message;
    problem.hidden = false;
  });
});
