// One thing is edited in a form that stays: what is not saved is kept as a draft, what somebody else changed meanwhile
// is brought together with it, and who leaves it unsaved is warned. The page has writing.html's `restored` and `scripts`.
import {Draft} from "./draft.js";
import {changes, merge, same} from "./merge.js";
import {ask, blameAll, check, fields, problemOf, words} from "./panel.js";

const KEEP_MS = 400;

// A form that is reset empties the list of an input's files itself.
function copied(files) {
  const bag = new DataTransfer();
  for (const file of files) bag.items.add(file);
  return bag.files;
}

// How the thing is read from the form and written into it, as values by name; how the server's is had (`load`) and
// changed (`send`), both answering {values, tag}, and `sent` if what was sent has other names now; how it is said what
// the server refuses (`blame`), and a name and its value in words (`told`: {title, text, long}).
export class Editing {
  constructor(form, {tag, read, write, load, send, blame, told}) {
    Object.assign(this, {form, tag, read, write, load, store: send, blame, told});
    this.draft = new Draft(`${form.dataset.person}:${form.dataset.address}`);
    this.status = document.getElementById("status");
    this.note = document.getElementById("restored");
    this.problem = problemOf(form);
    const early = this.read();  // typed before this script came
    const files = [...form.querySelectorAll("[type=file]")].map(input => [input, copied(input.files)]);
    const selections = [...form.elements].filter(one => one.selectionStart != null).map(one => [one, one.selectionStart, one.selectionEnd]);
    form.reset();
    for (const [input, chosen] of files) input.files = chosen;
    this.base = this.read();
    this.restore(early);
    for (const [input, start, end] of selections) input.setSelectionRange(start, end);
    form.addEventListener("input", () => this.changed());
    form.addEventListener("submit", event => {
      event.preventDefault();
      this.save();
    });
    document.addEventListener("keydown", event => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
      event.preventDefault();
      this.save();
    });
    addEventListener("pagehide", () => this.keep());
    document.addEventListener("visibilitychange", () => this.keep());  // the last that a phone tells
    addEventListener("beforeunload", event => {
      this.keep();
      if (this.dirty) event.preventDefault();
    });
  }

  get dirty() {
    return !same(this.read(), this.base);
  }

  changed() {
    this.tell(this.dirty ? "said.unsaved" : "said.saved");
    if (!this.dirty) this.problem.hidden = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), KEEP_MS);
  }

  tell(key) {
    this.status.textContent = words(key);
  }

  keep() {
    clearTimeout(this.timer);
    if (this.dirty) this.draft.keep({base: this.base, mine: this.read(), at: Date.now()});
    else if (this.kept) this.draft.drop();  // and not that of another tab
    this.kept = this.dirty;
  }

  // A draft is shown as it was written, over what its writer had seen: what was saved since is brought in by saving.
  restore(early) {
    const draft = this.draft.read();
    this.kept = Boolean(draft);
    const wanted = draft?.mine && !same(draft.mine, this.base);
    this.write(wanted ? merge(this.base, early, draft.mine).merged : early);
    if (this.dirty) this.tell("said.unsaved");
    if (!wanted) return;
    this.note.querySelector("[data-when]").textContent = new Intl.DateTimeFormat(document.documentElement.lang, {dateStyle: "medium", timeStyle: "short"}).format(draft.at);
    this.note.hidden = false;
    this.note.querySelector("button").addEventListener("click", () => {
      this.draft.drop();
      this.base = this.read();  // nothing to warn of
      location.reload();
    });
    this.stale = !same(draft.base, this.base);
    this.note.querySelector("[data-stale]").hidden = !this.stale;
    this.base = draft.base;
  }

  // Whether all is saved now.
  async save() {
    this.saving ??= this.send().finally(() => this.saving = null);
    return this.saving;
  }

  async send() {
    this.problem.hidden = true;
    if (!check(this.form)) return false;
    const mine = this.read();
    if (same(mine, this.base) && !this.stale) {
      this.tell("said.saved");
      return true;
    }
    this.tell("said.saving");
    try {
      if (this.stale) return await this.meet(mine);
      this.saw(mine, await this.store(this.base, mine, this.tag));
      return !this.dirty;
    } catch (error) {
      if (error.status === 412) {
        this.stale = true;
        return this.send();
      }
      this.tell("said.kept");
      this.blame(error);
      return false;
    }
  }

  // The server has this now; what was typed since `mine` stays.
  saw(mine, {values, tag, sent = mine}) {
    this.write(merge(sent, this.read(), values).merged);
    [this.base, this.tag] = [values, tag];
    this.note.hidden = true;
    this.keep();
    this.tell(this.dirty ? "said.unsaved" : "said.saved");
    if (values.title ?? values.name) document.querySelector("h1").textContent = values.title ?? values.name;
    this.form.dispatchEvent(new Event("written"));
  }

  // Somebody else saved: what only one of us changed is taken as it is, for the rest the teacher chooses.
  async meet(mine) {
    const {values: theirs, tag} = await this.load();
    const {collisions} = merge(this.base, mine, theirs);
    const {choose} = await import("./choice.js");
    const chosen = collisions.length ? await choose(this.told, collisions, mine, theirs) : {};
    if (!chosen) {
      this.tell("said.kept");
      return false;
    }
    this.write(merge(this.base, mine, theirs, chosen).merged);
    [this.base, this.tag, this.stale] = [theirs, tag, false];
    this.form.dispatchEvent(new Event("written"));
    const all = await this.send();
    if (all && !collisions.length) this.tell("said.merged");
    return all;
  }
}

// Edits what the fields of a form are of, at its data-address: `shown` makes form values of what the server answers,
// `sent` a body of changed values.
export function editForm(form, {shown, sent = values => values, read = () => fields(form)}) {
  const {address, tag} = form.dataset;
  const got = ({data, tag}) => ({values: plain(shown(data)), tag});
  return new Editing(form, {
    tag, read,
    write: values => put(form, values),
    load: async () => got(await ask(`GET ${address}`)),
    send: async (base, mine, tag) => got(await ask(`PATCH ${address}`, sent(changes(base, mine)), tag)),
    blame: error => blameAll(form, error),
    told: (name, value) => told(form, name, value),
  });
}

// What a field is called, and a value of it in words.
export function told(form, name, value) {
  const input = form.elements[name];
  const title = input?.labels?.[0]?.querySelector("span")?.textContent ?? input?.ariaLabel ?? name;
  const option = [...input?.options ?? []].find(one => one.value === value);
  const text = option ? option.text : typeof value === "boolean" ? words(value ? "said.yes" : "said.no") : [value].flat().join("\n");
  return {title, text, long: input?.tagName === "TEXTAREA"};
}

function put(form, values) {
  for (const [name, value] of Object.entries(values)) {
    const group = form.querySelector(`[data-many=${name}]`);
    for (const box of group?.querySelectorAll("input") ?? []) box.checked = value.includes(box.value);
    const input = form.elements[name];
    if (group || !input) continue;
    if (input.type === "checkbox") input.checked = value;
    else {
      const text = input.dataset.split ? value.join(input.dataset.split === "line" ? "\n" : ", ") : value;
      if (input.value !== text) input.value = text;
    }
  }
}

// Line ends as text areas have them: an imported text may have others, and would never look saved.
const plain = values => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? value.replace(/\r\n?/g, "\n") : value]));
