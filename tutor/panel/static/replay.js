// A recording and its transcript: the turn that is being said is lit, and a turn leads to its sound.
const LEAD = 0.3;  // seconds before a turn, so that its first word is whole
const sound = document.getElementById("sound");
const talk = document.querySelector(".talk");
const turns = [...document.querySelectorAll(".talk [data-at]")].map(line => ({line, at: Number(line.dataset.at)})).sort((a, b) => a.at - b.at);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let lit = null;

function follow() {
  const line = turns.findLast(({at}) => at - LEAD <= sound.currentTime)?.line ?? null;
  if (line === lit) return;
  lit?.removeAttribute("aria-current");
  line?.setAttribute("aria-current", "true");
  lit = line;
  if (!sound.paused) line?.scrollIntoView({block: "nearest", behavior: calm.matches ? "auto" : "smooth"});
}

talk?.addEventListener("click", event => {
  const line = event.target.closest("[data-at]");
  if (!line || String(getSelection())) return;  // who marks words wants to copy them
  sound.currentTime = Math.max(0, Number(line.dataset.at) - LEAD);
  sound.play().catch(() => {});  // what is wrong with it, "error" says
});
for (const kind of ["timeupdate", "seeked", "play"]) sound.addEventListener(kind, follow);
sound.addEventListener("error", () => { document.getElementById("cannot").hidden = false; });
