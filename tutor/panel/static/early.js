// What is clicked, sent or chosen before the modules have come would be lost, or a form would go to the server as an
// address with its fields in it. So it waits here, and is done again once they listen: they all do at DOMContentLoaded.
{
  let early = [];
  let ready = false;
  // Forms with an address, and those of dialogs, work without scripts.
  const needsScripts = ({type, target}) =>
    type === "submit" ? !target.hasAttribute("action") && !target.closest("dialog")
    : type === "click" ? target.closest("button")?.type === "button"
    : !target.form?.hasAttribute("action");
  const keep = event => {
    if (!needsScripts(event)) return;
    if (event.type === "submit") event.preventDefault();
    if (ready) return;
    event.stopImmediatePropagation();
    const what = event.type === "click" ? event.target.closest("button") : event.target;
    early = early.filter(kept => kept.type !== event.type || kept.what !== what);
    early.push({type: event.type, what, submitter: event.submitter});
  };
  for (const type of ["click", "submit", "input", "change"]) addEventListener(type, keep, true);
  addEventListener("DOMContentLoaded", () => {
    ready = true;
    for (const {type, what, submitter} of early) {
      if (type === "click") what.click();
      else if (type === "submit") what.requestSubmit(submitter);
      else what.dispatchEvent(new Event(type, {bubbles: true}));
    }
  });
}
