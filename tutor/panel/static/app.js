// The page: pick a companion, talk, see both sides, end with a summary.
import { Player } from "./player.js";
import { Realtime } from "./realtime.js";

const $ = (id) => document.getElementById(id);
const WORDS = { listening: "Listening", thinking: "Thinking", speaking: "Speaking", lost: "Reconnecting…", connecting: "Connecting…" };

// What the tests look at; the page itself never reads it.
window.viva = { played: 0, silencedAt: null, playing: false };

let chosen = null;
let talk = null;

function show(section) {
  for (const id of ["choose", "before", "talk", "after"]) $(id).hidden = id !== section;
  document.querySelector(`#${section} h2[tabindex]`)?.focus();
}

function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

function setState(state) {
  document.body.dataset.state = state;
  const text = WORDS[state] ?? "";
  if ($("state").textContent !== text) $("state").textContent = text;
}

async function list() {
  let answer;
  try {
    answer = await fetch("/api/v1/companions?limit=100");
  } catch {
    notice("The server cannot be reached. Check that it is running, then reload this page.");
    return setState("error");
  }
  if (answer.status === 401) {
    $("choose").hidden = true;
    notice("You are not signed in yet. Open the one-time link that the server printed when it started, and you will come back here.");
    return setState("signed-out");
  }
  if (!answer.ok) {
    notice(`The companions could not be loaded (${answer.status}). Reload the page to try again.`);
    return setState("error");
  }
  const { data } = await answer.json();
  $("companions").replaceChildren(...data.map(card));
  if (!data.length) notice("There are no companions yet.");
  setState("choosing");
}

function card(companion) {
  const button = document.createElement("button");
  const name = document.createElement("strong");
  name.textContent = companion.name;
  const about = document.createElement("span");
  const minutes = companion.duration_minutes ? `${companion.duration_minutes} minutes` : "";
  about.textContent = [companion.subject, companion.topic, minutes].filter(Boolean).join(" · ");
  button.append(name, about);
  button.dataset.slug = companion.slug;
  button.onclick = () => {
    chosen = companion;
    $("before-title").textContent = `Talk with ${companion.name}`;
    notice("");
    show("before");
  };
  const item = document.createElement("li");
  item.append(button);
  return item;
}

class Talk {
  constructor(companion) {
    this.companion = companion;
    this.captions = new Map(); // item id -> {line, body, text, words}
    this.muted = false;
    this.silenced = new Set(); // items cut off: late audio of theirs is not played
    this.playingItem = null;
    this.link = new Realtime(companion.slug);
    this.link.addEventListener("event", ({ detail }) => this.on(detail));
    this.link.addEventListener("up", () => { notice(""); setState("listening"); });
    this.link.addEventListener("down", () => { this.player?.silence(); setState("lost"); });
    this.link.addEventListener("gone", () => this.finish("The connection was lost and could not be restored.", ""));
  }

  async start(withVoice) {
    this.context = new AudioContext();
    this.context.resume();
    await Promise.all(["capture", "player"].map((name) => this.context.audioWorklet.addModule(`/static/${name}-worklet.js`)));
    this.player = new Player(this.context);
    this.player.volume = Number($("volume").value);
    this.player.onprogress = (type) => this.progress(type);
    if (withVoice) await this.listen();
    $("mute").hidden = !this.microphone;
    this.link.connect();
    this.timers = [setInterval(() => this.report(), 250), setInterval(() => this.clock(), 1000)];
  }

