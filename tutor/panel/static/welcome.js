// The welcome's voices: to hear one chooses it too.
import {toast} from "./panel.js";
import {hear} from "./voice.js";

const form = document.getElementById("voices");

form.addEventListener("click", async event => {
  const button = event.target.closest("[data-hear]");
  if (!button) return;
  const {text, language, speed} = form.dataset;
  form.elements.voice.value = button.dataset.hear;
  button.setAttribute("aria-busy", "true");
  try {
    await hear({voice: button.dataset.hear, text, language, speed: Number(speed)});
  } catch (error) {
    toast(error.message);
  } finally {
    button.removeAttribute("aria-busy");
  }
});
