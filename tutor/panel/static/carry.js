// Rows are carried to another place: dragged by their grip with mouse or finger; or the grip is pressed, and then that
// of the place; or Space, the arrow keys and Space. A row has data-row with its kind and in it a [data-title], a list
// of such rows data-rows; the page has #said, which tells where the row is.
import {words} from "./panel.js";

const EDGE = 80, STEP = 14;  // px: near the edge of the window it scrolls, this much at a time
const FAR = 4;  // px that are a drag and not an unsteady press

export const rowOf = element => element.closest("[data-row]");
export const titleOf = row => row.querySelector("[data-title]").textContent;

// The title wherever it stands: in the row and in the names of its buttons.
export function entitle(row, title) {
  const shown = row.querySelector("[data-title]");
  if (shown.textContent !== title) shown.textContent = title;
  for (const one of row.querySelectorAll("[data-label]")) if (rowOf(one) === row) one.ariaLabel = one.dataset.label.replace("{title}", title);
}

const rowsOf = list => [...list.children].filter(one => one.dataset.row);

// Puts rows into a list in their order; those that stand right are not touched, and keep the focus.
export function place(list, rows) {
  rows.forEach((row, at) => {
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
  });
}

// `dropped(row)` is called when a row was put down, perhaps where it was.
export function carry(root, dropped) {
  const said = document.getElementById("said");
  let held = null;  // the row that waits for keys, or for the press that says where it goes
  let back = null;  // what it stood before
  let stepping = false;

  const listsOf = row => [...root.querySelectorAll(`[data-rows=${row.dataset.row}]`)];
  const gripOf = row => row.querySelector(".grip");

  function tell(key, row) {
    const all = rowsOf(row.parentElement);
    const list = rowOf(row.parentElement);
    said.textContent = words(key, {title: titleOf(row), place: all.indexOf(row) + 1, count: all.length, list: list && titleOf(list)});
  }

  function hold(row) {
    held = row;
    back = {list: row.parentElement, next: row.nextElementSibling};
    root.dataset.held = "pressed";
    row.classList.add("held");
    gripOf(row).setAttribute("aria-pressed", "true");
    tell("carry.grabbed", row);
  }

  function release() {
    const row = held;
    held = null;
    delete root.dataset.held;
    row.classList.remove("held");
    gripOf(row).setAttribute("aria-pressed", "false");
    return row;
  }

  function putDown() {
    const row = release();
    dropped(row);
    tell("carry.dropped", row);
  }

  function putBack() {
    const row = release();
    back.list.insertBefore(row, back.next);
    gripOf(row).focus();
    tell("carry.put_back", row);
  }

  // Moving what has the focus takes it away for a moment.
  function moving(row, move) {
    stepping = true;
    move();
    gripOf(row).focus();
    stepping = false;
  }

  function step(row, up) {
    const all = rowsOf(row.parentElement), lists = listsOf(row);
    const beside = all[all.indexOf(row) + (up ? -1 : 1)];
    const list = lists[lists.indexOf(row.parentElement) + (up ? -1 : 1)];
    moving(row, () => {
      if (beside) up ? beside.before(row) : beside.after(row);
      else if (list) up ? list.append(row) : list.prepend(row);
    });
    row.scrollIntoView({block: "nearest"});
    tell(rowOf(row.parentElement) ? "carry.place_in" : "carry.place", row);
  }

  // What comes after it makes room upwards, what comes before it downwards.
  function putAt(row, other) {
    if (other !== row && other.dataset.row === row.dataset.row) moving(row, () => row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? other.after(row) : other.before(row));
    putDown();
  }

  root.addEventListener("keydown", event => {
    if (!event.target.matches(".grip")) return;
    const act = {" ": "toggle", Enter: "toggle", Escape: "back", ArrowUp: "up", ArrowDown: "down"}[event.key];
    if (!act || (!held && act !== "toggle")) return;
    event.preventDefault();
    if (act === "toggle") held ? putDown() : hold(rowOf(event.target));
    else if (act === "back") putBack();
    else step(held, act === "up");
  });
  root.addEventListener("focusout", event => {
    if (held && !stepping && event.relatedTarget) putDown();
  });
  root.addEventListener("pointerdown", event => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    if (held) return putAt(held, rowOf(grip));
    grip.focus();
    drag(rowOf(grip), event);
  });

  // The row stays where it is until it is dropped; a line shows where that would be.
  function drag(row, {pointerId, clientX, clientY}) {
    const kind = row.dataset.row, grip = gripOf(row);
    const line = Object.assign(document.createElement("li"), {className: "slot", ariaHidden: "true"});
    let y = null;
    grip.setPointerCapture(pointerId);

    // In the list that is nearest to the finger, before the first row whose middle is below it.
    function aim() {
      const box = one => one.getBoundingClientRect();
      const away = list => Math.max(box(rowOf(list) ?? list).top - y, y - box(rowOf(list) ?? list).bottom, 0);
      const list = listsOf(row).reduce((best, one) => away(one) < away(best) ? one : best);
      list.insertBefore(line, rowsOf(list).find(one => y < (box(one).top + box(one).bottom) / 2) ?? null);
    }
    function move(event) {
      if (y === null && Math.hypot(event.clientX - clientX, event.clientY - clientY) < FAR) return;
      if (y === null) {
        root.dataset.held = kind;
        row.classList.add("held");
      }
      y = event.clientY;
      aim();
    }
    const scrolling = setInterval(() => {
      if (y === null) return;
      if (y < EDGE + 60) scrollBy(0, -STEP);
      else if (y > innerHeight - EDGE) scrollBy(0, STEP);
      else return;
      aim();  // the finger rests, and other rows come under it
    }, 16);
    function end(drop) {
      clearInterval(scrolling);
      ending.abort();
      row.classList.remove("held");
      delete root.dataset.held;
      if (y === null) return drop && hold(row);
      if (drop) line.replaceWith(row);
      line.remove();
      grip.focus();
      if (!drop) return;
      dropped(row);
      tell("carry.dropped", row);
    }
    const ending = new AbortController();
    const {signal} = ending;
    grip.addEventListener("pointermove", move, {signal});
    grip.addEventListener("pointerup", event => {
      move(event);  // of quick ones the last moves do not come
      end(true);
    }, {signal});
    grip.addEventListener("pointercancel", () => end(false), {signal});
    addEventListener("keydown", event => event.key === "Escape" && end(false), {signal});
  }
}
