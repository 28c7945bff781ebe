// The strings of a talk's page, the learner's or their teacher's, in its language.
const texts = JSON.parse(document.getElementById("talk-strings").textContent);

// `n` chooses the form for that number.
export function t(key, values = {}) {
  const text = texts[`${key}${"n" in values ? (values.n === 1 ? ".one" : ".other") : ""}`] ?? "";
  return text.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
}
