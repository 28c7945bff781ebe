// What is clicked, sent, chosen or saved by Ctrl-S before the modules have come would be lost, or a form would go to the
// server as an address with its fields in it. So it waits here, and is done again once they listen: they all do at
// DOMContentLoaded. If one does not come at all, the page says so.
{
  let early = [];
  let ready = false;
  const saves = event => event.key === "s" && (event.ctrlKey || event.metaKey);
  // Forms with an address, and those of dialogs, work without scripts.
  const needsScripts = event => ({
    keydown: () => saves(event),
    submit: () => !event.target.hasAttribute("action") && !event.target.closest("dialog"),
    click: () => event.target.closest("button")?.type === "button",
  }[event.type] ?? (() => !event.target.form?.hasAttribute("action")))();
  const keep = event => {
    if (!needsScripts(event)) return;
    if (event.type === "submit" || (event.type === "keydown" && !ready)) event.preventDefault();
    if (ready) return;
    event.stopImmediatePropagation();
    const what = event.type === "click" ? event.target.closest("button") : event.target;
    early = early.filter(kept => kept.event.type !== event.type || kept.what !== what);
    early.push({event, what});
  };
  for (const type of ["click", "submit", "input", "change", "keydown"]) addEventListener(type, keep, true);
  addEventListener("DOMContentLoaded", () => {
    ready = true;
    for (const {event, what} of early) {
      if (event.type === "click") what.click();
      else if (event.type === "submit") what.requestSubmit(event.submitter);
      else what.dispatchEvent(new event.constructor(event.type, event));
    }
  });
  addEventListener("error", ({target}) => {
    if (target.tagName === "SCRIPT") document.getElementById("torn").hidden = false;
  }, true);
}
