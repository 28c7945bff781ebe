// What happens while a page is open: messages, and the parts of the page that are about it anew.
//
// A part names the updates that concern it, as in <section id="x" data-live="progress.changed xp.changed">; the server
// renders it again. Other modules hear of updates as events of the document: "viva:<type>", with the data in `detail`;
// and of whether the server is there as "viva:reached", true or false.
import {dates, strings, toast} from "./panel.js";

const LAST = "viva-last-update";  // of this browser, so that each update is told once
const FIRST_WAIT = 1_000, LONGEST_WAIT = 60_000;  // ms
const CUT_AFTER = 2;  // failures in a row
const TOLD = {
  "notification.new": tellNotification,
  "course.changed": ({course_id}) => toast(strings["script.course_changed"], `/courses/${course_id}`),
  "course.granted": ({course_id}) => toast(strings["script.course_granted"], `/courses/${course_id}`),
  "progress.changed": ({status}) => status === "completed" && toast(strings["script.lesson_completed"]),
  "plan.changed": () => toast(strings["script.plan_changed"], "/plans"),
};
const pending = new Map();  // what came together is told together, and the same only once

// While the page is seen; a browser with many tabs has one stream.
export async function follow() {
  let failures = 0;
  const reached = yes => {
    failures = yes ? 0 : failures + 1;
    if (yes || failures === CUT_AFTER) document.dispatchEvent(new CustomEvent("viva:reached", {detail: yes}));
  };
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    await seen();
    const begun = Date.now();
    if (await stream(reached).catch(() => null) === "refused") return;
    if (document.hidden) continue;
    if (Date.now() - begun > LONGEST_WAIT) wait = FIRST_WAIT;
    await new Promise(done => setTimeout(done, wait * (0.5 + Math.random())));
  }
}

const seen = () => document.hidden && new Promise(done => document.addEventListener("visibilitychange", done, {once: true}));

async function stream(reached) {
  const away = new AbortController();
  document.addEventListener("visibilitychange", () => away.abort(), {once: true});
  const last = localStorage.getItem(LAST);
  const answer = await fetch("/api/v1/events", {headers: last ? {"Last-Event-ID": last} : {}, signal: away.signal}).catch(error => {
    if (!away.signal.aborted) reached(false);
    throw error;
  });
  reached(true);
  if (answer.status === 401 || answer.status === 403) return "refused";
  if (answer.status === 400) localStorage.removeItem(LAST);
  if (!answer.ok) throw new Error(answer.statusText);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const {value, done} = await reader.read();
    if (done) return "ended";
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    events.forEach(hear);
  }
}

// One event as the server writes it: `id`, `event` and `data`, a line each.
function hear(text) {
  const {id, event: type, data} = Object.fromEntries(text.split("\n").map(line => /^(\w*): (.*)$/.exec(line)?.slice(1) ?? []));
  if (!type) return;
  localStorage.setItem(LAST, id);
  if (type === "ready") return;
  if (!pending.size) setTimeout(tell, 150);
  pending.set(type + data, {type, data: JSON.parse(data)});
}

function tell() {
  const updates = [...pending.values()];
  pending.clear();
  for (const {type, data} of updates) {
    TOLD[type]?.(data);
    document.dispatchEvent(new CustomEvent(`viva:${type}`, {detail: data}));
  }
  renew(updates.map(({type}) => type)).catch(() => {});  // a page that cannot be had again stays as it is
}

async function renew(types) {
  const concerned = [...document.querySelectorAll("[data-live]")].filter(one => types.includes("lost") || one.dataset.live.split(" ").some(type => types.includes(type)));
  if (!concerned.length) return;
  const anew = await page(location.href);
  for (const old of concerned) {
    const one = anew.getElementById(old.id);
    if (!one || old.matches(":focus-within, :active")) continue;  // nobody loses their place, or what they press
    dates(one);
    old.replaceWith(one);
  }
}

// Its words are on the page of all, in the person's language.
async function tellNotification({id}) {
  const row = (await page("/notifications")).querySelector(`[data-note="${id}"]`);
  if (row) toast(row.querySelector("strong").textContent, "/notifications");
}

async function page(address) {
  return new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
}