  async listen() {
    try {
      this.microphone = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch {
      notice("The microphone is not available, so your companion cannot hear you. You can type instead.");
      this.refused = true;
      return;
    }
    const capture = new AudioWorkletNode(this.context, "capture", { numberOfOutputs: 0 });
    capture.port.onmessage = ({ data }) => {
      if (!this.muted) this.link.send({ type: "input_audio_buffer.append", audio: base64(data) });
    };
    this.context.createMediaStreamSource(this.microphone).connect(capture);
  }

  on(event) {
    switch (event.type) {
      case "response.output_audio.delta":
        this.lastItem = event.item_id;
        if (!this.silenced.has(event.item_id)) this.player.play(event.item_id, event.delta);
        break;
      case "input_audio_buffer.speech_started":
        this.silence();
        break;
      case "response.output_audio_transcript.delta": {
        const known = this.captions.get(event.item_id);
        if (!known?.words) this.caption(event.item_id, "assistant", (known?.text ?? "") + event.delta);
        break;
      }
      case "conversation.item.input_audio_transcription.completed":
        this.caption(event.item_id, "user", event.transcript);
        break;
      case "viva.caption":
        this.caption(event.item_id, event.role, event.text, event.words);
        break;
      case "viva.session.state":
        setState(event.state);
        this.until = Number.isFinite(event.remaining_seconds) ? Date.now() + event.remaining_seconds * 1000 : null;
        this.clock();
        break;
      case "viva.session.resumed":
        for (const item of event.items ?? []) this.restore(item);
        break;
      case "viva.shown":
        this.caption(`shown-${this.captions.size}`, "assistant", [event.title, event.body].filter(Boolean).join("\n"));
        break;
      case "viva.session.ended":
        this.finish(event.summary || "The conversation has ended.", event.reason);
        break;
      case "error":
        notice(event.error?.message ?? "Something went wrong.");
        break;
    }
  }

  silence() {
    if (this.lastItem) this.silenced.add(this.lastItem);
    this.player.silence();
  }

  restore(item) {
    const text = (item.content ?? []).map((part) => part.text ?? part.transcript ?? "").join(" ").trim();
    if (text && item.role !== "system") this.caption(item.id, item.role, text);
  }

  caption(id, role, text, words) {
    let entry = this.captions.get(id);
    if (!entry) {
      entry = { line: document.createElement("li"), body: document.createElement("span") };
      const who = document.createElement("b");
      who.textContent = role === "user" ? "You" : this.companion.name;
      entry.line.className = role;
      entry.line.dataset.item = id;
      entry.line.append(who, entry.body);
      $("captions").append(entry.line);
      this.captions.set(id, entry);
    }
    entry.text = text;
    if (words?.length) entry.words = words;
    entry.body.textContent = text;
    $("captions").scrollTop = $("captions").scrollHeight;
  }

  progress(type) {
    window.viva.played = this.player.total;
    window.viva.playing = this.player.playing;
    if (type === "silenced") window.viva.silencedAt = performance.now();
    if (type !== "position") this.report(true);
    this.highlight(type === "position");
  }

  highlight(playing) {
    const entry = this.captions.get(this.player.item);
    if (!entry?.words) return;
    const word = playing && entry.words.find((w) => w.start_ms <= this.player.ms && this.player.ms < w.end_ms);
    if (!word) return entry.body.replaceChildren(entry.text);
    const mark = document.createElement("mark");
    mark.textContent = entry.text.slice(word.start, word.end);
    entry.body.replaceChildren(entry.text.slice(0, word.start), mark, entry.text.slice(word.end));
  }

  report(last = false) {
    if (this.player.item && (last || this.player.playing)) {
      this.link.send({ type: "viva.playback", item_id: this.player.item, ms: this.player.ms });
    }
  }

  clock() {
    const left = this.until ? Math.max(0, Math.round((this.until - Date.now()) / 1000)) : null;
    $("remaining").textContent = left === null ? "" : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`;
  }

  finish(summary) {
    this.link.close();
    for (const timer of this.timers ?? []) clearInterval(timer);
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.context?.close();
    talk = null;
    $("summary").textContent = typeof summary === "string" ? summary : JSON.stringify(summary);
    show("after");
    setState("ended");
  }
}

function base64(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}

async function begin(withVoice) {
  if (talk) return;
  $("captions").replaceChildren();
  $("talk-title").textContent = chosen.name;
  $("mute").setAttribute("aria-pressed", "false");
  $("mute").textContent = "Mute";
  $("patience").value = "normal";
  notice("");
  show("talk");
  setState("connecting");
  talk = new Talk(chosen);
  await talk.start(withVoice);
}

$("with-voice").onclick = () => begin(true);
$("with-typing").onclick = () => begin(false);
$("back").onclick = () => show("choose");
$("again").onclick = () => { show("choose"); setState("choosing"); };
$("end").onclick = () => {
  if (!talk?.link.send({ type: "viva.session.end" })) talk?.finish("The conversation has ended.");
};
$("mute").onclick = () => {
  talk.muted = !talk.muted;
  $("mute").setAttribute("aria-pressed", String(talk.muted));
  $("mute").textContent = talk.muted ? "Muted" : "Mute";
};
$("volume").oninput = () => { if (talk?.player) talk.player.volume = Number($("volume").value); };
$("patience").onchange = () => talk?.link.send({ type: "viva.patience", patience: $("patience").value });
$("type").onsubmit = (submit) => {
  submit.preventDefault();
  const text = $("text").value.trim();
  if (!text || !talk) return;
  talk.silence();
  if (talk.link.send({ type: "viva.type", text })) $("text").value = "";
  else notice("Not connected just now. Your message is kept; send it again in a moment.");
};

list();
