// The page's side of the player worklet: what is playing, how far, and silence on demand.
export class Player {
  constructor(context) {
    this.node = new AudioWorkletNode(context, "player", { numberOfInputs: 0, outputChannelCount: [1] });
    this.gain = context.createGain();
    this.node.connect(this.gain).connect(context.destination);
    this.item = null;
    this.ms = 0;
    this.playing = false;
    this.total = 0; // samples heard since the page was opened
    this.before = 0;
    this.onprogress = () => {};
    this.node.port.onmessage = ({ data }) => this.moved(data);
  }

  set volume(value) {
    this.gain.gain.value = value;
  }

  /** base64 PCM16 at 24 kHz. */
  play(item, base64) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const samples = new Float32Array(bytes.length >> 1);
    for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(i * 2, true) / 32768;
    if (samples.length) this.node.port.postMessage({ type: "audio", item, samples }, [samples.buffer]);
  }

  silence() {
    this.node.port.postMessage({ type: "silence" });
  }

  moved({ type, item, played }) {
    if (item !== this.item) this.before = 0;
    this.total += played - this.before;
    this.before = played;
    this.item = item;
    this.ms = Math.round(played / 24);
    this.playing = type === "position";
    this.onprogress(type);
  }
}
