// What the page shows; it decides nothing.
import {Captions} from "./captions.js";
import {formula} from "./formula.js";

export const $ = id => document.getElementById(id);
const STATES = {listening: "Listening", thinking: "Thinking", speaking: "Speaking", ending: "Summing up…", connecting: "Connecting…"};

export const captions = new Captions($("captions"));

export function show(id) {
  for (const section of ["choose", "talk", "done"]) $(section).hidden = section !== id;
  $(id).querySelector("[tabindex='-1']")?.focus();
}

export function say(state, text = STATES[state]) {
  document.body.dataset.state = state;
  if ($("state").textContent !== text) $("state").textContent = text;
}

// Something that the learner should know; it stays until something else does.
export function warn(text) { $("trouble").textContent = text; }

export function begin(companion, {microphone}) {
  captions.clear();
  warn("");
  $("talk-title").textContent = companion.name;
  $("topic").textContent = companion.topic;
  $("patience").value = companion.patience;
  $("time").textContent = "";
  $("shown").hidden = true;
  mute(false);
  microphoneIs(microphone);
  show("talk");
  say("connecting");
}

export function microphoneIs(there) {
  for (const id of ["mute", "level", "keys"]) $(id).hidden = !there;
}

export function mute(is) {
  $("mute").setAttribute("aria-pressed", is);
  $("mute").textContent = is ? "Unmute" : "Mute";
  $("level").classList.toggle("muted", is);
}

// How loud the microphone is, 0 to 1: the meter goes down to 60 dB below the loudest.
export function level(peak) {
  $("level").style.setProperty("--level", peak ? Math.max(0, 1 + Math.log10(peak) / 3).toFixed(2) : 0);
}

export function time(seconds) {
  const whole = Math.round(seconds);
  $("time").textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} left`;
}

export function shown({title, body, mathml}) {
  $("shown").hidden = false;
  $("shown").querySelector("h2").textContent = title;
  const text = body.replace(/\*\*|__|`/g, "");  // Markdown's marks are not to be read
  $("shown").querySelector("p").replaceChildren(formula(mathml) ?? text);
}

export function done({title, reason, summary, companion, seconds, turns, again}) {
  document.body.dataset.state = "done";
  $("done-title").textContent = title;
  $("reason").textContent = reason;
  $("summary").textContent = summary ?? "";
  const figures = turns ? [duration(seconds), count(turns, "turn")] : [];
  $("with").textContent = [companion.name, companion.topic, ...figures].join(" · ");
  $("again").textContent = again;
  show("done");
}

const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const duration = seconds => seconds < 90 ? count(Math.round(seconds), "second") : count(Math.round(seconds / 60), "minute");
