// A title is changed where it stands: Enter or leaving keeps it, Escape does not.
import {ask, words} from "./panel.js";
import {entitle, titleOf} from "./carry.js";

// `queue` runs what saves it, and rejects nothing.
export function rename(row, queue) {
  if (row.querySelector(":scope > .renaming, :scope > .entry > .renaming")) return;
  const shown = row.querySelector(".naming");
  const address = row.dataset.module ? `/api/v1/modules/${row.dataset.module}` : `/api/v1/lessons/${row.dataset.lesson}`;
  const before = titleOf(row);
  const input = Object.assign(document.createElement("input"), {value: before, maxLength: 200, className: "renaming grow", ariaLabel: words("said.title")});
  shown.hidden = true;
  shown.after(input);
  input.select();
  input.focus();

  let closed = false;

  function close(focus) {
    closed = true;  // taking the input away is leaving it, too
    input.remove();
    shown.hidden = false;
    if (focus) row.querySelector("[data-act=rename]").focus();
  }

  async function keep(title) {
    const {data, tag} = await ask(`GET ${address}`);
    if (data.title !== before) {
      entitle(row, data.title);
      throw new Error(words("said.renamed", {title: data.title, mine: title}));
    }
    await ask(`PATCH ${address}`, {title}, tag);
  }

  function done(focus) {
    if (closed) return;
    const title = input.value.trim();
    close(focus);
    if (!title || title === before) return;
    entitle(row, title);
    queue(() => keep(title).catch(error => {
      if (titleOf(row) === title) entitle(row, before);  // undone, visibly
      throw error;
    }));
  }
  input.addEventListener("keydown", event => {
    if (event.key === "Enter") {
      event.preventDefault();
      done(true);
    }
    if (event.key === "Escape") close(true);
  });
  input.addEventListener("blur", () => done(false));
}
