// Microphone frames, resampled to 24 kHz PCM16, in pieces of 40 ms.
const RATE = 24000, PIECE = 960;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / RATE;
    this.place = 0;          // where in the coming input the next output sample lies
    this.last = 0;           // the last input sample, to interpolate across blocks
    this.out = new Int16Array(PIECE);
    this.filled = 0;
  }

  process([[input]]) {
    if (!input) return true;
    while (this.place < input.length) {
      const whole = Math.floor(this.place), part = this.place - whole;
      const before = whole > 0 ? input[whole - 1] : this.last;
      this.push(before + (input[whole] - before) * part);
      this.place += this.step;
    }
    this.place -= input.length;
    this.last = input[input.length - 1];
    return true;
  }

  push(value) {
    this.out[this.filled++] = Math.max(-1, Math.min(1, value)) * 32767;
    if (this.filled === PIECE) {
      this.port.postMessage(this.out.buffer, [this.out.buffer]);
      this.out = new Int16Array(PIECE);
      this.filled = 0;
    }
  }
}
registerProcessor("capture", Capture);
