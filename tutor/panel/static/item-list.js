// The items of a sheet: added, put in order, deleted and taken back, and marked where something is wrong with them.
import {carry} from "./carry.js";
import {toast} from "./panel.js";
import {words} from "./said.js";

export class ItemList {
  // `blank` is the template of a new one; `changed(text)` is called with what is to be said about it, if anything.
  constructor(list, blank, changed) {
    Object.assign(this, {list, blank, changed});
    list.addEventListener("click", event => {
      const button = event.target.closest("[data-remove]");
      if (button) this.remove(button.closest(".item"));
    });
    carry(list.parentElement, () => this.renumber());
  }

  all() {
    return [...this.list.querySelectorAll(":scope > .item")];
  }

  // Without `changed` being told: what is built is what was there before.
  build() {
    const item = this.blank.content.firstElementChild.cloneNode(true);
    this.list.append(item);
    this.count();
    return item;
  }

  add() {
    const most = Number(this.list.dataset.most);
    if (this.all().length >= most) return toast(words("sheet.full", {most}));
    const item = this.build();
    item.querySelector("details").open = true;
    item.querySelector("input, select, textarea").focus();
    this.changed();
    return item;
  }

  // It is only gone when that is saved: until then it lies here and can be taken back.
  remove(item) {
    const gone = document.createElement("li");
    const undo = Object.assign(document.createElement("button"), {type: "button", className: "quiet", textContent: words("sheet.undo")});
    gone.className = "gone";
    gone.append(Object.assign(document.createElement("span"), {className: "grow", textContent: words("sheet.gone")}), undo);
    undo.addEventListener("click", () => {
      gone.replaceWith(item);
      this.renumber();
      item.querySelector("summary").focus();
    });
    item.replaceWith(gone);
    undo.focus();
    this.renumber();
  }

  forgetGone() {
    for (const gone of this.list.querySelectorAll(".gone")) gone.remove();
  }

  count() {
    this.all().forEach((item, place) => { item.querySelector(".number").textContent = place + 1; });
    document.getElementById("none").hidden = this.all().length > 0;
  }

  renumber(said) {
    this.count();
    this.changed(said);
  }

  clear() {
    for (const item of this.all()) unmark(item);
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
