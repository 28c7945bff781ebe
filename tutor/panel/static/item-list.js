// The items of a form, edited together: added, put in order, deleted and taken back, and marked where something is
// wrong with them. Each has a key, by which two people's lists are brought together.
import {carry, place} from "./carry.js";
import {Editing, told} from "./editing.js";
import {element} from "./elements.js";
import {apart, isEntry, same, together} from "./merge.js";
import {blameAll, toast, words} from "./panel.js";

export class ItemList {
  #made = 0;

  // `read` answers an item's value and `write` puts one into it; `blank` is the template of a new one.
  constructor(list, blank, {read, write}) {
    Object.assign(this, {list, blank, read, write});
    list.addEventListener("click", event => {
      const button = event.target.closest("[data-remove]");
      if (button) this.remove(button.closest(".item"));
    });
    carry(list.parentElement, () => this.changed());
  }

  all() {
    return [...this.list.querySelectorAll(":scope > .item")];
  }

  values() {
    return apart(this.all().map(item => [item.dataset.key, this.read(item)]));
  }

  // Values of the server's items, as they would be read from the form.
  shaped(items, keyOf) {
    return apart(items.map(one => [keyOf(one), this.read(this.build(keyOf(one), one))]));
  }

  build(key, value) {
    const item = this.blank.content.firstElementChild.cloneNode(true);
    item.dataset.key = key;
    if (value) this.write(item, value);
    return item;
  }

  show(values) {
    const there = new Map(this.all().map(item => [item.dataset.key, item]));
    const wanted = together(values).map(([key, value]) => {
      const item = there.get(key) ?? this.build(key, value);
      if (!same(this.read(item), value)) this.write(item, value);
      return item;
    });
    for (const row of [...this.list.children]) if (!wanted.includes(row)) row.remove();
    place(this.list, wanted);
    this.count();
  }

  // The server gave the items of `values` these keys, in their order; answers the values with them.
  rekey(values, keys) {
    const items = together(values);
    for (const item of this.all()) item.dataset.key = keys[values.order.indexOf(item.dataset.key)] ?? item.dataset.key;
    return apart(items.map(([, value], at) => [keys[at], value]));
  }

  add() {
    const most = Number(this.list.dataset.most);
    if (this.all().length >= most) return toast(words("said.full", {most}));
    const item = this.build(`new-${Date.now()}-${++this.#made}`);
    this.list.append(item);
    item.querySelector("details").open = true;
    item.querySelector("input, select, textarea").focus();
    item.scrollIntoView();
    this.changed(item);
    return item;
  }

  // It is only gone when that is saved: until then it lies here and can be taken back.
  remove(item) {
    const gone = element("li", "", "gone");
    const undo = element("button", words("said.undo"), "quiet");
    gone.append(element("span", words("said.gone"), "grow"), undo);
    undo.addEventListener("click", () => {
      gone.replaceWith(item);
      this.changed();
      item.querySelector("summary").focus();
    });
    item.replaceWith(gone);
    undo.focus();
    this.changed();
  }

  count() {
    this.all().forEach((item, place) => { item.querySelector(".number").textContent = place + 1; });
    document.getElementById("none").hidden = this.all().length > 0;
  }

  changed(where = this.list) {
    this.count();
    where.dispatchEvent(new Event("input", {bubbles: true}));
  }

  // `text` answers what is wrong with the item that has this key, if there is one.
  mark(key, text) {
    const item = this.all().find(one => one.dataset.key === key);
    if (item) mark(item, text(item));
  }

  unmark() {
    this.all().forEach(unmark);
  }
}

export function unmark(item) {
  item.classList.remove("wrong");
  item.querySelector(".problem").hidden = true;
}

export function mark(item, text) {
  const said = item.querySelector(".problem");
  item.classList.add("wrong");
  item.querySelector("details").open = true;
  said.textContent = text;
  said.hidden = false;
}

// Edits a thing that has items. All as Editing has it, but that `read` and `write` leave the items to `items`; `problem`
// says what is wrong with an item where the server's words would not help, and `called` an item in words.
export function editList(form, items, {tag, read, write, load, send, problem = () => null, called}) {
  let sent = [];  // the keys of the items of the last save, in their order

  function blame(error) {
    for (const {field, problem: theirs} of error.fields ?? []) {
      const [, place, name] = field.match(/^(?:exercise\.)?(?:items|cases)\.(\d+)(?:\.(\w+))?/) ?? [];
      items.mark(sent[place], item => problem(item, name) ?? theirs);
    }
    const wrong = items.list.querySelector(".wrong");
    blameAll(form, wrong ? {...error, message: words("said.marked")} : error);
    wrong?.querySelector("summary").focus();
    wrong?.scrollIntoView();  // from its top, where it says what is wrong
  }

  form.addEventListener("keydown", event => {
    if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();  // a line that is ended does not save
  });
  return new Editing(form, {
    tag, load, blame,
    read: () => ({...read(), ...items.values()}),
    write: values => {
      write(values);
      items.show(values);
    },
    send: (base, values, tag) => {
      items.unmark();
      sent = values.order;
      return send(base, values, tag);
    },
    told: (name, value) => isEntry(name) ? called(value) : told(form, name, value),
  });
}
