// The socket: JSON events in and out, and a new link to the same session when one is lost.
const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 8000;
const ATTEMPTS = 8;

export class Realtime extends EventTarget {
  constructor(companion) {
    super();
    this.companion = companion;
    this.session = null;
    this.ended = false;
    this.failures = 0;
  }

  get open() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    const url = new URL("/v1/realtime", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("model", this.companion);
    url.searchParams.set("viva", "1");
    if (this.session) url.searchParams.set("session_id", this.session);
    this.socket = new WebSocket(url, "realtime");
    this.socket.onmessage = ({ data }) => this.receive(JSON.parse(data));
    this.socket.onclose = () => this.lost();
  }

  receive(event) {
    if (event.type === "session.created") {
      this.session = event.session.id;
      this.failures = 0;
      this.tell("up", {});
    }
    if (event.type === "viva.session.ended") this.ended = true;
    this.tell("event", event);
  }

  lost() {
    if (this.ended) return;
    this.failures += 1;
    if (this.failures > ATTEMPTS) {
      this.ended = true;
      this.tell("gone", {});
      return;
    }
    this.tell("down", {});
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.failures - 1));
    this.retry = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  /** Returns whether the event went out; sound that cannot go out is dropped, never kept. */
  send(event) {
    if (!this.open) return false;
    this.socket.send(JSON.stringify(event));
    return true;
  }

  close() {
    this.ended = true;
    clearTimeout(this.retry);
    this.socket?.close();
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
