// What the server tells once: an invitation, a link, a key. It is shown in a dialog, to be copied.
import {api, busy, submit, toast} from "./panel.js";

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
  if (button?.dataset.once) await busy(button, () => make(button)).catch(error => toast(error.message));
  if (button?.dataset.copies) {
    const value = document.getElementById(button.dataset.copies);
    value.select();
    await navigator.clipboard?.writeText(value.value).then(() => { button.textContent = button.dataset.done; }, () => {});
  }
});

document.addEventListener("submit", event => {
  if (!event.target.dataset.once) return;
  event.preventDefault();
  submit(event.target, said => make(event.target, said));
});
