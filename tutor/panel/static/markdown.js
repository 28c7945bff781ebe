// A Markdown text: tools that write its marks, files that are picked, dropped or pasted, and a preview by the server.
import {ask, words} from "./panel.js";
import {prepared} from "./prepared.js";
import {uploadFor} from "./upload.js";

const WAIT_MS = 350, AGAIN_MS = 4000;

// Answers a function that shows the preview anew.
export function markdown(box, {course, target}) {
  const area = box.querySelector("textarea");
  tools(box, area);
  files(box, area, course);
  const {soon, anew} = preview(area, course, target);
  prepared(box.querySelector("[data-prepared]"), area, anew);
  return soon;
}

// With the browser's own undo, where it can.
function write(area, {from, until, text, select}) {
  area.focus();
  area.setSelectionRange(from, until);
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text);
    area.dispatchEvent(new Event("input", {bubbles: true}));
  }
  if (select) area.setSelectionRange(...select);
}

function tools(box, area) {
  const bar = box.querySelector("[role=toolbar]");
  const buttons = [...bar.querySelectorAll("button")];
  const mark = name => write(area, MARKS[name](area.value, area.selectionStart, area.selectionEnd, words("said.sample")));
  bar.addEventListener("click", event => {
    const name = event.target.closest("[data-mark]")?.dataset.mark;
    if (name) mark(name);
  });
  buttons.forEach((one, at) => one.tabIndex = at ? -1 : 0);  // one stop for Tab, arrows within
  bar.addEventListener("keydown", event => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!step) return;
    const other = buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length);
    for (const one of buttons) one.tabIndex = one === other ? 0 : -1;
    other.focus();
  });
  area.addEventListener("keydown", event => {
    const name = (event.ctrlKey || event.metaKey) && !event.altKey && {b: "bold", i: "italic", k: "link"}[event.key];
    if (!name) return;
    event.preventDefault();
    mark(name);
  });
}

function files(box, area, course) {
  const picker = box.querySelector("[type=file]");
  const list = box.querySelector("[data-uploads]");

  async function take(file) {
    const line = document.createElement("li");
    const bar = Object.assign(document.createElement("progress"), {max: 1, value: 0, ariaLabel: file.name});
    line.append(file.name, bar);
    list.append(line);
    try {
      const made = await uploadFor(course, file, part => bar.value = part);
      const name = made.name.replace(/\.\w+$/, "").replace(/[[\]\\]/g, " ");
      const shown = /^(image|audio|video)\//.test(made.media_type);  // films and sounds become players
      const rest = area.value.slice(area.selectionEnd);
      const at = area.selectionEnd + (rest.includes("\n") ? rest.indexOf("\n") : rest.length);  // not within a word or its marks
      const gap = at && area.value[at - 1] !== "\n" ? "\n\n" : "";
      write(area, {from: at, until: at, text: `${gap}${shown ? "!" : ""}[${name}](media:${made.id})\n`});
      line.remove();
    } catch (error) {
      bar.remove();
      line.className = "problem";
      line.setAttribute("role", "alert");
      line.append(`: ${error.message}`);
    }
  }
  const all = async some => {
    list.replaceChildren();
    for (const one of some) await take(one);
  };

  box.querySelector("[data-pick]").addEventListener("click", () => picker.click());
  picker.addEventListener("change", async () => {
    await all([...picker.files]);
    picker.value = "";
  });
  area.addEventListener("paste", event => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    all([...event.clipboardData.files]);
  });
  area.addEventListener("dragover", event => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    area.classList.add("over");
  });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", event => {
    area.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    all([...event.dataTransfer.files]);
  });
}

function preview(area, course, target) {
  let timer, asked = 0, shown = area.defaultValue;  // the page came with it

  async function show() {
    const text = area.value, mine = ++asked;
    if (text === shown) return;
    try {
      const {data} = await ask(`POST /api/v1/courses/${course}/preview`, {text});
      if (mine !== asked) return;
      shown = text;
      target.innerHTML = data.html;  // the server's own: what is HTML in the text is text in it
      target.classList.remove("stale");
    } catch {
      target.classList.add("stale");
      timer = setTimeout(show, AGAIN_MS);
    }
  }
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(show, WAIT_MS);
  };
  const anew = () => {
    shown = null;
    soon();
  };
  area.addEventListener("input", soon);
  show();
  return {soon, anew};
}

// What the tools write: each gets the text, where the selection begins and ends, and a sample word for an empty one, and
// says which part to replace by what, and what is selected then.

const around = (before, after) => (text, from, until, sample) => {
  const inside = text.slice(from, until) || sample;
  const marked = text.slice(from - before.length, from) === before && text.slice(until, until + after.length) === after;
  if (marked) return {from: from - before.length, until: until + after.length, text: inside, select: [from - before.length, until - before.length]};
  return {from, until, text: before + inside + after, select: [from + before.length, from + before.length + inside.length]};
};

// Whole lines, each with the mark, or each without it if all have it.
const lines = (mark, is) => (text, from, until, sample) => {
  const begin = text.lastIndexOf("\n", from - 1) + 1;
  const end = text.indexOf("\n", until) < 0 ? text.length : text.indexOf("\n", until);
  const all = (text.slice(begin, end) || sample).split("\n");
  const off = all.every(line => is.test(line));
  const written = all.map(line => off ? line.replace(is, "") : mark + line.replace(is, "")).join("\n");
  return {from: begin, until: end, text: written, select: [begin, begin + written.length]};
};

function link(text, from, until, sample) {
  const inside = text.slice(from, until) || sample;
  const start = from + inside.length + 3;
  return {from, until, text: `[${inside}](https://)`, select: [start, start + 8]};
}

const MARKS = {
  heading: lines("## ", /^#{1,6} +/), list: lines("- ", /^\s*[-*] +/), bold: around("**", "**"), italic: around("*", "*"),
  formula: around("$", "$"), link,
};
