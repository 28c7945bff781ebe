// A course from a file: an archive of ours or a Common Cartridge. What could not be taken is listed before one goes on.
import {busy, leave, words} from "./panel.js";
import {upload} from "./upload.js";

const form = document.getElementById("import");
const input = form.querySelector("input");
const drop = form.querySelector("[data-drop]");
const bar = form.querySelector("progress");
const problem = form.querySelector(".problem");
const status = document.getElementById("status");

function report({course, left_out: left}) {
  const edit = `/teach/courses/${course.slug}/edit`;
  if (!left.length) return leave(edit);
  const shown = document.getElementById("report");
  shown.hidden = false;
  shown.querySelector("[data-made]").textContent = words("said.imported", {title: course.title, count: left.length});
  shown.querySelector("ul").replaceChildren(...left.map(({part, reason}) => {
    const line = document.createElement("li");
    line.append(Object.assign(document.createElement("strong"), {textContent: part}), ` ${reason}`);
    return line;
  }));
  shown.querySelector("a").href = edit;
  shown.querySelector("a").focus();
}

form.querySelector("[type=submit]").disabled = false;
form.addEventListener("submit", event => {
  event.preventDefault();
  const [file] = input.files;
  problem.hidden = bar.hidden = true;
  if (!file) return;
  bar.hidden = false;
  busy(form.querySelector("[type=submit]"), async () => report(await upload("/api/v1/courses/import", file, part => {
    bar.value = part;
    status.textContent = words(part < 1 ? "said.sending" : "said.reading");
  }))).catch(error => {
    problem.textContent = error.message;
    problem.hidden = false;
  }).finally(() => {
    bar.hidden = true;
    status.textContent = "";
  });
});
input.addEventListener("change", () => drop.querySelector("span").textContent = input.files[0]?.name ?? drop.textContent);
drop.addEventListener("dragover", event => event.preventDefault());
drop.addEventListener("drop", event => {
  event.preventDefault();
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change"));
});
