"""N paced callers against the real server, through the realtime door or the phone door.

    python -m bench.voice --door realtime --callers 1 10 50 --seconds 30
    python -m bench.voice --engines bundled --callers 1 2 4 8
    python -m bench.voice --recorded

The callers run in this process, the server in one of its own. Each caller sends a frame every 20 ms and talks in
turns; every reply is interrupted after a good second, and the interruption is the next turn. Idle cost is measured
with callers who only send room noise. Overhead is the time from the end of speech to the first sound of the reply,
less the endpointing delay: on the wire of the realtime door, where server_vad sets it to 500 ms, and on both doors as the
server measured it. The second table has the server's own stages, each counted from the end of speech.
Null engines answer at once, so that only Viva is measured; the bundled ones are real.
"""

import argparse
import asyncio
import base64
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
from numpy.typing import NDArray

from audio.pcm import Resampler, encode_ulaw

_ROOT = Path(__file__).resolve().parent.parent
_DELAY = 0.5
_TICK = 0.02
_LISTEN_FOR = 1.2
"""Seconds of reply that are heard before the caller interrupts."""
_LOUD = 700
_ONSET = 2500
"""Peak that counts as the beginning of speech; the recording has a click before it."""


_BUNDLED = {"ears": "pocketsphinx", "mind": "lesson", "mouth": "espeak"}
_STAGES = ("endpoint", "transcript", "first_token", "first_audio", "first_sent")


