// What can be read without a network: the pages' files, the lessons that were opened here, and a page that lists them.
// The network always comes first, so nothing shown is stale. The server writes VERSION and FILES above this.
const FILES_CACHE = `viva-files-${VERSION}`;
const LESSONS = "viva-lessons-";  // then whose they are
const MOST_LESSONS = 40;
const OFFLINE = "/offline";

self.addEventListener("install", event => {
  event.waitUntil(caches.open(FILES_CACHE).then(cache => cache.addAll([OFFLINE, ...FILES])));
  self.skipWaiting();
});

self.addEventListener("activate", event => {
  event.waitUntil(forget(name => name.startsWith("viva-files-") && name !== FILES_CACHE).then(() => self.clients.claim()));
});

self.addEventListener("fetch", event => {
  const {request} = event;
  const {origin, pathname} = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(page(event, pathname));
  else if (FILES.includes(pathname)) event.respondWith(file(request));
  else if (pathname === "/api/v1/auth/logout") event.waitUntil(forgetLessons());
});

const forget = async which => Promise.all((await caches.keys()).filter(which).map(name => caches.delete(name)));
const forgetLessons = (but = "") => forget(name => name.startsWith(LESSONS) && name !== but);
const isLesson = pathname => /^\/lessons\/[^/]+$/.test(pathname);

// Of this version: the last one's may still be there.
const ownFile = async what => (await caches.open(FILES_CACHE)).match(what, {ignoreSearch: true, ignoreVary: true});

async function file(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await ownFile(request);
    if (kept) return kept;
    throw error;
  }
}

async function page(event, pathname) {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch {
    const kept = isLesson(pathname) && await caches.match(pathname, {ignoreVary: true});
    return kept || ownFile(OFFLINE);
  }
  event.waitUntil(remember(pathname, answer.clone()));
  return answer;
}

// Every page says whose it is: lessons that somebody else opened in this browser are forgotten, and all at the sign-in.
async function remember(pathname, answer) {
  const person = answer.headers.get("Viva-Person");
  if (pathname === "/enter") await forgetLessons();
  else if (person) await forgetLessons(LESSONS + person);
  if (pathname.startsWith("/language/")) await (await caches.open(FILES_CACHE)).add(OFFLINE);
  if (!isLesson(pathname) || answer.type === "opaqueredirect") return;
  if (person && answer.ok) await keep(await caches.open(LESSONS + person), pathname, answer);
  else if (answer.status === 403 || answer.status === 404) await forgetOne(pathname);
}

async function keep(cache, pathname, answer) {
  await cache.put(pathname, answer);
  const kept = await cache.keys();  // the newest last
  for (const request of kept.slice(0, Math.max(0, kept.length - MOST_LESSONS))) await cache.delete(request);
}

async function forgetOne(pathname) {
  for (const name of await caches.keys()) if (name.startsWith(LESSONS)) await (await caches.open(name)).delete(pathname, {ignoreVary: true});
}
