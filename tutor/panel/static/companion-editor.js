// Hear the voice and try one turn of the companion in the form, saved or not.
import {refusal} from "./problems.js";
import {api, check, fields, toast} from "./panel.js";

const form = document.getElementById("companion");

let context;

// Decoded here, not given to <audio>: the pages' policy allows no sound from elsewhere than the server.
async function hear() {
  const {voice, speed, language, name, topic} = fields(form);
  context ??= new AudioContext();
  const answer = await fetch("/api/v1/voices/preview", {
    method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({voice, speed, language, text: [name, topic].filter(Boolean).join(". ") || "Viva"}),
  });
  if (!answer.ok) throw refusal(await answer.json());
  const sound = context.createBufferSource();
  sound.buffer = await context.decodeAudioData(await answer.arrayBuffer());
  sound.connect(context.destination);
  sound.start();
}

async function tryTurn() {
  if (!check(form)) return;
  const text = document.getElementById("said").value;
  document.getElementById("answer").textContent = (await api("POST /api/v1/companions/preview-turn", {...fields(form), text})).text;
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
does("hear", hear);
does("try", tryTurn);
