// Rows that can be put in another order: by the buttons of a row ([data-move] -1 or 1), or dragged by its [data-grip].
export function reorderable(list, moved) {
  const row = element => [...list.children].find(one => one.contains(element));
  let held = null;

  list.addEventListener("click", event => {
    const button = event.target.closest("[data-move]");
    const mine = button && row(button);
    const other = button?.dataset.move === "-1" ? mine?.previousElementSibling : mine?.nextElementSibling;
    if (!other) return;
    if (button.dataset.move === "-1") other.before(mine);
    else other.after(mine);
    button.focus();
    moved(mine);
  });
  // Only while it is held by its grip: the texts of a row can still be selected with the mouse.
  list.addEventListener("pointerdown", event => {
    const grip = event.target.closest("[data-grip]");
    if (grip) row(grip).draggable = true;
  });
  list.addEventListener("pointerup", event => { if (row(event.target)) row(event.target).draggable = false; });
  list.addEventListener("dragstart", event => {
    if (!event.target.draggable || row(event.target) !== event.target) return;  // a text or a link is dragged
    held = event.target;
    held.classList.add("held");
  });
  list.addEventListener("dragover", event => {
    const over = held && row(event.target);
    if (!over) return;
    event.preventDefault();
    const {top, height} = over.getBoundingClientRect();
    if (event.clientY < top + height / 2) over.before(held);
    else over.after(held);
  });
  list.addEventListener("dragend", () => {
    if (!held) return;
    held.draggable = false;
    held.classList.remove("held");
    moved(held);
    held = null;
  });
}
