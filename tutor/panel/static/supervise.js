// A teacher follows a talk: reads, listens, whispers, takes over.
import {Ears} from "./ears.js";
import {keepTail} from "./elements.js";
import {refusal} from "./problems.js";
import {Sound, toBase64} from "./sound.js";
import {t} from "./words.js";

const $ = id => document.getElementById(id);
const follow = $("follow"), toEnd = keepTail($("lines"));
const {session, learner, companion, teacher} = follow.dataset;
const PATIENCE = 30_000;
let socket = null, over = false, tries = 0, lostAt = null, listening = false, online = false, mine = false;
let ears = null, microphone = null;

// --- the link -------------------------------------------------------------------------------------

function connect() {
  const address = new URL(`/v1/supervise/${session}`, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(address);
  socket.onmessage = ({data}) => take(JSON.parse(data));
  socket.onclose = lost;
}

async function lost() {
  enable(false);
  if (over) return;
  lostAt ??= Date.now();
  say(t("live.connecting"));
  const running = await fetch(`/teach/live/${session}`, {method: "HEAD"}).catch(() => null);
  if (running?.status === 404) return end();
  if (Date.now() - lostAt > PATIENCE) return stop(t("live.lost"));
  setTimeout(connect, Math.min(500 * 2 ** tries++, 5000));
}

function send(event) {
  if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < 200_000) socket.send(JSON.stringify(event));
}

// --- what the server says -------------------------------------------------------------------------

function take(event) {
  switch (event.type) {
    case "supervise.started": started(event); break;
    case "supervise.said": line(event); break;
    case "supervise.unsaid": $(event.item_id)?.remove(); break;
    case "supervise.state": state(event); break;
    case "supervise.learner": there(event.attached); break;
    case "supervise.teachers": teachers(event); break;
    case "whisper.followed": followed(event.text); break;
    case "audio": play(event); break;
    case "audio.silence": ears?.tutor.silence(); break;
    case "supervise.ended": end(event.summary); break;
    case "error": trouble(refusal({...event, error: event.message}).message); if (online && event.code === "conflict") leaveLine(); break;
  }
}

function started({attached, said}) {
  tries = 0;
  lostAt = null;
  trouble("");
  for (const one of said) line({...one, final: true, quiet: true});
  there(attached);
  enable(true);
  if (listening) send({type: "listen", on: true});
  if (online) send({type: "take_over"});  // within a few seconds the line is still mine
}

function line({item_id, role, text, final, quiet}) {
  $("nothing").hidden = true;
  let row = $(item_id);
  if (!row) {
    row = document.createElement("li");
    row.id = item_id;
    row.append(document.createElement("small"), document.createElement("span"));
    row.firstChild.textContent = name(role);
    $("lines").append(row);
  }
  row.className = `${role}${final ? "" : " growing"}`;
  row.lastChild.textContent = text;
  toEnd();
  if (final && !quiet) $("spoken").textContent = `${name(role)}: ${text}`;
}

const name = role => ({learner, tutor: companion})[role] ?? t(`live.${role}`);

let shown = "listening";
function state({state: now, remaining_seconds}) {
  shown = now;
  $("left").dataset.seconds = remaining_seconds;
  tick(0);
  sayState();
}

let attached = true;
function there(is) {
  attached = is;
  sayState();
}

const sayState = () => say(!attached ? t("live.away") : mine ? t("live.you_speak") : t(`live.state.${shown}`, {name: companion, learner}));
const say = text => { if ($("state").textContent !== text) $("state").textContent = text; };
const trouble = text => { $("trouble").textContent = text; };

function tick(seconds) {
  const left = Math.max(0, Number($("left").dataset.seconds) - (attached ? seconds : 0));
  $("left").dataset.seconds = left;
  const n = Math.max(1, Math.round(left / 60));
  $("left").textContent = t("live.left", {n, count: n});
}

function teachers({mode, teachers: names}) {
  if (mine && mode !== "speaking") leaveLine();  // the companion has taken the floor back
  mine = mode === "speaking" && online;
  const other = mode === "speaking" && !online;
  $("take").disabled = other || over;
  if (other) trouble(t("live.other_speaks", {name: names[0]}));
  else if (names.some(one => one !== teacher)) trouble("");
  sayState();
}

