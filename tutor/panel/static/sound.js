// The microphone and the loudspeaker, as two small promises.

export class Sound {
  constructor(onCaptured, onPlayed) {
    this.onCaptured = onCaptured;
    this.onPlayed = onPlayed;
    this.muted = false;
  }

  async open() {
    this.context = new AudioContext();
    await this.context.resume();
    await Promise.all(["capture", "player"].map(name => this.context.audioWorklet.addModule(`/static/${name}-worklet.js`)));
    this.player = new AudioWorkletNode(this.context, "player", {outputChannelCount: [1]});
    this.player.port.onmessage = ({data}) => this.onPlayed(data);
    this.gain = this.context.createGain();
    this.player.connect(this.gain).connect(this.context.destination);
  }

  async listen() {
    const wanted = {echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1};
    this.stream = await navigator.mediaDevices.getUserMedia({audio: wanted});
    const capture = new AudioWorkletNode(this.context, "capture", {numberOfOutputs: 0});
    capture.port.onmessage = ({data}) => this.onCaptured(this.muted ? new ArrayBuffer(data.byteLength) : data);
    this.context.createMediaStreamSource(this.stream).connect(capture);
  }

  play(item, bytes) {
    this.player?.port.postMessage({item, samples: new Int16Array(bytes)});
  }

  silence() { this.player?.port.postMessage("clear"); }

  set volume(share) { if (this.gain) this.gain.gain.value = share; }

  close() {
    this.stream?.getTracks().forEach(track => track.stop());
    this.context?.close();
  }
}

export function toBase64(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer;
}
