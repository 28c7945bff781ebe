// What the session page shows; it decides nothing.
import {Captions} from "./captions.js";
import * as shown from "./shown.js";
import {t} from "./words.js";

export const $ = id => document.getElementById(id);
export const companion = JSON.parse($("page").dataset.companion);
export const captions = new Captions($("captions"), {tutor: companion.name, learner: t("talk.you"), teacher: t("talk.teacher"), waiting: t("talk.waiting")});
const TALKING = ["listening", "thinking", "speaking"];
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export function show(id) {
  for (const section of ["ready", "talk", "done"]) $(section).hidden = section !== id;
  (id === "done" ? $("done-title") : $("talk-title")).focus();
}

export function say(state, text = isTaken() && TALKING.includes(state) ? t("talk.taken", {names: captions.names.teacher}) : t(`talk.state.${state}`)) {
  document.body.dataset.state = state;
  if ($("state").textContent !== text) $("state").textContent = text;
}

// A teacher (or several) speaks instead of the companion, until `names` is empty.
export function taken(names) {
  document.body.toggleAttribute("data-taken", !!names);
  captions.names.teacher = names || t("talk.teacher");
  if (TALKING.includes(document.body.dataset.state)) say(document.body.dataset.state);
}

export const isTaken = () => document.body.hasAttribute("data-taken");

// Something that the learner should know; it stays until something else does.
export function warn(text) { if ($("trouble").textContent !== text) $("trouble").textContent = text; }

// Signs of what the learner must be able to see all the time.
export function sign(id, is, text) {
  $(id).hidden = !is;
  if (text !== undefined) $(id).textContent = text;
}

// For who cannot see the captions and does not hear the voice.
export function speak(text) { $("spoken").textContent = text; }

export function begin({microphone}) {
  captions.clear();
  shown.clear();
  warn("");
  taken("");
  $("time").textContent = "";
  mute(false);
  microphoneIs(microphone);
  show("talk");
  say("connecting");
}

export function microphoneIs(there) {
  for (const id of ["mute", "level", "hint"]) $(id).hidden = !there;
}

export function mute(is) {
  $("mute").setAttribute("aria-pressed", is);
  $("mute").setAttribute("aria-label", t(is ? "talk.unmute" : "talk.mute"));
  $("hint").textContent = t(is ? "talk.unheard" : "talk.interrupt");
  $("mute").querySelector("use").setAttribute("href", `/static/icons.svg#mic${is ? "-off" : ""}`);
  $("level").classList.toggle("muted", is);
}

// How loud the microphone is, 0 to 1: the meter goes down to 60 dB below the loudest.
export function level(peak) {
  const share = peak ? Math.max(0, 1 + Math.log10(peak) / 3).toFixed(2) : 0;
  $("level").style.setProperty("--level", share);
  if (document.body.dataset.state === "listening") orb(share);
}

// How loud the companion speaks, 0 to 1.
export function voice(peak) { if (document.body.dataset.state === "speaking") orb(Math.min(1, peak * 2)); }

// Slower than it swells, so that it breathes and does not flicker.
let swollen = 0;
function orb(share) {
  swollen = Math.max(share, swollen * 0.8);
  if (!calm.matches) $("talk").querySelector(".orb").style.setProperty("--voice", swollen.toFixed(2));
}

export function time(seconds) {
  const whole = Math.round(seconds);
  $("time").textContent = t("talk.left", {time: `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`});
  $("talk").style.setProperty("--left", Math.min(100, 100 * seconds / (companion.duration_minutes * 60)));
}

export function done({title, reason, summary, seconds, turns, session, plan, again}) {
  document.body.dataset.state = "done";
  $("done-title").textContent = title;
  $("reason").textContent = reason;
  $("summary").textContent = summary ?? "";
  $("with").textContent = turns ? [duration(seconds), t("talk.turns", {n: turns})].join(" · ") : "";
  $("again").textContent = again;
  $("plan").hidden = !plan;
  $("transcript").hidden = !turns || !session;
  $("transcript").href = `/history/${session}`;
  show("done");
}

const duration = seconds => seconds < 90 ? t("talk.seconds", {n: Math.round(seconds)}) : t("talk.minutes", {n: Math.round(seconds / 60)});
