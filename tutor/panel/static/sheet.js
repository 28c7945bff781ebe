// A form whose parts are saved together: what is not saved is kept as a draft in this browser, and asked about when it
// is left. The page has #state, #kept, #anyway and the strings that begin with "sheet.".
import {Draft} from "./draft.js";
import {words} from "./said.js";

// `read` tells all that is in the form, `write` puts that back, `send(anyway)` saves it, whatever others did if
// `anyway`, and `blame(fields)` marks what the server refuses; it answers whether there was something to mark.
export function sheet(form, {read, write, send, blame}) {
  const problem = form.querySelector(".bar .problem");
  const state = document.getElementById("state");
  const anyway = document.getElementById("anyway");
  const kept = document.getElementById("kept");
  const draft = new Draft(form.dataset.draft);
  const before = draft.read();
  let changed = false;

  function touched() {
    changed = true;
    state.textContent = words("sheet.unsaved");
    draft.keep(read());
  }

  // The browser says what is missing, in the person's language; it can only do so where it is seen.
  function complete() {
    const folded = form.querySelector(":is(input, select, textarea):invalid")?.closest("details");
    if (folded) folded.open = true;
    return form.reportValidity();
  }

  async function save(button, whatever) {
    problem.hidden = anyway.hidden = true;
    if (!complete()) return;
    button.disabled = true;
    try {
      await send(whatever, () => {
        changed = false;
        draft.drop();
        kept.hidden = true;  // the old draft is older than what is saved now
      });
      state.textContent = words("sheet.saved");
    } catch (error) {
      problem.textContent = blame(error.fields ?? []) ? words("sheet.marked") : error.message;
      problem.hidden = false;
      anyway.hidden = error.status !== 412;
    } finally {
      button.disabled = false;
    }
  }

  form.addEventListener("submit", event => {
    event.preventDefault();
    save(form.querySelector("[type=submit]"), false);
  });
  anyway.addEventListener("click", () => save(anyway, true));
  addEventListener("beforeunload", event => { if (changed) event.preventDefault(); });
  kept.hidden = !before;
  kept.addEventListener("click", event => {
    const wanted = event.target.dataset.draft;
    if (!wanted) return;
    kept.hidden = true;
    if (wanted === "drop") return draft.drop();
    write(before);
    touched();
  });
  return {touched, state};
}
