// Queue of 24 kHz samples -> speaker, gapless, with linear interpolation to the context's rate.
const RATE = 24000;
const REPORT = RATE / 20; // tell the page the position every 50 ms of audio

class Player extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = []; // {item, samples: Float32Array}
    this.at = 0; // fractional position in queue[0]
    this.played = 0; // samples of the current item
    this.item = null;
    this.sinceReport = 0;
    this.playing = false;
    this.port.onmessage = ({ data }) => {
      if (data.type === "audio") this.queue.push(data);
      else this.silence();
    };
  }

  silence() {
    this.queue = [];
    this.at = 0;
    this.report("silenced");
    this.playing = false;
  }

  report(type) {
    this.port.postMessage({ type, item: this.item, played: Math.floor(this.played) });
    this.sinceReport = 0;
  }

  process(_inputs, outputs) {
    const [out, ...others] = outputs[0];
    const step = RATE / sampleRate;
    for (let i = 0; i < out.length; i++) {
      const head = this.queue[0];
      if (!head) break;
      if (head.item !== this.item) {
        this.item = head.item;
        this.played = 0;
      }
      this.playing = true;
      const index = Math.floor(this.at);
      const now = head.samples[index];
      const after = index + 1 < head.samples.length ? head.samples[index + 1] : (this.queue[1]?.samples[0] ?? now);
      out[i] = now + (after - now) * (this.at - index);
      this.at += step;
      this.played += step;
      this.sinceReport += step;
      if (this.at >= head.samples.length) {
        this.at -= head.samples.length;
        this.queue.shift();
        if (!this.queue.length) this.at = 0;
      }
    }
    for (const other of others) other.set(out);
    if (this.playing && !this.queue.length) {
      this.playing = false;
      this.report("empty");
    } else if (this.sinceReport >= REPORT) this.report("position");
    return true;
  }
}

registerProcessor("player", Player);
