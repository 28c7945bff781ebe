// Plays 24 kHz samples without gaps; "clear" silences within one block (3 ms). Reports what was played.
const RATE = 24000;

class Player extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = [];         // {item, samples}
    this.place = 0;          // position in the first piece, in its samples, fractional
    this.step = RATE / sampleRate;
    this.item = null;
    this.played = 0;         // samples of the current item
    this.blocks = 0;
    this.port.onmessage = ({data}) => {
      if (data === "clear") {
        this.queue = [];
        this.place = 0;
        this.report();
      } else this.queue.push(data);
    };
  }

  report() {
    this.port.postMessage({item: this.item, ms: Math.round(this.played / RATE * 1000), empty: this.queue.length === 0});
  }

  process(_, [[output]]) {
    for (let i = 0; i < output.length; i++) {
      const head = this.queue[0];
      if (!head) break;
      if (head.item !== this.item) { this.item = head.item; this.played = 0; }
      output[i] = head.samples[Math.floor(this.place)] / 32768;
      this.place += this.step;
      this.played += this.step;
      if (this.place >= head.samples.length) {
        this.place -= head.samples.length;
        this.queue.shift();
        if (!this.queue.length) this.report();
      }
    }
    if (++this.blocks % 32 === 0 && this.queue.length) this.report();
    return true;
  }
}
registerProcessor("player", Player);
