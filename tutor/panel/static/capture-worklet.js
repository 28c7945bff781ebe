// Microphone -> mono PCM16 at 24 kHz in chunks of 40 ms, on the audio thread.
const RATE = 24000;
const CHUNK = 960; // 40 ms

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / RATE; // input samples per output sample
    this.sum = 0; // input collected towards the current output sample
    this.weight = 0;
    this.chunk = new Int16Array(CHUNK);
    this.filled = 0;
  }

  // Each output sample is the mean of the input it covers: cheap, continuous across blocks, and
  // enough of a low-pass for speech. A context below 24 kHz repeats samples.
  process(inputs) {
    const channel = inputs[0][0];
    if (!channel) return true;
    for (const sample of channel) {
      let left = 1;
      while (left > 0) {
        const part = Math.min(left, this.step - this.weight);
        this.sum += sample * part;
        this.weight += part;
        left -= part;
        if (this.weight >= this.step - 1e-9) this.emit();
        if (left < 1e-9) left = 0;
      }
    }
    return true;
  }

  emit() {
    const value = Math.max(-1, Math.min(1, this.sum / this.weight));
    this.sum = 0;
    this.weight = 0;
    this.chunk[this.filled++] = Math.round(value * 32767);
    if (this.filled < CHUNK) return;
    const whole = this.chunk;
    this.chunk = new Int16Array(CHUNK);
    this.filled = 0;
    this.port.postMessage(whole.buffer, [whole.buffer]);
  }
}

registerProcessor("capture", Capture);
