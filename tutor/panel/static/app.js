// The session page: pick a companion, talk, see what was said.
import {Call, unfinished} from "./call.js";
import {$, begin, say, show} from "./screen.js";

const NOT_SIGNED_IN = "Please sign in first: open the one-time link that the server printed when it started, or ask whoever runs it for one.";
let call = null;

async function listCompanions() {
  const answer = await fetch("/api/v1/companions?limit=100");
  if (answer.status === 401) return notice(NOT_SIGNED_IN);
  if (!answer.ok) throw new Error((await answer.json()).error);
  const {data} = await answer.json();
  $("companions").replaceChildren(...data.map(card));
  notice(data.length ? "" : "There are no companions yet.");
  const {session, slug} = unfinished();
  offerToGoOn(data.find(one => one.slug === slug), session);
}

const notice = text => { $("notice").textContent = text; };

function card(companion) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.subject = companion.subject;
  for (const [tag, text] of [["i", companion.name[0]], ["strong", companion.name], ["span", companion.topic], ["small", `${companion.subject} · ${companion.duration_minutes} minutes`]]) {
    const part = document.createElement(tag);
    part.textContent = text;
    part.ariaHidden = tag === "i";
    button.append(part);
  }
  button.addEventListener("click", () => ask(companion));
  const entry = document.createElement("li");
  entry.append(button);
  return entry;
}

// After a reload: the session waits on the server for a while.
function offerToGoOn(companion, session) {
  $("go-on").hidden = !companion;
  if (!companion) return;
  $("go-on").textContent = `Go on with ${companion.name}`;
  $("go-on").onclick = () => ask(companion, session);
}

function ask(companion, session = null) {
  const dialog = $("permission");
  dialog.classList.toggle("insecure", !window.isSecureContext);
  $("address").textContent = location.origin;
  dialog.showModal();
  const start = microphone => async () => {
    dialog.close();
    begin(companion, {microphone});
    call = new Call(companion, session);
    await call.open(microphone);
  };
  $("allow").onclick = start(true);
  $("without").onclick = start(false);
}

$("typing").addEventListener("submit", event => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (text) call.type(text);
  $("text").value = "";
});
$("mute").addEventListener("click", () => call.mute());
$("volume").addEventListener("input", () => { call.sound.volume = $("volume").value / 100; });
$("patience").addEventListener("change", () => call.send({type: "viva.patience", patience: $("patience").value}));
$("end").addEventListener("click", () => call.end());
$("again").addEventListener("click", () => {
  say("idle");
  show("choose");
  listCompanions().catch(failed);
});

// M and the space bar mute, where they would not do something else.
addEventListener("keydown", event => {
  const mutes = event.key.toLowerCase() === "m" || (event.key === " " && !event.altKey);
  if (!mutes || event.ctrlKey || event.metaKey || event.repeat || $("talk").hidden || $("mute").hidden) return;
  if (!event.altKey && event.target.closest("input, select, button")) return;
  event.preventDefault();
  call.mute();
});

// The address /talk/ada asks for Ada at once.
async function meet() {
  const [, slug] = location.pathname.match(/^\/talk\/(.+)/) ?? [];
  if (!slug) return;
  const answer = await fetch(`/api/v1/companions/${slug}`);
  if (!answer.ok) return notice((await answer.json()).error);
  const {data} = await answer.json();
  const left = unfinished();
  ask(data, left.slug === data.slug ? left.session : null);
}

const failed = error => notice(`The companions could not be loaded: ${error.message}. Reload the page to try again.`);
listCompanions().then(meet).catch(failed);
