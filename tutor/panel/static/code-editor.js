// A text area in which programs are written: Tab indents, Enter keeps the indentation, and lines have numbers.
// After Escape, Tab leaves it as it leaves every other field.
const STEP = "    ";

export function codeEditor(area) {
  const numbers = area.parentElement.querySelector(".numbers");
  let leaving = false;

  function count() {
    const lines = area.value.split("\n").length;
    numbers.textContent = Array.from({length: lines}, (_, place) => place + 1).join("\n");
    area.rows = Math.min(Math.max(lines + 1, 8), 30);
  }

  area.addEventListener("input", count);
  area.addEventListener("scroll", () => { numbers.scrollTop = area.scrollTop; });
  area.addEventListener("blur", () => { leaving = false; });
  area.addEventListener("keydown", event => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") leaving = true;
    else if (event.key === "Tab" && !leaving) {
      event.preventDefault();
      if (event.shiftKey || area.value.slice(area.selectionStart, area.selectionEnd).includes("\n")) shift(area, event.shiftKey);
      else type(area, STEP.slice(column(area) % STEP.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      type(area, `\n${indentation(area)}`);
    } else if (!["Tab", "Shift"].includes(event.key)) leaving = false;
  });
  count();
  return {
    // Something else in its place; as all that is typed, it can be undone.
    replace(text) {
      area.focus();
      area.select();
      type(area, text);
    },
  };
}

const lineStart = (area, place) => area.value.lastIndexOf("\n", place - 1) + 1;
const column = area => area.selectionStart - lineStart(area, area.selectionStart);

// As the line before it; one step more after a colon, less after what ends a block.
function indentation(area) {
  const line = area.value.slice(lineStart(area, area.selectionStart), area.selectionStart);
  const [now] = line.match(/^[ \t]*/);
  if (/:\s*(#.*)?$/.test(line)) return now + STEP;
  return /^\s*(return|break|continue|pass|raise)\b/.test(line) ? now.slice(STEP.length) : now;
}

// As if typed, so that it can be undone.
function type(area, text) {
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", {bubbles: true}));
}

function shift(area, back) {
  const from = lineStart(area, area.selectionStart);
  const until = area.selectionEnd;
  const lines = area.value.slice(from, until).split("\n");
  const shifted = lines.map(line => back ? line.replace(/^( {1,4}|\t)/, "") : STEP + line).join("\n");
  area.setSelectionRange(from, until);
  type(area, shifted);
  area.setSelectionRange(from, from + shifted.length);
}
