// Rows are carried to another place: by their grip with pointer or finger, or with Space and the arrow keys.
import {label, rowOf} from "./outline-rows.js";
import {words} from "./said.js";

const EDGE = 80, STEP = 14;  // px: near the edge of the window it scrolls, this much at a time

// `dropped` is called when a row has a new place, `putBack` when it should go where it was.
export function carry(root, {dropped, putBack}) {
  const said = document.getElementById("said");
  const lists = () => [...root.querySelectorAll("[data-lessons]")];
  const tell = (key, row) => said.textContent = words(key, {title: label(row), place: [...row.parentElement.children].indexOf(row) + 1, count: row.parentElement.children.length, module: row.dataset.lesson ? label(rowOf(row.parentElement)) : ""});
  let held = null;  // the row that the keyboard carries
  let moving = false;

  function hold(row) {
    held = row;
    root.dataset.held = "keys";
    row.classList.add("held");
    row.querySelector(".grip").setAttribute("aria-pressed", "true");
    tell("said.grabbed", row);
  }
  function release(act, key) {
    const row = held;
    held = null;
    delete root.dataset.held;
    row.classList.remove("held");
    row.querySelector(".grip").setAttribute("aria-pressed", "false");
    act();
    tell(key, row);
  }

  function step(row, up) {
    const beside = up ? row.previousElementSibling : row.nextElementSibling;
    if (beside) up ? beside.before(row) : beside.after(row);
    else if (row.dataset.lesson) {
      const all = lists();
      const list = all[all.indexOf(row.parentElement) + (up ? -1 : 1)];
      if (list) up ? list.append(row) : list.prepend(row);
    }
    row.querySelector(".grip").focus();
    row.scrollIntoView({block: "nearest"});
    tell(row.dataset.lesson ? "said.place_lesson" : "said.place_module", row);
  }

  root.addEventListener("keydown", event => {
    if (!event.target.matches(".grip")) return;
    const act = {" ": "toggle", Enter: "toggle", Escape: "back", ArrowUp: "up", ArrowDown: "down"}[event.key];
    if (!act || (!held && act !== "toggle")) return;
    event.preventDefault();
    if (act === "toggle") held ? release(dropped, "said.dropped") : hold(rowOf(event.target));
    else if (act === "back") {
      release(putBack, "said.put_back");
      event.target.focus();
    } else {
      moving = true;
      step(held, act === "up");
      moving = false;
    }
  });
  root.addEventListener("focusout", event => {
    if (held && !moving && event.relatedTarget && rowOf(event.target) === held) release(dropped, "said.dropped");
  });

  root.addEventListener("pointerdown", event => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button !== 0 || held) return;
    event.preventDefault();
    grip.focus();
    drag(grip, event);
  });

  // The row stays where it is until it is dropped; a line shows where that would be.
  function drag(grip, {pointerId}) {
    const row = rowOf(grip);
    const kind = row.dataset.lesson ? "lesson" : "module";
    const line = Object.assign(document.createElement("li"), {className: "slot", ariaHidden: "true"});
    let y = null;
    root.dataset.held = kind;
    row.classList.add("held");
    grip.setPointerCapture(pointerId);

    function aim(x) {
      const under = document.elementFromPoint(Math.min(Math.max(x, root.getBoundingClientRect().left + 8), root.getBoundingClientRect().right - 8), y);
      const over = under?.closest(`[data-${kind}]`);
      if (over && root.contains(over)) {
        const box = over.getBoundingClientRect();
        y < box.top + box.height / 2 ? over.before(line) : over.after(line);
      } else if (kind === "lesson") under?.closest("[data-module]")?.querySelector("[data-lessons]").append(line);
    }
    function move(event) {
      y = event.clientY;
      aim(event.clientX);
    }
    const scrolling = setInterval(() => {
      if (y === null) return;
      if (y < EDGE + 60) scrollBy(0, -STEP);
      else if (y > innerHeight - EDGE) scrollBy(0, STEP);
    }, 16);
    function end(drop) {
      clearInterval(scrolling);
      ending.abort();
      row.classList.remove("held");
      delete root.dataset.held;
      if (drop && line.isConnected) line.replaceWith(row);
      line.remove();
      grip.focus();
      if (drop) {
        dropped();
        tell("said.dropped", row);
      }
    }
    const ending = new AbortController();
    const {signal} = ending;
    grip.addEventListener("pointermove", move, {signal});
    grip.addEventListener("pointerup", () => end(true), {signal});
    grip.addEventListener("pointercancel", () => end(false), {signal});
    addEventListener("keydown", event => event.key === "Escape" && end(false), {signal});
  }
}
