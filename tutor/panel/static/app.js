// The session page: pick a companion, talk, see what was said. A client of the Realtime protocol like any other.
import {Captions} from "./captions.js";
import {Sound, fromBase64, toBase64} from "./sound.js";

const $ = id => document.getElementById(id);
const STATES = {listening: "Listening", thinking: "Thinking", speaking: "Speaking"};
const REASONS = {finished: "The time is used up.", out_of_minutes: "This month's voice minutes of your plan are used up.", quiet: "It had gone quiet.", closed: "You ended the talk.", learner_left: "You had left."};
const TRIES = 10, UNFINISHED = "viva.unfinished";
const captions = new Captions($("captions"));
let call = null;

// Why no session can begin: the quota that is used up, in words.
function spent({plan, quotas}) {
  const full = quotas.find(quota => quota.left === 0);
  if (!full) return null;
  return full.quota === "concurrent_sessions"
    ? `Another talk of yours is still open (your plan "${plan}" allows ${full.limit} at once). Go on with it, or try again in two minutes.`
    : `Your plan "${plan}" includes ${full.limit} ${full.quota} a month, and they are used up. Ask whoever runs this Viva for a larger plan.`;
}

function show(id) {
  for (const section of ["choose", "talk", "done"]) $(section).hidden = section !== id;
  $(id).querySelector("[tabindex='-1']")?.focus();
}

function say(state, text) {
  document.body.dataset.state = state;
  if ($("state").textContent !== text) $("state").textContent = text;
}

async function listCompanions() {
  const answer = await fetch("/api/v1/companions?limit=100");
  if (answer.status === 401) {
    $("notice").textContent = "Please sign in first: open the one-time link that the server printed when it started.";
    return;
  }
  if (!answer.ok) throw new Error((await answer.json()).error);
  const {data} = await answer.json();
  $("companions").replaceChildren(...data.map(companion => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.subject = companion.subject;
    for (const [tag, text] of [["strong", companion.name], ["span", companion.topic], ["small", `${companion.subject} · ${companion.duration_minutes} minutes`]]) {
      const part = document.createElement(tag);
      part.textContent = text;
      button.append(part);
    }
    button.addEventListener("click", () => ask(companion));
    const entry = document.createElement("li");
    entry.append(button);
    return entry;
  }));
  $("notice").textContent = data.length ? "" : "There are no companions yet.";
  offerToGoOn(data);
}

// After a reload: the session waits on the server for a while.
function offerToGoOn(companions) {
  const {session, slug} = JSON.parse(sessionStorage.getItem(UNFINISHED) ?? "{}");
  const companion = companions.find(one => one.slug === slug);
  $("go-on").hidden = !companion;
  if (!companion) return;
  $("go-on").textContent = `Go on with ${companion.name}`;
  $("go-on").onclick = () => ask(companion, session);
}

function ask(companion, session = null) {
  const dialog = $("permission");
  dialog.showModal();
  $("allow").onclick = () => { dialog.close(); begin(companion, session, true); };
  $("without").onclick = () => { dialog.close(); begin(companion, session, false); };
}

async function begin(companion, session, withMicrophone) {
  captions.clear();
  $("talk-title").textContent = companion.name;
  $("topic").textContent = companion.topic;
  $("patience").value = companion.patience;
  $("shown").hidden = true;
  show("talk");
  say("connecting", "Connecting…");
  $("mute").setAttribute("aria-pressed", false);
  $("mute").hidden = !withMicrophone;
  call = new Call(companion, session);
  await call.open(withMicrophone);
}

class Call {
  constructor(companion, session) {
    this.companion = companion;
    this.session = session;
    this.typed = [];             // what was typed and not sent yet
    this.playing = new Set();    // items that have sound on its way to the ear
    this.silenced = new Set();   // items that must not be heard any more, however late their sound comes
    this.tries = 0;
    this.over = false;
    this.remaining = null;
    this.item = null;
    this.sound = new Sound(pcm => this.captured(pcm), report => this.played(report));
    this.clock = setInterval(() => this.tick(), 1000);
    window.viva = this.measured = {playedMs: 0, silencedAt: null, audioBytes: 0, gain: () => this.sound.gain.gain.value};
  }