function end(summary) {
  stop(t("live.over"));
  $("over").hidden = false;
  $("tools").hidden = true;
  $("spoken").textContent = `${t("live.over")} ${summary ?? ""}`;
}

// There is nothing more to follow.
function stop(why) {
  over = true;
  leaveLine();
  ears?.close();
  enable(false);
  say(why);
  trouble("");
}

function enable(can) {
  for (const button of follow.querySelectorAll("button")) if (button.id !== "back") button.disabled = !can;
}

// --- listening ------------------------------------------------------------------------------------

async function listen() {
  if (!ears) await openEars();
  listening = !listening;
  $("listen").setAttribute("aria-pressed", listening);
  $("listen").textContent = listening ? t("live.listens") : t("live.listen");
  send({type: "listen", on: listening});
  if (!listening) ears.silence();
}

async function openEars() {
  const opened = new Ears();
  await opened.open();
  ears = opened;
  ears.volume = $("volume").value / 100;
  const draw = () => {
    for (const of of ["learner", "tutor"]) $(`${of}-level`).style.setProperty("--level", Math.min(1, ears[of].loudness * 1.6));
    if (!over) requestAnimationFrame(draw);
  };
  draw();
}

// One's own voice is not played back to oneself.
const play = event => { if (listening && !(event.of === "teacher" && online)) ears.play(event); };

// --- whispering -----------------------------------------------------------------------------------

function whisper(text) {
  send({type: "whisper", text});
  note(text, t("live.waits"));
}

function note(text, how) {
  const row = document.createElement("li"), said = document.createElement("span"), state = document.createElement("small");
  said.textContent = text;
  state.textContent = how;
  row.append(said, state);
  $("whispers").prepend(row);
  while ($("whispers").children.length > 5) $("whispers").lastChild.remove();
}

function followed(text) {
  const row = [...$("whispers").children].reverse().find(one => !one.className && one.firstChild.textContent === text);
  if (!row) return;
  row.className = "done";
  row.lastChild.textContent = t("live.followed");
}

const wish = () => {
  const text = $("wish").value.trim();
  $("wish").value = "";
  return text;
};

// --- taking over ----------------------------------------------------------------------------------

async function takeOver() {
  $("take").disabled = true;
  trouble("");
  try {
    microphone = new Sound({
      onCaptured: pcm => send({type: "audio", audio: toBase64(pcm)}),
      onPeak: peak => $("my-level").style.setProperty("--level", peak),
      onPlayed: () => {},
    });
    await microphone.open();
    await microphone.listen();
  } catch {
    microphone?.close();
    $("take").disabled = false;
    return trouble(t("live.no_microphone"));
  }
  online = true;
  send({type: "take_over"});
  if (!listening) await listen();
  showLine();
  $("back").focus();
}

function handBack() {
  send({type: "hand_back"});
  leaveLine();
  $("take").focus();
}

function leaveLine() {
  if (online) microphone?.close();
  online = mine = false;
  showLine();
}

function showLine() {
  $("line").classList.toggle("live", online);
  $("on-line").hidden = !online;
  $("off-line").hidden = $("take").hidden = online;
  $("back").hidden = !online;
  $("take").disabled = over;
}

$("listen").addEventListener("click", () => listen().catch(() => trouble(t("live.no_sound"))));
$("volume").addEventListener("input", () => { if (ears) ears.volume = $("volume").value / 100; });
$("whisper").addEventListener("submit", event => {
  event.preventDefault();
  const text = wish();
  if (text) whisper(text);
});
$("say").addEventListener("click", () => {
  const text = wish();
  if (!text) return $("wish").focus();
  send({type: "say", text});
  note(text, t("live.will_say"));
});
for (const chip of document.querySelectorAll("[data-wish]")) chip.addEventListener("click", () => whisper(chip.dataset.wish));
$("take").addEventListener("click", takeOver);
$("back").addEventListener("click", handBack);
setInterval(() => over || tick(1), 1000);
toEnd();
connect();
