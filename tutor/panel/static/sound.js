// The microphone and the loudspeaker, as two small promises.
import {PlainPlayer} from "./plain-player.js";

export class Sound {
  constructor({onCaptured, onPeak, onPlayed}) {
    Object.assign(this, {onCaptured, onPeak, onPlayed, muted: false});
  }

  async open() {
    this.context = new AudioContext();
    this.context.resume();  // never comes back where there is no sound device
    this.gain = this.context.createGain();
    this.gain.connect(this.context.destination);
    this.voice = this.context.createAnalyser();
    this.voice.fftSize = 256;
    this.voice.connect(this.gain);
    if (!this.context.audioWorklet) {
      this.plain = new PlainPlayer(this.context, this.voice, this.onPlayed);
      return;
    }
    await Promise.all(["capture", "player"].map(name => this.context.audioWorklet.addModule(`/static/${name}-worklet.js`)));
    this.player = new AudioWorkletNode(this.context, "player", {outputChannelCount: [1]});
    this.player.port.onmessage = ({data}) => this.onPlayed(data);
    this.player.connect(this.voice);
  }

  // Throws what getUserMedia throws.
  async listen() {
    const wanted = {echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1};
    this.stream = await navigator.mediaDevices.getUserMedia({audio: wanted});
    const capture = new AudioWorkletNode(this.context, "capture", {numberOfOutputs: 0});
    capture.port.onmessage = ({data}) => this.captured(this.muted ? new ArrayBuffer(data.byteLength) : data);
    this.context.createMediaStreamSource(this.stream).connect(capture);
  }

  captured(pcm) {
    this.onPeak(peak(new Int16Array(pcm)));
    this.onCaptured(pcm);
  }

  play(item, bytes) {
    const samples = new Int16Array(bytes);
    if (this.plain) this.plain.play(item, samples);
    else this.player?.port.postMessage({item, samples});
  }

  silence() {
    this.plain?.clear();
    this.player?.port.postMessage("clear");
  }

  // How loud what is played is just now, 0 to 1, whatever the volume.
  get loudness() {
    this.wave ??= new Float32Array(this.voice?.fftSize ?? 0);
    this.voice?.getFloatTimeDomainData(this.wave);
    return this.wave.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0);
  }

  set volume(share) { if (this.gain) this.gain.gain.value = share; }

  close() {
    this.plain?.close();
    this.stream?.getTracks().forEach(track => track.stop());
    this.context?.close();
  }
}

// The loudest sample, 0 to 1.
function peak(samples) {
  let loudest = 0;
  for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
  return loudest / 32768;
}

export function toBase64(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer;
}