  async open(withMicrophone) {
    await this.sound.open();
    this.connect();
    if (!withMicrophone) return;
    try {
      await this.sound.listen();
    } catch {
      this.hint = "The microphone is not available, so please type.";
      $("mute").hidden = true;
      say(document.body.dataset.state, this.hint);
    }
  }

  connect() {
    const address = new URL("/v1/realtime", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.searchParams.set("model", this.companion.slug);
    address.searchParams.set("viva", "1");
    if (this.session) address.searchParams.set("session_id", this.session);
    this.socket = new WebSocket(address, ["realtime"]);
    this.socket.onmessage = ({data}) => this.take(JSON.parse(data));
    this.socket.onclose = () => this.lost();
  }

  lost() {
    if (this.over) return;
    this.silence();
    this.ready = false;
    if (++this.tries > TRIES) {
      this.finish("The connection was lost and could not be restored.");
      return;
    }
    say("connecting", navigator.onLine ? "The connection was lost. Reconnecting…" : "You are offline. Waiting for the network…");
    const pause = Math.min(250 * 2 ** this.tries, 8000) * (0.75 + Math.random() / 2);
    setTimeout(() => this.over || this.retry(), pause);
  }

  // A refused WebSocket does not say why; an ordinary request does.
  async retry() {
    try {
      const answer = await fetch(`/api/v1/companions/${this.companion.slug}`);
      if (answer.status === 401) return this.finish("You are signed out. Please open your sign-in link again.");
      if (answer.status === 404) return this.finish(`${this.companion.name} is not there any more.`);
      if (answer.ok && !this.session) {
        const why = spent((await (await fetch("/api/v1/me/usage")).json()).data);
        if (why) return this.finish(why);
      }
      if (answer.ok && this.session && this.tries > 1) {
        const kept = await fetch(`/api/v1/sessions/${this.session}`);
        const found = kept.ok ? (await kept.json()).data : null;
        if (!found || found.status === "ended") return this.finish(REASONS[found?.ended_reason] ?? "This talk is over.", found?.summary);
        say("connecting", "The server is busy. Trying again…");
      }
    } catch { /* no network: try on */ }
    if (!this.over) this.connect();
  }

  silence() {
    this.sound.silence();
    for (const item of this.playing) this.silenced.add(item);
    this.playing.clear();
  }

  send(event) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(event));
  }

  captured(pcm) { this.send({type: "input_audio_buffer.append", audio: toBase64(pcm)}); }

  played({item, ms, empty}) {
    if (!item) return;
    this.item = item;
    this.measured.playedMs = ms;
    captions.heard(item, ms);
    this.send({type: "viva.playback", item_id: item, ms});
    if (empty) this.measured.empty = true;
  }

  take(event) {
    switch (event.type) {
      case "session.created":
        this.session = event.session.id;
        sessionStorage.setItem(UNFINISHED, JSON.stringify({session: this.session, slug: this.companion.slug}));
        this.tries = 0;
        this.ready = true;
        for (const item of this.typed.splice(0)) this.ask(item);
        break;
      case "input_audio_buffer.speech_started":
        this.silence();
        this.measured.silencedAt = performance.now();
        break;
      case "response.output_audio.delta": {
        if (this.silenced.has(event.item_id)) break;
        const bytes = fromBase64(event.delta);
        this.playing.add(event.item_id);
        this.measured.audioBytes += bytes.byteLength;
        this.sound.play(event.item_id, bytes);
        break;
      }
      case "response.output_audio_transcript.delta":
      case "response.output_text.delta":
        captions.add(event.item_id, "tutor", event.delta);
        break;
      case "conversation.item.input_audio_transcription.completed":
        captions.set(event.item_id, "learner", event.transcript);
        break;
      case "viva.caption":
        if (event.role === "tutor") captions.time(event.item_id, event.words);
        break;
      case "viva.session.state":
        this.remaining = event.remaining_seconds;
        if (document.body.dataset.state === "ending") break;
        say(event.state, this.hint && event.state === "listening" ? this.hint : STATES[event.state]);
        this.tick(0);
        break;
      case "viva.session.resumed":
        for (const item of event.items) this.restore(item);
        break;
      case "viva.shown":
        $("shown").hidden = false;
        $("shown").querySelector("h2").textContent = event.title;
        $("shown").querySelector("p").textContent = event.body;
        break;
      case "viva.session.ended":
        if (event.reason !== "draining") this.finish(REASONS[event.reason] ?? "The talk is over.", event.summary);
        break;
      case "error":
        if (event.error.code !== "response_cancel_not_active") say(document.body.dataset.state, event.error.message);
    }
  }

  restore(item) {
    if (item.type !== "message") return;
    const text = item.content.map(part => part.transcript ?? part.text ?? "").join(" ");
    captions.set(item.id, item.role === "user" ? "learner" : "tutor", text);
    captions.heard(item.id, Infinity);
  }

  type(text) {
    const item = {id: `item_typed${Date.now()}`, type: "message", role: "user", content: [{type: "input_text", text}]};
    captions.set(item.id, "learner", text);
    if (this.ready) this.ask(item);
    else {
      this.typed.push(item);
      captions.waiting(item.id, true);
    }
  }

  ask(item) {
    captions.waiting(item.id, false);
    this.send({type: "response.cancel"});  // where there is nothing to cancel, the error is ignored
    if (document.body.dataset.state === "speaking" && this.item) {
      this.send({type: "conversation.item.truncate", item_id: this.item, content_index: 0, audio_end_ms: this.measured.playedMs});
    }
    this.silence();
    this.send({type: "conversation.item.create", item});
    this.send({type: "response.create"});
  }

  tick(seconds = 1) {
    if (this.remaining === null) return;
    this.remaining = Math.max(0, this.remaining - seconds);
    const whole = Math.round(this.remaining);
    $("time").textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} left`;
  }

  end() {
    if (!this.ready) return this.finish(REASONS.closed);
    this.silence();
    say("ending", "Summing up…");
    this.send({type: "viva.session.end"});
    setTimeout(() => this.finish(REASONS.closed), 12000);
  }

  finish(reason, summary) {
    if (this.over) return;
    this.over = true;
    sessionStorage.removeItem(UNFINISHED);
    clearInterval(this.clock);
    this.sound.close();
    this.socket.close();
    document.body.dataset.state = "done";
    $("reason").textContent = reason;
    $("summary").textContent = summary ?? "";
    $("with").textContent = `${this.companion.name} · ${this.companion.topic}`;
    show("done");
  }
}

$("typing").addEventListener("submit", event => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (text) call.type(text);
  $("text").value = "";
});
$("mute").addEventListener("click", () => {
  call.sound.muted = !call.sound.muted;
  $("mute").setAttribute("aria-pressed", call.sound.muted);
  $("mute").textContent = call.sound.muted ? "Unmute" : "Mute";
});
$("volume").addEventListener("input", () => { call.sound.volume = $("volume").value / 100; });
$("patience").addEventListener("change", () => call.send({type: "viva.patience", patience: $("patience").value}));
$("end").addEventListener("click", () => call.end());
$("again").addEventListener("click", () => { document.body.dataset.state = "idle"; $("go-on").hidden = true; show("choose"); });
addEventListener("keydown", event => {
  if (event.key === "m" && event.altKey && !$("talk").hidden) $("mute").click();
});

listCompanions().catch(error => { $("notice").textContent = `The companions could not be loaded: ${error.message}`; });
