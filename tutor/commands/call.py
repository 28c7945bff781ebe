"""viva call COMPANION [recording.wav ...]: a voice call over the Realtime protocol from the terminal."""

import argparse
import asyncio
import base64
from typing import Any

import numpy as np

from audio.pcm import Samples, to_pcm16
from lms_core.errors import InvalidInput
from tutor.commands.caller import (
    Learner,
    Loudspeaker,
    Tape,
    add_server,
    api_key,
    read_recording,
    ticks,
)

_RATE = 24_000
_GAP = 25
"""Frames (half a second) of quiet before the next recording."""
_PATIENCE = 1500
"""Frames (30 s) without anything happening after which the call is given up."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_server(parser)


def run(options: argparse.Namespace) -> int:
    key = api_key(options)
    recordings = [read_recording(path, _RATE) for path in options.recordings]
    microphone = None if recordings else _Microphone()
    return asyncio.run(_Call(options, key, Learner(recordings, _RATE), microphone).run())


class _Microphone:
    """The sound device, through the optional package sounddevice; frames of 20 ms both ways."""

    def __init__(self) -> None:
        try:
            import sounddevice
        except (ImportError, OSError) as error:
            raise InvalidInput(
                "There is no recording and no sound device: name a WAV file, or pip install 'viva[sound]' (and libportaudio2)."
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


class _Call:
    def __init__(
        self, options: argparse.Namespace, key: str, learner: Learner, microphone: _Microphone | None
    ) -> None:
        self._options, self._key, self._learner, self._microphone = options, key, learner, microphone
        self._loudspeaker = Loudspeaker(_RATE)
        self._tape = Tape()
        self._listening = False
        self._item = ""
        self._said: dict[str, str] = {}
        self._over = False
        self._failed = False

    async def run(self) -> int:
        import aiohttp

        url = f"{self._options.url.rstrip('/')}/v1/realtime"
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            async with aiohttp.ClientSession(headers=headers) as http:
                parameters = {"model": self._options.companion, "viva": "1"}
                async with http.ws_connect(url, params=parameters, max_msg_size=0) as socket:
                    async with asyncio.TaskGroup() as group:
                        reading = group.create_task(self._read(socket))
                        await self._talk(socket)
                        await socket.close()
                        await reading
        except aiohttp.WSServerHandshakeError as error:
            raise InvalidInput(
                f"The server refused the call: {error.status} {error.message}. Check the companion and the key."
            ) from error
        except aiohttp.ClientError as error:
            raise InvalidInput(
                f"Cannot reach {self._options.url}: {error}. Is the server running?"
            ) from error
        self._tape.save(self._options.save, _RATE)
        return 1 if self._failed else 0

    async def _talk(self, socket: Any) -> None:
        quiet = idle = 0
        tick = 0
        async for _ in ticks():
            sound = self._microphone.frame() if self._microphone else self._learner.frame()
            heard = self._loudspeaker.frame()
            if self._microphone:
                self._microphone.play(heard)
            self._tape.add(sound, heard)
            if self._over or socket.closed:
                return
            await socket.send_json(
                {"type": "input_audio_buffer.append", "audio": base64.b64encode(to_pcm16(sound)).decode()}
            )
            tick += 1
            if tick % 12 == 0 and self._item:
                position = self._loudspeaker.played * 1000 // _RATE
                await socket.send_json({"type": "viva.playback", "item_id": self._item, "ms": position})
            at_rest = self._listening and self._loudspeaker.empty and not self._learner.speaking
            quiet = quiet + 1 if at_rest else 0
            idle = 0 if self._learner.speaking or not self._loudspeaker.empty else idle + 1
            if self._microphone is None and (quiet > _GAP or idle > _PATIENCE) and not self._learner.speak():
                return
            if quiet > _GAP:
                self._listening, quiet = False, 0

    async def _read(self, socket: Any) -> None:
        async for message in socket:
            event = message.json()
            self._take(event["type"], event)
        self._over = True

    def _take(self, kind: str, event: dict[str, Any]) -> None:
        match kind:
            case "response.output_audio.delta":
                if event["item_id"] != self._item:
                    self._item, self._loudspeaker.played = event["item_id"], 0
                self._loudspeaker.put(np.frombuffer(base64.b64decode(event["delta"]), "<i2"))
            case "input_audio_buffer.speech_started":
                self._loudspeaker.clear()
            case "conversation.item.input_audio_transcription.completed":
                print(f"\n  You: {event['transcript']}")
            case "response.output_audio_transcript.done":
                print(f"  {self._options.companion}: {event['transcript'].strip()}")
            case "viva.session.state":
                self._listening = event["state"] == "listening"
            case "viva.turn.metrics":
                self._print_metrics(event.get("metrics", event))
            case "viva.session.ended":
                print(f"\nThe session ended: {event['reason']}.")
                self._over = True
            case "error":
                self._failed = True
                print(f"  ! {event['error']['message']}")

    def _print_metrics(self, metrics: dict[str, Any]) -> None:
        names = ("endpoint", "transcript", "first_token", "first_audio", "first_sent")
        shown = [
            f"{name} {metrics[f'{name}_ms']:.0f} ms"
            for name in names
            if metrics.get(f"{name}_ms") is not None
        ]
        print(f"       after you stopped: {', '.join(shown)}")
