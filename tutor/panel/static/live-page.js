// Parts with data-live are fetched anew every few seconds while somebody looks, and change where they stand.
const EVERY = 5000;

async function renew() {
  if (document.hidden) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (now && now.innerHTML !== part.innerHTML && !part.matches(":focus-within, :active")) part.replaceChildren(...now.childNodes);
  }
}

async function watch() {
  await renew();
  setTimeout(watch, EVERY);
}
setTimeout(watch, EVERY);
document.addEventListener("visibilitychange", renew);
