// What a program did, in plain words: one run, or what the tests of an exercise found.
import {element} from "./elements.js";
import {words} from "./panel.js";

// A value or an output, with its label; nothing for nothing.
function shown(label, text) {
  return text ? [element("small", label, "soft"), element("pre", text)] : [];
}

const ended = end => end === "finished" ? [] : [element("p", words(`code_end.${end}`))];

export function ofRun({end, output, error}) {
  return [...ended(end), ...shown(words("code.printed"), output), ...shown(words("code.error"), error), ...(end === "finished" && !output && !error ? [element("p", words("code.silent"), "soft")] : [])];
}

export function ofTests({cases, passed}) {
  const right = cases.filter(one => one.passed).length;
  const list = element("ul", "", "tests");
  list.append(...cases.map(ofCase));
  return [element("strong", words(passed ? "code.all_passed" : "code.some_passed", {right, all: cases.length})), list];
}

function ofCase({name, passed, end, output, error, expected}) {
  const row = element("li", "", `result ${passed ? "right" : "wrong"}`);
  row.append(element("strong", `${passed ? "✓" : "✗"} ${name}`));
  if (passed) return row;
  row.append(...ended(end));
  if (expected || output || error) row.append(...shown(words("code.expected"), expected), ...shown(words("code.got"), output || (error ? "" : words("code.nothing"))), ...shown(words("code.error"), error));
  else row.append(element("p", words("code.hidden_failed"), "soft"));
  return row;
}

// `what` asks the server; what it says replaces what was in `outcome`.
export async function showing(outcome, what) {
  outcome.setAttribute("aria-busy", "true");
  outcome.replaceChildren(element("p", words("code.running"), "soft"));
  try {
    outcome.replaceChildren(...await what());
  } catch (error) {
    outcome.replaceChildren(element("p", error.status === 501 ? words("code.no_sandbox") : error.message, "problem"), ...(error.status === 501 ? [element("small", error.message, "soft")] : []));
  } finally {
    outcome.removeAttribute("aria-busy");
  }
}
