// The strings of a talk's page, the learner's or their teacher's, in its language.
import {filled} from "./problems.js";

const texts = JSON.parse(document.getElementById("talk-strings").textContent);

// `n` chooses the form for that number.
export function t(key, values = {}) {
  return filled(texts[`${key}${"n" in values ? (values.n === 1 ? ".one" : ".other") : ""}`] ?? "", values);
}
