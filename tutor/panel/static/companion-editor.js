// Hear the voice and try one turn of the companion in the form, saved or not.
import {api, check, fields, toast} from "./panel.js";
import {hear} from "./voice.js";

const form = document.getElementById("companion");

function hearIt() {
  const {voice, speed, language, name, topic} = fields(form);
  return hear({voice, speed, language, text: [name, topic].filter(Boolean).join(". ") || "Viva"});
}

async function tryTurn() {
  if (!check(form)) return;
  const text = document.getElementById("said").value;
  const answer = document.getElementById("answer");
  answer.textContent = "";
  answer.classList.add("skeleton");
  try {
    answer.textContent = (await api("POST /api/v1/companions/preview-turn", {...fields(form), text})).text;
  } finally {
    answer.classList.remove("skeleton");
  }
}

function does(id, what) {
  const button = document.getElementById(id);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await what();
    } catch (error) {
      toast(error.message);
    } finally {
      button.disabled = false;
    }
  });
}
does("hear", hearIt);
does("try", tryTurn);
