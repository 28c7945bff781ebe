// One talk: a client of the Realtime protocol like any other, that comes back when the link is lost.
import {Hearing} from "./hearing.js";
import {ended, whyRefused} from "./refusals.js";
import * as screen from "./screen.js";
import * as shown from "./shown.js";
import {Sound, fromBase64, toBase64} from "./sound.js";
import {tastes} from "./tastes.js";
import {t} from "./words.js";

const {captions} = screen;
const PATIENCE = 120_000;      // ms to try to come back: as long as the server keeps the session by default
const MOST_UNSENT = 512_000;   // bytes that wait in a socket: the link is dead, and nobody has told us yet
const REPLACED = 4001;         // the talk goes on in another window
const UNFINISHED = "viva.unfinished";

// The talk of this window that a reload interrupted: {session, slug}, or {}.
export const unfinished = () => JSON.parse(sessionStorage.getItem(UNFINISHED) ?? "{}");
unfinished.forget = () => sessionStorage.removeItem(UNFINISHED);

export class Call {
  constructor(companion, session) {
    this.companion = companion;
    this.session = session;
    this.typed = new Map();      // by id: what was typed and is not known to be kept yet
    this.playing = new Set();    // items that have sound on its way to the ear
    this.silenced = new Set();   // items that must not be heard any more, however late their sound comes
    this.tries = 0;
    this.lostAt = null;
    this.ready = this.ending = this.over = false;
    this.remaining = this.item = null;
    this.hearing = new Hearing(Date.now());
    this.standing = "";          // what there is to know all the time
    this.misheard = "";          // what is wrong with the microphone, as far as we told
    this.sound = new Sound({onCaptured: pcm => this.captured(pcm), onPeak: peak => this.level(peak), onPlayed: report => this.played(report)});
    this.clock = setInterval(() => this.tick(), 1000);
    this.drawing = setInterval(() => screen.voice(this.sound.loudness), 60);
    this.back = () => this.waiting && this.connect();
    addEventListener("online", this.back);
    window.viva = this.measured = {playedMs: 0, silencedAt: null, audioBytes: 0, gain: () => this.sound.gain.gain.value};
  }

  async open(withMicrophone) {
    await this.sound.open();
    this.sound.volume = tastes.volume / 100;
    this.connect();
    navigator.wakeLock?.request("screen").catch(() => {});
    if (!withMicrophone) return;
    try {
      await this.sound.listen();
      this.hearing.restart(Date.now());
    } catch (error) {
      screen.microphoneIs(false);
      this.standing = t(error.name === "NotFoundError" ? "talk.no_microphone" : "talk.refused_microphone");
      screen.warn(this.standing);
    }
  }

  // The learner chose a patience, speed or volume.
  prefer(name) {
    if (name === "volume") this.sound.volume = tastes.volume / 100;
    if (name === "patience") this.send({type: "viva.patience", patience: tastes.patience || this.companion.patience});
    if (name === "speed") {
      const speed = Math.min(1.5, Math.max(0.25, this.companion.speed * tastes.speed));
      this.send({type: "session.update", session: {type: "realtime", audio: {output: {speed}}}});
    }
  }

  // --- the link -----------------------------------------------------------------------------------

