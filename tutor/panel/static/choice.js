// For what two people changed at the same time: theirs, mine, or of a long text both.
import {element} from "./elements.js";
import {words} from "./panel.js";

const dialog = document.getElementById("choice");

function option(name, which, title, value = "") {
  const label = element("label", "", "option version");
  const said = element("span", "");
  said.append(element("strong", title), element("pre", value));
  label.append(Object.assign(element("input", ""), {type: "radio", name, value: which, required: true}), said);
  return label;
}

// What was chosen by name; null if the teacher wants to go on writing first.
export function choose(told, names, mine, theirs) {
  const of = (name, value) => value === undefined ? {text: words("said.deleted")} : told(name, value);
  dialog.querySelector("[data-list]").replaceChildren(...names.map(name => {
    const group = element("fieldset", "");
    const {title, long} = told(name, mine[name] ?? theirs[name]);
    group.append(element("legend", title));
    group.append(option(name, "theirs", words("said.theirs"), of(name, theirs[name]).text), option(name, "mine", words("said.mine"), of(name, mine[name]).text));
    if (long) group.append(option(name, "both", words("said.both_note")));
    return group;
  }));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise(done => dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "chosen") return done(null);
    const picked = Object.fromEntries(new FormData(dialog.querySelector("form")));
    done(Object.fromEntries(names.map(name => [name, version(picked[name], mine[name], theirs[name])])));
  }, {once: true}));
}

function version(which, mine, theirs) {
  if (which === "both") return Array.isArray(mine) ? [...new Set([...theirs, ...mine])] : `${theirs}\n\n${mine}`;
  return which === "mine" ? mine : theirs;
}
