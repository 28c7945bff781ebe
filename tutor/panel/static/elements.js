// Parts of a page that scripts make.
export function element(tag, text, name = "") {
  const made = Object.assign(document.createElement(tag), {textContent: text, className: name});
  if (tag === "button") made.type = "button";
  return made;
}

// Keeps the end of a list that grows in sight, whatever becomes of the room for it; who reads back is left there.
export function keepTail(box) {
  let pinned = true;
  const follow = () => { if (pinned) box.scrollTop = box.scrollHeight; };
  box.addEventListener("scroll", () => { pinned = box.scrollHeight - box.scrollTop - box.clientHeight < 40; });
  new ResizeObserver(follow).observe(box);
  return follow;
}
