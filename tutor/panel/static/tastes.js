// How a learner likes to talk, remembered in this browser. An empty patience is the companion's own.
const KEY = "viva.tastes";
const USUAL = {size: "normal", patience: "", speed: "1", volume: 100};

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};  // spoilt, or storage is switched off
  }
}

export const tastes = {...USUAL, ...read()};

export function keep(name, value) {
  tastes[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(tastes));
  } catch { /* then only until the page is left */ }
}
