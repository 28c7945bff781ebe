// The player for pages without HTTPS, where browsers have no worklets. Same promises, reported every 100 ms.
const RATE = 24000, AHEAD = 0.05;

export class PlainPlayer {
  constructor(context, output, onPlayed) {
    Object.assign(this, {context, output, onPlayed, pieces: [], item: null, ms: 0});
    this.clock = setInterval(() => this.report(), 100);
  }

  play(item, samples) {
    const buffer = this.context.createBuffer(1, samples.length, RATE);
    buffer.copyToChannel(Float32Array.from(samples, value => value / 32768), 0);
    const source = new AudioBufferSourceNode(this.context, {buffer});
    const last = this.pieces.at(-1);
    const start = Math.max(this.context.currentTime + AHEAD, last?.end ?? 0);
    const offset = last?.item === item ? last.offset + last.end - last.start : this.item === item ? this.ms / 1000 : 0;
    source.connect(this.output);
    source.start(start);
    this.pieces.push({item, source, start, end: start + buffer.duration, offset});
  }

  clear() {
    this.report();
    for (const {source} of this.pieces) source.stop();
    this.pieces = [];
  }

  report() {
    const now = this.context.currentTime, [head] = this.pieces;
    if (!head || now < head.start) return;
    const piece = this.pieces.findLast(({start}) => start <= now);
    this.pieces = this.pieces.filter(({end}) => end > now);
    this.item = piece.item;
    this.ms = Math.round(1000 * (piece.offset + Math.min(now, piece.end) - piece.start));
    this.onPlayed({item: this.item, ms: this.ms, empty: !this.pieces.length});
  }

  close() { clearInterval(this.clock); }
}
