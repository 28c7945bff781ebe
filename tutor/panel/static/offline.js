// Shown in place of a page that cannot be had now: the lessons that this browser keeps.
const list = document.getElementById("kept");

document.getElementById("again").addEventListener("click", () => location.reload());
addEventListener("online", () => {  // browsers say it of some change that left us without, too
  if (navigator.onLine && location.pathname !== "/offline") location.reload();
});
fill();

async function fill() {
  for (const name of await caches.keys()) {
    if (!name.startsWith("viva-lessons-")) continue;
    const cache = await caches.open(name);
    for (const request of (await cache.keys()).reverse()) {
      const page = new DOMParser().parseFromString(await (await cache.match(request, {ignoreVary: true})).text(), "text/html");
      list.append(row(new URL(request.url).pathname, page.querySelector("h1")?.textContent ?? ""));
    }
  }
  document.getElementById("lessons").hidden = !list.childElementCount;
  document.getElementById("none").hidden = Boolean(list.childElementCount);
}

function row(address, title) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  item.className = "row";
  link.href = address;
  link.textContent = title;
  item.append(link);
  return item;
}
