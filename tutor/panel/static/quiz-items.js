// One item of the quiz editor: from the form to what the REST API takes, and back.
import {entitle} from "./carry.js";
import {words} from "./panel.js";

// The lists that are written one line each, and those that are rows of inputs; which of them a kind has.
const LINES = {ordering: ["answers"], cloze: ["answers"], problem_solving: ["answers"]};
const CHOICES = ["multiple_choice", "multiple_answer"];
const WORDS = ["short_answer", "numeric", "problem_solving"];

const field = (item, name) => item.querySelector(`[name=${name}]`);
const lines = input => input.value.split("\n").map(line => line.trim()).filter(Boolean);
const rows = (item, part) => [...item.querySelectorAll(`[data-part=${part}] > li`)];
const choices = item => rows(item, "choice").map(row => ({text: field(row, "choice").value.trim(), right: row.querySelector("[data-mark]").checked})).filter(one => one.text);

export function read(item) {
  const kind = field(item, "kind").value;
  const marked = choices(item).filter(one => one.right).map(one => one.text);
  return {
    kind,
    question: field(item, "question").value, points: Number(field(item, "points").value),
    explanation: field(item, "explanation").value, hints: lines(field(item, "hints")), accept: lines(field(item, "accept")),
    ...(WORDS.includes(kind) && {answer: field(item, "answer").value, tolerance: kind === "short_answer" ? 0 : Number(field(item, "tolerance").value)}),
    ...(kind === "true_false" && {answer: field(item, "truth").value}),
    ...(CHOICES.includes(kind) && {choices: choices(item).map(one => one.text)}),
    ...(kind === "multiple_choice" && {answer: marked[0] ?? ""}),
    ...(kind === "multiple_answer" && {answers: marked}),
    ...(kind === "matching" && {pairs: rows(item, "pair").map(row => ["left", "right"].map(name => field(row, name).value.trim())).filter(([left, right]) => left || right)}),
    ...(LINES[kind] && {answers: lines(field(item, "answers"))}),
  };
}

export function fill(item, {kind, question, points, answer = "", answers = [], choices = [], pairs = [], accept, hints, explanation, tolerance = 0}) {
  for (const [name, value] of Object.entries({kind, question, points, explanation, tolerance})) field(item, name).value = value;
  show(item);
  field(item, "hints").value = hints.join("\n");
  field(item, "accept").value = accept.join("\n");
  field(item, "answer").value = WORDS.includes(kind) ? answer : "";
  field(item, "truth").value = answer.toLowerCase() === "false" ? "false" : "true";
  field(item, "answers").value = LINES[kind] ? answers.join("\n") : "";
  for (const row of item.querySelectorAll("[data-part] > li")) if (row.nextElementSibling) row.remove();
  for (const input of item.querySelectorAll("[data-part] input")) clear(input);
  for (const text of choices) {
    const row = blank(item, "choice");
    row.querySelector("[data-mark]").checked = text === answer || answers.includes(text);
    write(row, {choice: text});
  }
  for (const [left, right] of pairs) write(blank(item, "pair"), {left, right});
}

function write(row, values) {
  for (const [name, value] of Object.entries(values)) field(row, name).value = value;
  grow(row);
}

// There is always an empty row to write into, until there are as many as an item can have.
const MOST_PARTS = 10;
const isBlank = row => [...row.querySelectorAll("input:not([data-mark])")].every(input => !input.value);
const blank = (item, part) => rows(item, part).find(isBlank);

export function grow(row) {
  const list = row?.parentElement;
  if (!list || list.children.length >= MOST_PARTS || [...list.children].some(isBlank)) return;
  const next = row.cloneNode(true);
  next.querySelectorAll("input").forEach(clear);
  list.append(next);
}

function clear(input) {
  if ("mark" in input.dataset) input.checked = false;
  else input.value = "";
}

// The item as its kind wants it: which fields show is the style sheet's, by data-kind.
let groups = 0;
export function show(item) {
  const kind = field(item, "kind");
  item.dataset.kind = kind.value;
  item.dataset.group ??= ++groups;
  for (const mark of item.querySelectorAll("[data-mark]")) {
    mark.type = kind.value === "multiple_choice" ? "radio" : "checkbox";
    mark.name = `mark-${item.dataset.group}`;
  }
  const question = field(item, "question").value.trim();
  if (question) entitle(item, question);
  for (const part of item.querySelectorAll("[data-for]")) {
    const is = part.dataset.for.split(" ").includes(kind.value);
    for (const input of part.querySelectorAll("input, select, textarea")) input.disabled = !is;  // what nobody sees cannot be wrong
  }
  item.querySelector(".said-kind").textContent = kind.selectedOptions[0].textContent;
}

// An item for who has to choose between two of them.
export function inWords({kind, question, points, answer, answers = [], choices, pairs = [], accept, hints, explanation, tolerance}) {
  const right = one => one === answer || answers.includes(one);
  return {title: question, text: [
    `${words(`quiz_kind.${kind}`)} · ${words("quizedit.points")}: ${points}`, question,
    ...(choices?.map(one => `${right(one) ? "✓" : "–"} ${one}`) ?? [answer, ...answers]), tolerance && `± ${tolerance}`,
    ...pairs.map(sides => sides.join(" ↔ ")), ...accept, explanation, ...hints,
  ].filter(Boolean).join("\n")};
}
