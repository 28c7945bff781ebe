// Whether the microphone hears as it should: told of each piece of sound, says what is wrong.
const DEAF = 10_000;     // ms without any sound at all
const FAINT = 15_000;    // ms of the learner's time in which nothing was louder than FAINTEST
const FAINTEST = 0.006;  // 44 dB below the loudest
const LOUD = 3_000;      // ms in which a quarter of the pieces was cut off at the loudest
const CUT = 0.99;

export class Hearing {
  constructor(now) { this.restart(now); }

  restart(now) {
    this.sounded = this.audible = this.since = now;
    this.pieces = this.cut = 0;
  }

  // `peak` is the loudest sample, 0 to 1. Returns deaf, faint, loud, or "" where all is well.
  piece(peak, now) {
    if (peak > 0) this.sounded = now;
    if (peak > FAINTEST) this.audible = now;
    this.pieces++;
    if (peak > CUT) this.cut++;
    if (now - this.since > LOUD) {
      this.isLoud = this.cut * 4 > this.pieces;
      this.since = now;
      this.pieces = this.cut = 0;
    }
    if (now - this.sounded > DEAF) return "deaf";
    if (now - this.audible > FAINT) return "faint";
    return this.isLoud ? "loud" : "";
  }

  // While the companion speaks nobody need say anything: quiet does not count.
  excuse(now) { this.audible = now; }
}