@dataclass
class Server:
    url: str
    api_key: str
    pid: int
    database: Path

    def turns(self) -> list[dict[str, Any]]:
        """The latencies of all answered turns, in ms."""
        with sqlite3.connect(self.database) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute("SELECT * FROM turn_metrics WHERE first_sent_ms IS NOT NULL")
            return [dict(row) for row in rows]

    def cpu_seconds(self) -> float:
        return sum(_cpu_seconds(pid) for pid in self._processes())

    def rss_mb(self) -> float:
        pages = (Path(f"/proc/{pid}/statm").read_text().split()[1] for pid in self._processes())
        return sum(map(int, pages)) * os.sysconf("SC_PAGESIZE") / 1e6

    def _processes(self) -> list[int]:
        """The server and its speech workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running_server(engines: str, *, recorded: bool) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "ready.json")
        names = (
            _BUNDLED if engines == "bundled" else {part: f"tests.null_engines:{part}" for part in _BUNDLED}
        )
        process = subprocess.Popen(
            [sys.executable, "run.py", "--port=0", f"--data-dir={folder}/data", f"--ready-file={ready}",
             *(f"--{part}={name}" for part, name in names.items())],
            cwd=_ROOT, env={**os.environ, "VIVA_MAX_SESSIONS": "1000", "VIVA_MAX_SPEECH_WAIT": "1000", "VIVA_LOG_LEVEL": "warning", "VIVA_DRAIN_SECONDS": "0", "VIVA_RECORDINGS": str(recorded)},
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while not ready.is_file():
                time.sleep(0.1)
            data = json.loads(ready.read_text())
            if recorded:
                _consent(data["url"], data["api_key"])
            yield Server(data["url"], data["api_key"], process.pid, Path(folder, "data", "viva.db"))
        finally:
            process.terminate()
            process.wait()


def _consent(url: str, api_key: str) -> None:
    headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"}
    address = f"{url}/api/v1/me/recording-consent"
    wish = urllib.request.Request(address, b'{"given": true}', headers, method="PUT")  # our own server
    urllib.request.urlopen(wish).close()


@dataclass
class Frames:
    """What a caller sends: messages of 20 ms each, ready made, and where in them the speech is."""

    speech: list[str]
    quiet: str
    starts: float
    ends: float


def make_frames(door: str) -> Frames:
    with wave.open(str(_ROOT / "tests" / "recordings" / "cards_001.wav")) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    rate = 24_000 if door == "realtime" else 8000
    resampler = Resampler(16_000, rate)
    sound = np.concatenate((resampler.feed(sound), resampler.flush()))
    blocks = np.abs(sound[: len(sound) // 80 * 80].reshape(-1, 80).astype(np.int32)).max(axis=1)
    loud = np.flatnonzero(blocks > _LOUD) * 80 / rate
    size = int(rate * _TICK)
    pieces = [sound[start : start + size] for start in range(0, len(sound) - size, size)]
    noise = (np.random.default_rng(1).standard_normal(size) * 20).astype(np.int16)
    starts = float(np.flatnonzero(blocks > _ONSET)[0] * 80 / rate)
    return Frames([_message(door, piece) for piece in pieces], _message(door, noise), starts, float(loud[-1]))


def _message(door: str, sound: NDArray[np.int16]) -> str:
    if door == "realtime":
        return json.dumps(
            {"type": "input_audio_buffer.append", "audio": base64.b64encode(sound.tobytes()).decode()}
        )
    payload = base64.b64encode(encode_ulaw(sound)).decode()
    return json.dumps(
        {"event": "media", "streamSid": "MZ1", "media": {"track": "inbound", "payload": payload}}
    )


@dataclass
class Results:
    overheads: list[float] = field(default_factory=list)
    barge_ins: list[float] = field(default_factory=list)
    spoken: int = 0
    answered: int = 0


class Caller:
    """Speaks, waits for the answer, interrupts it after a while, and so on."""

    def __init__(self, door: str, frames: Frames, results: Results, *, idle: bool) -> None:
        self._door, self._frames, self._results, self._idle = door, frames, results, idle
        self.socket: Any = None
        self._place: int | None = None
        self._began = 0.0
        self._next_at = time.perf_counter() + 1.0 + np.random.default_rng(id(self) % 2**32).uniform(0, 2)
        self._answer_due: float | None = None
        self._interrupting: float | None = None
        self.stopping = False

    async def open(self, http: aiohttp.ClientSession, server: Server) -> None:
        if self._door == "realtime":
            self.socket = await http.ws_connect(
                f"{server.url}/v1/realtime?model=ada-fractions", max_msg_size=0
            )
            detection = {"type": "server_vad", "silence_duration_ms": int(_DELAY * 1000)}
            await self.socket.send_json(
                {
                    "type": "session.update",
                    "session": {"type": "realtime", "audio": {"input": {"turn_detection": detection}}},
                }
            )
        else:
            self.socket = await http.ws_connect(f"{server.url}/phone/media", max_msg_size=0)
            media = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
            start = {"streamSid": "MZ1", "callSid": "CA1", "accountSid": "AC1", "tracks": ["inbound"], "mediaFormat": media,
                     "customParameters": {"companion": "ada-fractions", "token": server.api_key}}  # fmt: skip
            await self.socket.send_json({"event": "connected", "protocol": "Call", "version": "1.0.0"})
            await self.socket.send_json(
                {"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": start}
            )

    async def tick(self, now: float) -> None:
        if self._place is None:
            if not self._idle and not self.stopping and now >= self._next_at:
                self._place, self._began = (
                    0,
                    now,
                )  # its first frame follows in the next tick, when it is recorded
                self._interrupting = now + self._frames.starts if self._answer_due == -1 else None
                self._results.spoken += 1
            await self.socket.send_str(self._frames.quiet)
            return
        await self.socket.send_str(self._frames.speech[self._place])
        self._place += 1
        if self._place == len(self._frames.speech):
            self._place = None
            self._answer_due = self._began + self._frames.ends
            self._next_at = now + 8.0  # if no answer comes

    async def read(self) -> None:
        async for message in self.socket:
            self._take(message.data, time.perf_counter())

    def _take(self, data: str, now: float) -> None:
        if '"response.output_audio.delta"' in data or '"event":"media"' in data:
            if self._answer_due is not None and self._answer_due > 0 and self._place is None:
                self._results.answered += 1
                self._results.overheads.append(now - self._answer_due - _DELAY)
                self._answer_due = -1
                self._next_at = now + _LISTEN_FOR
        elif (
            '"input_audio_buffer.speech_started"' in data or '"event":"clear"' in data
        ) and self._interrupting:
            self._results.barge_ins.append(now - self._interrupting)
            self._interrupting = None


async def measure(
    server: Server, door: str, callers: int, seconds: float, *, idle: bool
) -> tuple[Results, float, float]:
    """Results, CPU seconds a session-minute, and MB a session."""
    frames, results = make_frames(door), Results()
    before = server.rss_mb()
    headers = {"Authorization": f"Bearer {server.api_key}"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as http:
        group = [Caller(door, frames, results, idle=idle) for _ in range(callers)]
        for caller in group:
            await caller.open(http, server)
        readers = [asyncio.create_task(caller.read()) for caller in group]
        cpu, begin = server.cpu_seconds(), time.perf_counter()
        due = begin
        while (now := time.perf_counter()) < begin + seconds + 4:
            for place, caller in enumerate(group):
                caller.stopping = now > begin + seconds
                await caller.tick(time.perf_counter())
                if place % 25 == 24:
                    await asyncio.sleep(0)
            due += _TICK
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        spent = (server.cpu_seconds() - cpu) / callers * 60 / (time.perf_counter() - begin)
        memory = (server.rss_mb() - before) / callers
        for caller in group:
            await caller.socket.close()
        await asyncio.gather(*readers)
    return results, spent, memory


def _quantiles(values: list[float]) -> str:
    """p50 and p95."""
    return " | ".join(f"{np.quantile(values, share):.0f}" for share in (0.5, 0.95)) if values else "- | -"


async def bench(door: str, engines: str, counts: list[int], seconds: float, *, recorded: bool) -> None:
    print(
        f"\n{door} door, {engines} engines, {'recorded, ' * recorded}{seconds:.0f} s a row; {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}\n"
    )
    print(
        "| callers | overhead on the wire p50 ms | p95 | as measured inside p50 ms | p95 | barge-in p50 ms | p95 "
        "| turns | lost | CPU s/session-min talking | idle | MB/session |"
    )
    print("|" + "---|" * 12)
    stages = []
    for callers in counts:
        with running_server(engines, recorded=recorded) as server:
            _, idle, memory = await measure(server, door, callers, min(seconds, 10), idle=True)
        with running_server(engines, recorded=recorded) as server:
            results, talking, _ = await measure(server, door, callers, seconds, idle=False)
            turns = server.turns()
        wire = [each * 1000 for each in results.overheads] if door == "realtime" and engines == "null" else []
        inside = [turn["first_sent_ms"] - turn["endpoint_delay_ms"] for turn in turns]
        stops = [each * 1000 for each in results.barge_ins]
        print(
            f"| {callers} | {_quantiles(wire)} | {_quantiles(inside)} | {_quantiles(stops)} "
            f"| {results.spoken} | {results.spoken - results.answered} | {talking:.2f} | {idle:.2f} | {memory:.2f} |",
            flush=True,
        )
        taken = (
            [turn[f"{stage}_ms"] for turn in turns if turn[f"{stage}_ms"] is not None] for stage in _STAGES
        )
        stages.append(f"| {callers} | {' | '.join(map(_quantiles, taken))} |")
    print("\n| callers | " + " | ".join(f"{stage} p50 ms | p95" for stage in _STAGES) + " |")
    print("|" + "---|" * 11, *stages, sep="\n")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--door", choices=["realtime", "phone"], default="realtime")
    parser.add_argument("--engines", choices=["null", "bundled"], default="null")
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 10, 25, 50, 100, 200])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--recorded", action="store_true", help="record every session")
    options = parser.parse_args()
    asyncio.run(
        bench(options.door, options.engines, options.callers, options.seconds, recorded=options.recorded)
    )


if __name__ == "__main__":
    main()
