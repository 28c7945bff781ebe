// The rows of a course's contents: what order they are in, and how they are brought to show what the server has.

import {entitle, place} from "./carry.js";

const modulesOf = root => [...root.querySelectorAll("[data-rows=module] > [data-module]")];
const lessonsOf = module => [...module.querySelectorAll("[data-lesson]")];

// [{id, lessons: [id]}], as the page shows it.
export const order = root => modulesOf(root).map(one => ({id: one.dataset.module, lessons: lessonsOf(one).map(lesson => lesson.dataset.lesson)}));

// Moves rows that are there into an order; what has the focus keeps it.
export function arrange(root, wanted) {
  const focused = document.activeElement;
  const modules = new Map(modulesOf(root).map(one => [one.dataset.module, one]));
  const lessons = new Map([...root.querySelectorAll("[data-rows=lesson] > [data-lesson]")].map(one => [one.dataset.lesson, one]));
  const there = wanted.filter(one => modules.has(one.id));
  place(root.querySelector("[data-rows=module]"), there.map(one => modules.get(one.id)));
  for (const {id, lessons: ids} of there) place(modules.get(id).querySelector("[data-rows=lesson]"), ids.map(one => lessons.get(one)).filter(Boolean));
  if (focused !== document.activeElement && root.contains(focused)) focused.focus();
}

function made(root, kind, id) {
  const row = root.querySelector(`#${kind}-row`).content.firstElementChild.cloneNode(true);
  row.dataset[kind] = id;
  return row;
}

// Shows an outline of the server: rows come, go, and change their names and places.
export function sync(root, {modules}) {
  const kinds = JSON.parse(document.getElementById("kinds").textContent);
  const row = (kind, id, into) => root.querySelector(`[data-${kind}="${id}"]`) ?? into.appendChild(made(root, kind, id));
  const list = root.querySelector("[data-rows=module]");
  for (const module of modules) {
    const part = row("module", module.id, list);
    entitle(part, module.title);
    for (const lesson of module.lessons) {
      const entry = row("lesson", lesson.id, part.querySelector("[data-rows=lesson]"));
      entitle(entry, lesson.title);
      entry.querySelector("a").href = `/teach/lessons/${lesson.id}`;
      entry.querySelector("[data-kind]").textContent = kinds[lesson.kind];
    }
  }
  arrange(root, modules.map(one => ({id: one.id, lessons: one.lessons.map(lesson => lesson.id)})));
  const all = new Set(modules.flatMap(one => [one.id, ...one.lessons.map(lesson => lesson.id)]));
  for (const gone of root.querySelectorAll("[data-rows] > [data-row]")) if (!all.has(gone.dataset.module ?? gone.dataset.lesson)) gone.remove();
}

// My order of what the server has now: what I did not know of stays at the end of its module or of the course.
export function rebase(mine, theirs) {
  const lessons = new Set(theirs.flatMap(one => one.lessons));
  const placed = new Set(mine.flatMap(one => one.lessons));
  const old = new Map(mine.map(one => [one.id, one.lessons]));
  const there = new Map(theirs.map(one => [one.id, one]));
  const ids = [...mine.map(one => one.id).filter(id => there.has(id)), ...theirs.map(one => one.id).filter(id => !old.has(id))];
  const orphans = mine.filter(one => !there.has(one.id)).flatMap(one => one.lessons).filter(id => lessons.has(id));
  return ids.map((id, at) => ({id, lessons: [
    ...(old.get(id) ?? []).filter(one => lessons.has(one)),
    ...there.get(id).lessons.filter(one => !placed.has(one)),
    ...(at === 0 ? orphans : []),
  ]}));
}
