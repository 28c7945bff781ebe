// A form that edits one thing and stays: saves what changed, merges what somebody else changed meanwhile, keeps what is
// not saved yet in the browser, and warns before it is left. The form has data-address, data-tag and data-person.
import {ask, blameAll, check, fields} from "./panel.js";
import {changes, merge, same} from "./merge.js";
import {words} from "./said.js";

const KEEP_MS = 400;
const STALE = '"stale"';  // no ETag of ours: the server then says that it was changed

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

// `shown` makes form values of what the server answers, `sent` a body of changed values. The form must not be filled by
// the browser (autocomplete="off"): what it says at first is taken for what the server has.
export class Editing {
  constructor(form, {shown, sent = values => values}) {
    Object.assign(this, {form, sent, shown: data => plain(shown(data)), address: form.dataset.address, tag: form.dataset.tag});
    this.key = `viva:draft:${form.dataset.person}:${this.address}`;
    this.status = document.getElementById("status");
    this.base = this.values();
    this.restore();
    form.querySelector("[type=submit]").disabled = false;
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

  values() {
    return fields(this.form);
  }

  get dirty() {
    return !same(this.values(), this.base);
  }

  changed() {
    this.tell(this.dirty ? "said.unsaved" : "said.saved");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), KEEP_MS);
  }

  tell(key, values) {
    this.status.textContent = words(key, values);
  }

  // In this browser, so that a closed tab or a dropped connection loses nothing.
  keep() {
    clearTimeout(this.timer);
    try {
      if (this.dirty) localStorage.setItem(this.key, JSON.stringify({base: this.base, mine: this.values(), at: Date.now()}));
      else localStorage.removeItem(this.key);
    } catch { /* no room or no storage: saving still works */ }
  }

  restore() {
    let draft;
    try {
      draft = JSON.parse(localStorage.getItem(this.key));
    } catch { /* not ours */ }
    if (!draft?.mine || same(draft.mine, this.base)) return;
    const note = document.getElementById("restored");
    note.querySelector("[data-when]").textContent = new Intl.DateTimeFormat(document.documentElement.lang, {dateStyle: "medium", timeStyle: "short"}).format(draft.at);
    note.hidden = false;
    note.querySelector("button").addEventListener("click", () => {
      localStorage.removeItem(this.key);
      this.base = this.values();  // nothing to warn of
      location.reload();
    });
    if (!same(draft.base, this.base)) this.tag = STALE;  // saved by somebody since: saving brings both together
    this.base = draft.base;
    put(this.form, draft.mine);
    this.tell("said.unsaved");
  }

  // Whether all is saved now.
  async save() {
    if (this.saving) return this.saving;
    this.saving = this.send().finally(() => this.saving = null);
    return this.saving;
  }

  async send() {
    this.form.querySelector(".problem:not(.said)").hidden = true;
    if (!check(this.form)) return false;
    const mine = this.values();
    if (same(mine, this.base) && this.tag !== STALE) {
      this.tell("said.saved");
      return true;
    }
    this.tell("said.saving");
    try {
      const {data, tag} = await ask(`PATCH ${this.address}`, this.sent(changes(this.base, mine)), this.tag);
      this.saw(mine, data, tag);
      return !this.dirty;
    } catch (error) {
      if (error.status === 412) return await this.meet(mine);
      this.tell("said.kept");
      blameAll(this.form, error);
      return false;
    }
  }

  // The server has this now; what was typed since `mine` stays.
  saw(mine, data, tag) {
    const theirs = this.shown(data);
    put(this.form, merge(mine, this.values(), theirs).merged);
    [this.base, this.tag] = [theirs, tag];
    document.getElementById("restored").hidden = true;
    this.keep();
    this.tell(this.dirty ? "said.unsaved" : "said.saved");
    this.form.dispatchEvent(new CustomEvent("saved", {detail: data}));
  }

  // Somebody else saved: what only one of us changed is taken as it is, for the rest the teacher chooses.
  async meet(mine) {
    const {data, tag} = await ask(`GET ${this.address}`).catch(error => ({error}));
    if (!data) {
      this.tell("said.kept");
      return false;
    }
    const theirs = this.shown(data);
    const {merged, collisions} = merge(this.base, mine, theirs);
    const {choose} = await import("./choice.js");
    const chosen = collisions.length ? await choose(this.form, collisions, mine, theirs) : {};
    if (!chosen) {
      this.tell("said.kept");
      return false;
    }
    put(this.form, {...merged, ...chosen});
    [this.base, this.tag] = [theirs, tag];
    this.form.dispatchEvent(new Event("merged"));
    const all = await this.send();
    if (all && !collisions.length) this.tell("said.merged");
    return all;
  }
}
