// What becomes of the files that a text names: a line for each that was put in just now, is being prepared, or could not be.
import {element} from "./elements.js";
import {ask, words} from "./panel.js";

const NAMED = /media:(med_[0-9a-f]{20})/g;
const MOST = 50;          // files that are asked after
const AGAIN_MS = 5000;    // news come by themselves; who writes in another's course has to ask
const WORKING = ["pending", "processing"];

// `ready` is called when learners can see one that they could not before.
export function prepared(list, area, ready) {
  const files = new Map();  // by id: {state, line}
  let timer;

  function show(id, {name, state, message, progress}) {
    const file = files.get(id);
    if (!file || !state) return;
    const was = file.state;
    file.state = state;
    if (!file.line && (file.fresh || state !== "completed")) list.append(file.line = line(name));
    if (!file.line) return;
    const [, bar, said, why] = file.line.children;
    bar.hidden = !WORKING.includes(state);
    if (progress) bar.value = progress;
    if (was !== state) said.textContent = words(`said.file_${state}`);
    file.line.classList.toggle("problem", state === "failed");
    if (state === "failed") tell(why, message);
    else why.textContent = "";
    if (state === "completed" && WORKING.includes(was)) ready();
  }

  async function look(fresh) {
    clearTimeout(timer);
    const named = [...new Set([...area.value.matchAll(NAMED)].map(([, id]) => id))].slice(0, MOST);
    for (const [id, {line}] of files) if (!named.includes(id)) line?.remove(), files.delete(id);
    for (const id of named) {
      if (!files.has(id)) files.set(id, {state: "unknown", line: null, fresh});
      else if (!WORKING.includes(files.get(id).state)) continue;
      await ask(`GET /api/v1/media/${id}`).then(({data}) => show(id, data), () => {});  // not there: the preview shows it
    }
    if ([...files.values()].some(({state}) => WORKING.includes(state))) timer = setTimeout(look, AGAIN_MS, fresh);
  }

  document.addEventListener("viva:job.changed", ({detail}) => detail.kind === "media" && show(detail.subject, detail));
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 400, true);
  });
  look(false);
}

// The server's sentence, which is English, in the language of the page where that has it.
function tell(place, message) {
  const known = JSON.parse(document.getElementById("told")?.textContent ?? "[]").find(([made]) => new RegExp(`^${made}$`).test(message));
  if (known) message = known[1].replace(/\{(\w+)\}/g, (gap, name) => new RegExp(`^${known[0]}$`).exec(message).groups[name]);
  else place.lang = "en";
  place.textContent = message;
}

function line(name) {
  const made = element("li", "");
  const said = element("span", "", "soft");
  said.setAttribute("role", "status");
  made.append(element("span", name), Object.assign(element("progress", ""), {max: 100, ariaLabel: name}), said, element("small", ""));
  return made;
}
