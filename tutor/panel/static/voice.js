// Hear a voice. Decoded here, not given to <audio>: the pages' policy allows no sound from elsewhere than the server.
import {refusal} from "./problems.js";

let context, playing;

// Throws an Error whose text can be shown.
export async function hear({voice, speed, language, text}) {
  context ??= new AudioContext();
  const answer = await fetch("/api/v1/voices/preview", {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({voice, speed, language, text}),
  });
  if (!answer.ok) throw refusal(await answer.json());
  const sound = context.createBufferSource();
  sound.buffer = await context.decodeAudioData(await answer.arrayBuffer());
  sound.connect(context.destination);
  playing?.stop();
  playing = sound;
  sound.start();
}
