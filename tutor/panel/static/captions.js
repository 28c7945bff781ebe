// What was said, by both sides; the companion's words light up as they are heard.
import {keepTail} from "./elements.js";

export class Captions {
  // `names`: what stands before each side's words for who cannot see the sides, and beside words that wait.
  constructor(box, names) {
    Object.assign(this, {box, names, lines: new Map(), follow: keepTail(box)});
  }

  clear() {
    this.box.replaceChildren();
    this.lines.clear();
  }

  line(item, role) {
    let line = this.lines.get(item);
    if (line && line.role !== role) {  // it was a teacher who spoke
      this.remove(item);
      line = null;
    }
    if (!line) {
      const element = document.createElement("p");
      element.className = role;
      const who = part(role === "teacher" ? "speaker" : "sr", `${this.names[role]}: `);
      const parts = (role === "tutor" ? ["heard", "now", "rest"] : ["words"]).map(name => part(name, ""));
      element.append(who, ...parts);
      this.box.append(element);
      line = {element, parts, role, text: "", words: [], heard: 0};
      this.lines.set(item, line);
    }
    return line;
  }

  add(item, text) {
    const {role, text: before} = this.lines.get(item) ?? {role: "tutor", text: ""};
    this.set(item, role, before + text);
  }

  set(item, role, text) {
    const line = this.line(item, role);
    line.text = text;
    this.draw(line);
    this.follow();
  }

  remove(item) {
    this.lines.get(item)?.element.remove();
    this.lines.delete(item);
  }

  // How often the learner had the word.
  get turns() { return [...this.lines.values()].filter(line => line.role === "learner" && line.text).length; }

  // Typed while the link was down: it is shown, and shown to be waiting.
  waiting(item, is) {
    const element = this.lines.get(item)?.element;
    element?.classList.toggle("waiting", is);
    element?.toggleAttribute("data-note", is);
    if (element && is) element.dataset.note = this.names.waiting;
  }

  time(item, words) { this.lines.get(item)?.words.push(...words); }

  // The companion was interrupted: `text` is what was heard of it.
  cut(item, text) {
    const line = this.lines.get(item);
    if (!line || line.text.trim() === text.trim()) return;
    Object.assign(line, {text: `${text} …`, heard: Infinity, now: undefined, words: []});
    this.draw(line);
  }

  // It was silenced in the midst, perhaps after the server had sent all of it: the rest will not be heard.
  stop(item) {
    const line = this.lines.get(item);
    if (line?.words.length && /[\p{L}\p{N}]/u.test(line.text.slice(line.heard))) this.cut(item, line.text.slice(0, line.heard));
  }

  heard(item, ms) {
    const line = this.lines.get(item);
    if (!line || (!line.words.length && ms !== Infinity)) return;
    const begun = line.words.filter(word => word.start_ms <= ms);
    const now = begun.find(word => word.end_ms > ms);
    line.now = now?.start;
    line.heard = ms === Infinity ? ms : begun.reduce((end, word) => Math.max(end, word.end), 0);
    this.draw(line);
  }

  draw({role, text, heard, now, parts}) {
    if (role === "tutor") {
      const begins = Math.min(now ?? heard, heard);
      [text.slice(0, begins), text.slice(begins, heard), text.slice(heard)].forEach((piece, place) => {
        if (parts[place].textContent !== piece) parts[place].textContent = piece;
      });
    } else parts[0].textContent = text || "…";
  }
}

function part(name, text) {
  const made = document.createElement("span");
  made.className = name;
  made.textContent = text;
  return made;
}
