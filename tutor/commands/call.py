"""viva call COMPANION [recording.wav ...]: a voice call over the Realtime protocol from the terminal."""

import argparse
import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from audio.pcm import Samples, from_pcm16, to_pcm16
from lms_core.errors import InvalidInput
from tutor.commands.caller import Caller, Learner, Loudspeaker, add_server, ticks
from tutor.commands.line import Server
from tutor.commands.recordings import read_recording

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

_RATE = 24_000
_GAP = 25
"""Frames (half a second) of quiet before the next recording."""
_PATIENCE = 1500
"""Frames (30 s) without anything happening after which the call is given up."""
_REASONS = {
    "finished": "the time is used up",
    "out_of_minutes": "this month's voice minutes of the plan are used up",
    "quiet": "it had gone quiet",
    "closed": "you hung up",
    "draining": "the server is going down",
    "failed": "something went wrong on the server",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_server(parser)


def run(options: argparse.Namespace) -> int:
    server = Server.named_by(options)
    recordings = [read_recording(path, _RATE) for path in options.recordings]
    microphone = None if recordings else _Microphone()
    return asyncio.run(_Call(server, options, Learner(recordings, _RATE), microphone).run())


class _Microphone:
    """The sound device, through the optional package sounddevice; frames of 20 ms both ways."""

    def __init__(self) -> None:
        try:
            import sounddevice
        except (ImportError, OSError) as error:
            raise InvalidInput(
                "There is no recording and no sound device: name a WAV file, or pip install -e '.[sound]' (and libportaudio2)."
            ) from error
        try:
            self._stream: Any = sounddevice.Stream(samplerate=_RATE, channels=1, dtype="int16", blocksize=480)
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise InvalidInput(
                f"The sound device cannot be opened: {error}. Name a WAV file instead."
            ) from error

    def frame(self) -> Samples:
        if self._stream.read_available < 480:
            return np.zeros(480, np.int16)
        sound, _ = self._stream.read(480)
        return np.asarray(sound[:, 0], np.int16)

    def play(self, sound: Samples) -> None:
        if self._stream.write_available >= len(sound):
            self._stream.write(sound.reshape(-1, 1))


class _Call(Caller):
    """A client of the Realtime protocol that also takes the events named viva."""

    def __init__(
        self,
        server: Server,
        options: argparse.Namespace,
        learner: Learner,
        microphone: _Microphone | None,
    ) -> None:
        super().__init__(server, options, _RATE)
        self._learner, self._microphone = learner, microphone
        self._loudspeaker = Loudspeaker(_RATE)
        self._listening = False
        self._item = ""
        self._failed = False

    async def run(self) -> int:
        return await super().run() or int(self._failed)

    def path(self) -> str:
        return f"/v1/realtime?{urlencode({'model': self.companion, 'viva': '1'})}"

    async def hang_up(self, socket: "ClientConnection") -> None:
        await _send(socket, {"type": "viva.session.end"})

    async def talk(self, socket: "ClientConnection") -> None:
        quiet = idle = 0
        tick = 0
        async for _ in ticks():
            sound = self._microphone.frame() if self._microphone else self._learner.frame()
            heard = self._loudspeaker.frame()
            if self._microphone:
                self._microphone.play(heard)
            self.tape.add(sound, heard)
            if self.over:
                return
            audio = base64.b64encode(to_pcm16(sound)).decode()
            await _send(socket, {"type": "input_audio_buffer.append", "audio": audio})
            tick += 1
            if tick % 12 == 0 and self._item:
                position = self._loudspeaker.played * 1000 // _RATE
                await _send(socket, {"type": "viva.playback", "item_id": self._item, "ms": position})
            at_rest = self._listening and self._loudspeaker.empty and not self._learner.speaking
            quiet = quiet + 1 if at_rest else 0
            idle = 0 if self._learner.speaking or not self._loudspeaker.empty else idle + 1
            if self._microphone is None and (quiet > _GAP or idle > _PATIENCE) and not self._learner.speak():
                return
            if quiet > _GAP:
                self._listening, quiet = False, 0

    async def take(self, socket: "ClientConnection", event: dict[str, Any]) -> None:  # noqa: ARG002
        match event["type"]:
            case "response.output_audio.delta":
                if event["item_id"] != self._item:
                    self._item, self._loudspeaker.played = event["item_id"], 0
                self._loudspeaker.put(from_pcm16(base64.b64decode(event["delta"])))
            case "input_audio_buffer.speech_started":
                self._loudspeaker.clear()
            case "conversation.item.input_audio_transcription.completed":
                print(f"\n  You: {event['transcript']}")
            case "response.output_audio_transcript.done":
                print(f"  {self.name}: {event['transcript'].strip()}")
            case "viva.session.state":
                self._listening = event["state"] == "listening"
            case "viva.turn.metrics":
                _print_metrics(event)
            case "viva.session.ended":
                print(f"\nThe session ended: {_REASONS.get(event['reason'], event['reason'])}.")
                if event["summary"]:
                    print(f"\n{event['summary']}\n")
                self.over = True
            case "error":
                self._failed = True
                print(f"  ! {event['error']['message']}")


async def _send(socket: "ClientConnection", event: dict[str, Any]) -> None:
    await socket.send(json.dumps(event))


def _print_metrics(metrics: dict[str, Any]) -> None:
    names = ("endpoint", "transcript", "first_token", "first_audio", "first_sent")
    known = [(name, metrics.get(f"{name}_ms")) for name in names]
    shown = [f"{name.replace('_', ' ')} {ms:.0f} ms" for name, ms in known if ms is not None]
    print(f"       after you stopped: {', '.join(shown)}")
