// What was said, by both sides; the companion's words light up as they are heard.

export class Captions {
  constructor(box) {
    this.box = box;
    this.lines = new Map();
  }

  clear() {
    this.box.replaceChildren();
    this.lines.clear();
  }

  line(item, role) {
    let line = this.lines.get(item);
    if (!line) {
      const element = document.createElement("p");
      element.className = role;
      this.box.append(element);
      line = {element, text: "", words: [], role};
      this.lines.set(item, line);
    }
    return line;
  }

  add(item, role, text) {
    const line = this.line(item, role);
    line.text += text;
    this.draw(line);
  }

  set(item, role, text) {
    const line = this.line(item, role);
    line.text = text;
    this.draw(line);
  }

  remove(item) {
    this.lines.get(item)?.element.remove();
    this.lines.delete(item);
  }

  // How often the learner had the word.
  get turns() { return [...this.lines.values()].filter(line => line.role === "learner" && line.text).length; }

  // Typed while the link was down: it is shown, and shown to be waiting.
  waiting(item, is) { this.lines.get(item)?.element.classList.toggle("waiting", is); }

  time(item, words) {
    const line = this.lines.get(item);
    if (line) line.words.push(...words);
  }

  // The companion was interrupted: `text` is what was heard of it.
  cut(item, text) {
    const line = this.lines.get(item);
    if (!line || line.text.trim() === text.trim()) return;
    Object.assign(line, {text: `${text} …`, heard: Infinity, words: []});
    this.draw(line);
  }

  heard(item, ms) {
    const line = this.lines.get(item);
    if (!line || !line.words.length) return;
    let end = 0;
    for (const word of line.words) if (word.start_ms <= ms) end = Math.max(end, word.end);
    line.heard = end;
    this.draw(line);
  }

  draw(line) {
    if (line.role === "tutor") {
      const heard = document.createElement("span"), rest = document.createElement("span");
      heard.className = "heard";
      const end = line.heard ?? 0;
      heard.textContent = line.text.slice(0, end);
      rest.textContent = line.text.slice(end);
      line.element.replaceChildren(heard, rest);
    } else line.element.textContent = line.text || "…";
    this.box.scrollTop = this.box.scrollHeight;
  }
}