  connect() {
    clearTimeout(this.waiting);
    this.waiting = null;
    const address = new URL("/v1/realtime", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.searchParams.set("model", this.companion.slug);
    address.searchParams.set("viva", "1");
    if (this.session) address.searchParams.set("session_id", this.session);
    this.resumes = Boolean(this.session);
    this.socket = new WebSocket(address, ["realtime"]);
    this.socket.onmessage = ({data}) => this.take(JSON.parse(data));
    this.socket.onclose = ({code}) => this.lost(code);
  }

  lost(code) {
    this.socket.onclose = this.socket.onmessage = null;
    this.socket.close();
    this.ready = false;
    if (this.over) return;
    this.silence();
    if (code === REPLACED) return this.finish(t("talk.elsewhere"), {title: t("talk.title.elsewhere")});
    this.lostAt ??= Date.now();
    if (Date.now() - this.lostAt > PATIENCE) return this.fail(t("talk.not_restored"));
    if (!this.ending) screen.say("connecting", t(this.tries || !this.session ? "talk.state.connecting" : "talk.reconnecting"));
    if (!navigator.onLine) screen.warn(t("talk.offline"));
    const pause = Math.min(250 * 2 ** this.tries++, 8000) * (0.75 + Math.random() / 2);
    this.waiting = setTimeout(() => this.retry(), pause);
  }

  async retry() {
    try {
      const why = await whyRefused(this.companion, this.session);
      if (this.over || !this.waiting) return;  // ended, or connected, while we asked
      if (why.over) return this.session ? this.finish(why.text, why) : this.fail(why.text, why);
      if (this.tries > 1) screen.warn(t("talk.trying", {why: why.text}));
    } catch { /* no network: try on */ }
    if (!this.over && this.waiting) this.connect();
  }

  send(event) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > MOST_UNSENT) this.lost();
    else this.socket.send(JSON.stringify(event));
  }

  // --- sound --------------------------------------------------------------------------------------

  captured(pcm) { this.send({type: "input_audio_buffer.append", audio: toBase64(pcm)}); }

  level(peak) {
    screen.level(peak);
    const now = Date.now();
    if (this.sound.muted) this.hearing.restart(now);
    else if (document.body.dataset.state !== "listening") this.hearing.excuse(now);
    const wrong = this.hearing.piece(peak, now);
    if (wrong !== this.misheard) screen.warn(wrong && t(`talk.microphone.${wrong}`));
    this.misheard = wrong;
  }

  played({item, ms, empty}) {
    if (!item) return;
    this.item = item;
    this.measured.playedMs = ms;
    captions.heard(item, ms);
    this.send({type: "viva.playback", item_id: item, ms});
    if (empty) this.measured.empty = true;
  }

  silence() {
    this.sound.silence();
    captions.stop(this.item);
    for (const item of this.playing) this.silenced.add(item);
    this.playing.clear();
  }

  mute() {
    this.sound.muted = !this.sound.muted;
    screen.mute(this.sound.muted);
  }

  // --- what the server says -----------------------------------------------------------------------

  take(event) {
    switch (event.type) {
      case "session.created": this.created(event.session.id); break;
      case "viva.session.resumed":
        for (const item of event.items) this.restore(item, event.teachers.includes(item.id));
        this.sendTyped();
        break;
      case "input_audio_buffer.speech_started":
        this.silence();
        this.measured.silencedAt = performance.now();
        captions.set(event.item_id, "learner", "");
        break;
      case "viva.speech.dropped": captions.remove(event.item_id); break;
      case "response.output_audio.delta": this.play(event); break;
      case "response.output_audio_transcript.delta":
      case "response.output_text.delta":
        captions.add(event.item_id, event.delta);
        break;
      case "viva.caption":
        if (event.role !== "tutor") captions.set(event.item_id, event.role, event.text);
        else if (event.final) this.said(event);
        else captions.time(event.item_id, event.words);
        break;
      case "conversation.item.done": this.typed.delete(event.item.id); break;
      case "viva.session.state": this.state(event); break;
      case "viva.supervised": this.supervised(event); break;
      case "viva.shown": shown.show(event, this.session, text => this.type(text)); break;
      case "viva.session.ended":
        if (event.reason === "draining") screen.warn(t("talk.restarts"));
        else this.finish(ended(event.reason), {...event, plan: event.reason === "out_of_minutes"});
        break;
      case "error": this.trouble(event.error.code); break;
    }
  }

  // What a learner can do something about; the rest is between the page and the server.
  trouble(code) {
    const text = t(`talk.wrong.${code}`);
    if (text) screen.warn(text);
    else console.warn(code);
  }

  created(session) {
    this.session = session;
    sessionStorage.setItem(UNFINISHED, JSON.stringify({session, slug: this.companion.slug}));
    this.tries = 0;
    this.ready = true;
    if (tastes.patience && tastes.patience !== this.companion.patience) this.prefer("patience");
    if (tastes.speed !== "1") this.prefer("speed");
    if (this.lostAt) screen.warn(this.standing);
    this.lostAt = null;
    if (this.ending) this.send({type: "viva.session.end"});
    else if (!this.resumes) this.sendTyped();  // else what was kept comes first
  }

  state({state, remaining_seconds, recorded}) {
    screen.sign("recorded", recorded);
    this.remaining = remaining_seconds;
    this.tick(0);
    if (!this.ending) screen.say(state);
  }

  supervised({mode, teachers}) {
    const is = mode !== "nobody";
    const names = teachers.join(", ");
    screen.sign("supervised", is, is ? t(`talk.supervised.${mode}`, {names}) : "");
    screen.taken(mode === "speaking" ? names : "");
  }

  // With the volume at nothing, a screen reader reads what nobody hears.
  said({item_id, text}) {
    captions.cut(item_id, text);
    if (!tastes.volume) screen.speak(text);
  }

  play({item_id, delta}) {
    if (this.silenced.has(item_id)) return;
    const bytes = fromBase64(delta);
    this.playing.add(item_id);
    this.measured.audioBytes += bytes.byteLength;
    this.sound.play(item_id, bytes);
  }

  restore(item, teachers) {
    this.typed.delete(item.id);
    if (item.type !== "message") return;
    const text = item.content.map(part => part.transcript ?? part.text ?? "").join(" ");
    captions.set(item.id, teachers ? "teacher" : item.role === "user" ? "learner" : "tutor", text);
    captions.waiting(item.id, false);
    captions.heard(item.id, Infinity);
  }

  // --- typing -------------------------------------------------------------------------------------

  type(text) {
    const item = {id: `item_typed${Date.now()}`, type: "message", role: "user", content: [{type: "input_text", text}]};
    captions.set(item.id, "learner", text);
    this.typed.set(item.id, item);
    if (this.ready) this.ask(item);
    else captions.waiting(item.id, true);
  }

  sendTyped() { for (const item of this.typed.values()) this.ask(item); }

  ask(item) {
    captions.waiting(item.id, false);
    if (screen.isTaken()) return this.send({type: "conversation.item.create", item});  // a person answers, and is not cut short
    this.send({type: "response.cancel"});  // where there is nothing to cancel, the error is ignored
    if (document.body.dataset.state === "speaking" && this.item) {
      this.send({type: "conversation.item.truncate", item_id: this.item, content_index: 0, audio_end_ms: this.measured.playedMs});
    }
    this.silence();
    this.send({type: "conversation.item.create", item});
    this.send({type: "response.create"});
  }

  // --- time, and the end --------------------------------------------------------------------------

  tick(seconds = 1) {
    if (this.remaining === null || (seconds && !this.ready)) return;  // the talk's clock stops with the link
    this.remaining = Math.max(0, this.remaining - seconds);
    screen.time(this.remaining);
  }

  end() {
    if (!this.session) return this.finish(ended("closed"));
    this.ending = true;
    this.silence();
    screen.say("ending");
    this.send({type: "viva.session.end"});  // or else when the link is back
    setTimeout(() => this.finish(ended("closed")), 12_000);
  }

  // The server has ended it, or the learner has.
  finish(reason, {title = t("talk.title.done"), summary, plan} = {}) {
    unfinished.forget();
    this.close({title, reason, summary, plan, again: t("talk.again")});
  }

  // It cannot begin, or cannot go on now.
  fail(reason, {plan} = {}) {
    this.close({title: t(this.session ? "talk.title.interrupted" : "talk.title.refused"), reason, plan, again: t("talk.try_again")});
  }

  close(result) {
    if (this.over) return;
    this.over = true;
    removeEventListener("online", this.back);
    clearTimeout(this.waiting);
    clearInterval(this.clock);
    clearInterval(this.drawing);
    this.sound.close();
    this.socket.close();
    const seconds = this.remaining === null ? 0 : this.companion.duration_minutes * 60 - this.remaining;
    screen.done({...result, session: this.session, seconds: Math.max(1, seconds), turns: captions.turns});
  }
}
