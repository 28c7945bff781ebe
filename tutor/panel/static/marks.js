// What the tools write: each gets the text, where the selection begins and ends, and a sample word for an empty one, and
// says which part to replace by what, and what is selected then.

const around = (before, after) => (text, from, until, sample) => {
  const inside = text.slice(from, until) || sample;
  const marked = text.slice(from - before.length, from) === before && text.slice(until, until + after.length) === after;
  if (marked) return {from: from - before.length, until: until + after.length, text: inside, select: [from - before.length, until - before.length]};
  return {from, until, text: before + inside + after, select: [from + before.length, from + before.length + inside.length]};
};

// Whole lines, each with the mark, or each without it if all have it.
const lines = (mark, is) => (text, from, until, sample) => {
  const begin = text.lastIndexOf("\n", from - 1) + 1;
  const end = text.indexOf("\n", until) < 0 ? text.length : text.indexOf("\n", until);
  const all = (text.slice(begin, end) || sample).split("\n");
  const off = all.every(line => is.test(line));
  const written = all.map(line => off ? line.replace(is, "") : mark + line.replace(is, "")).join("\n");
  return {from: begin, until: end, text: written, select: [begin, begin + written.length]};
};

function link(text, from, until, sample) {
  const inside = text.slice(from, until) || sample;
  const start = from + inside.length + 3;
  return {from, until, text: `[${inside}](https://)`, select: [start, start + 8]};
}

export const MARKS = {
  heading: lines("## ", /^#{1,6} +/), list: lines("- ", /^\s*[-*] +/), bold: around("**", "**"), italic: around("*", "*"),
  formula: around("$", "$"), link,
};
