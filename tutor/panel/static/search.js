// Finds while one types; without it the form does.
const form = document.getElementById("search");
let timer, asked;

function skeleton() {
  const rows = document.createElement("div");
  rows.className = "rows";
  rows.ariaHidden = "true";
  for (let count = 0; count < 3; count++) rows.append(Object.assign(document.createElement("p"), {className: "skeleton"}));
  document.getElementById("found").replaceChildren(rows);
}

async function find() {
  const address = `/search?${new URLSearchParams(new FormData(form))}`;
  if (address === asked) return;
  asked = address;
  const slow = setTimeout(skeleton, 200);
  const answer = await fetch(address).catch(() => null);
  clearTimeout(slow);
  if (address !== asked) return;  // something else is looked for by now
  if (!answer?.ok) return form.submit();  // the browser says what is wrong
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("found").replaceWith(page.getElementById("found"));
  history.replaceState(null, "", address);
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(find, 250);
});
form.addEventListener("submit", event => {
  event.preventDefault();
  clearTimeout(timer);
  find();
});
const input = form.elements.q;
if (input.value !== input.defaultValue) find();  // typed before this script came
