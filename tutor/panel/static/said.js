// The editors' own strings, in the language of the page.
const all = JSON.parse(document.getElementById("words").textContent);

export const words = (key, values = {}) => (all[key] ?? key).replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
