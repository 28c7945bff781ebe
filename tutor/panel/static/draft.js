// What somebody wrote and the server does not have yet, kept in this browser; `name` tells whose it is and of what.
export class Draft {
  #name;

  constructor(name) { this.#name = `draft:${name}`; }

  // What was kept, or null.
  read() {
    try {
      return JSON.parse(localStorage.getItem(this.#name));
    } catch {
      return null;
    }
  }

  // A browser that keeps nothing (private windows, full disks) must not stop anybody from writing.
  keep(what) {
    try {
      localStorage.setItem(this.#name, JSON.stringify(what));
    } catch {}
  }

  drop() {
    try {
      localStorage.removeItem(this.#name);
    } catch {}
  }
}
