// What a teacher hears of a talk that they follow: both sides, and how loud each is.
import {Sound, fromBase64} from "./sound.js";

const LATE = 1500;  // ms of the learner's sound that may wait: what is older is left out

export class Ears {
  constructor() {
    this.learner = new Sound({onPlayed: ({ms}) => { this.played = ms; }});
    this.tutor = new Sound({onPlayed: () => {}});
    Object.assign(this, {sounds: [this.learner, this.tutor], sent: 0, played: 0});
  }

  open() { return Promise.all(this.sounds.map(sound => sound.open())); }

  set volume(share) { for (const sound of this.sounds) sound.volume = share; }

  play({of, item_id, audio}) {
    const bytes = fromBase64(audio);
    if (of !== "learner") return this.tutor.play(item_id, bytes);
    if (this.sent - this.played > LATE) {
      this.learner.silence();
      this.sent = this.played;
    }
    this.sent += bytes.byteLength / 48;
    this.learner.play(item_id, bytes);
  }

  silence() { for (const sound of this.sounds) sound.silence(); }

  close() { for (const sound of this.sounds) sound.close(); }
}
