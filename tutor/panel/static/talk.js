// The session page: begin, talk, end.
import {Call, unfinished} from "./call.js";
import {$, begin, companion, say, show} from "./screen.js";
import {keep, tastes} from "./tastes.js";

let call = null;

async function start(microphone) {
  const left = unfinished();
  begin({microphone});
  call = new Call(companion, left.slug === companion.slug ? left.session : null);
  await call.open(microphone);
}

function ready() {
  const goesOn = unfinished().slug === companion.slug;
  $("unfinished").hidden = $("anew").hidden = !goesOn;
  say("idle", "");
}

$("address").textContent = location.origin;
$("allow").hidden = document.querySelector(".secure").hidden = !isSecureContext;
document.querySelector(".plain").hidden = isSecureContext;
ready();

$("allow").addEventListener("click", () => start(true));
$("without").addEventListener("click", () => start(false));
$("anew").addEventListener("click", () => {
  unfinished.forget();
  ready();
});
$("again").addEventListener("click", () => {
  ready();
  show("ready");
});

$("typing").addEventListener("submit", event => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (text) call.type(text);
  $("text").value = "";
});
$("mute").addEventListener("click", () => call.mute());
$("end").addEventListener("click", () => call.end());

// What the learner prefers is shown, kept, and told to the call.
$("patience").value = tastes.patience || companion.patience;
for (const name of ["speed", "size", "volume"]) $(name).value = tastes[name];
$("captions").dataset.size = tastes.size;
for (const name of ["patience", "speed", "size", "volume"]) {
  $(name).addEventListener("input", () => {
    keep(name, name === "volume" ? Number($(name).value) : $(name).value);
    if (name === "size") $("captions").dataset.size = tastes.size;
    else call?.prefer(name);
  });
}

// M and the space bar mute, where they would not do something else.
addEventListener("keydown", event => {
  if (event.key === "Escape" && $("settings").open) {
    $("settings").open = false;
    $("settings").querySelector("summary").focus();
  }
  const mutes = event.key.toLowerCase() === "m" || (event.key === " " && !event.altKey);
  if (!mutes || event.ctrlKey || event.metaKey || event.repeat || $("talk").hidden || $("mute").hidden) return;
  if (!event.altKey && event.target.closest("input, select, button, summary, a")) return;
  event.preventDefault();
  call.mute();
});
document.addEventListener("click", event => {
  if ($("settings").open && !$("settings").contains(event.target)) $("settings").open = false;
});
