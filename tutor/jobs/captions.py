"""Captions of films and sounds, by the server's own ears. Talks come first: while they need the ears, it waits."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.pcm import level_dbfs
from audio.stt.base import STT_RATE, SpeechToText
from lms_core.captions import STEP_MS, SaidWord, cuts, spread, webvtt
from lms_core.media import CAPTIONS_JOB, PartRole
from storage.media import MediaStore
from storage.media_parts import MediaParts
from tutor.jobs.media import Upload, with_upload
from tutor.jobs.work import Kind, Lane, Work
from tutor.media_tools.runner import run as use

_STEP = STT_RATE * STEP_MS // 1000  # samples
_SILENT_DBFS = -50.0
_BESIDE = 2  # steps of silence that stay, for words begin softly


class CaptionJobs:
    """`busy`: whether the ears are needed for talks now. One piece of a few seconds is heard at a time."""

    def __init__(
        self, store: MediaStore, parts: MediaParts, ears: SpeechToText, busy: Callable[[], bool]
    ) -> None:
        self._store, self._parts, self._ears, self._busy = store, parts, ears, busy
        self.kind = Kind(CAPTIONS_JOB, self._run, Lane.PATIENT)

    async def _run(self, work: Work) -> None:
        await with_upload(work, self._store, partial(self._caption, work))

    async def _caption(self, work: Work, upload: Upload) -> None:
        sound = upload.folder / "sound.pcm"

        async def listen() -> list[int]:
            await work.tell(2, "Captions: the sound is being taken out.")
            await use("pcm", **upload.file, out=str(sound))
            return await asyncio.to_thread(_pieces, sound)

        ends = await work.step("listen", listen)
        for number, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            progress = 5 + 90 * number // len(ends)
            await work.pause_while(self._busy, progress, "Captions wait until nobody talks with a companion.")
            await work.step(f"hear {number}", partial(self._hear, work, upload, number, start, end, progress))
        await work.step("write", partial(self._write, upload, len(ends)))

    async def _hear(
        self, work: Work, upload: Upload, number: int, start: int, end: int, progress: int
    ) -> None:
        """What is said goes into a file, not into the books of DBOS."""
        await work.tell(progress, "Captions: what is said is being written down.")
        pcm, start, end = await asyncio.to_thread(_piece, upload.folder / "sound.pcm", start, end)
        said: list[SaidWord] = []
        if len(pcm):
            stream = self._ears.open(language="")
            try:
                stream.feed(pcm)
                heard = await stream.transcribe()
            finally:
                stream.close()
            at = start * STEP_MS
            said = [SaidWord(one.text, at + one.start_ms, at + one.end_ms) for one in heard.words]
            said = said or spread(heard.text, at, end * STEP_MS)
        await asyncio.to_thread(_said(upload, number).write_text, json.dumps([asdict(one) for one in said]))

    async def _write(self, upload: Upload, count: int) -> None:
        """Where nothing was said there are no captions."""
        out = upload.folder / "captions.vtt"

        def write() -> bool:
            pieces = [json.loads(_said(upload, number).read_text()) for number in range(count)]
            words = [SaidWord(**one) for piece in pieces for one in piece]
            out.write_text(webvtt(words), "utf-8")
            return bool(words)

        if await asyncio.to_thread(write):
            await self._parts.put(upload.id, PartRole.CAPTIONS, out, "text/vtt")


def _said(upload: Upload, number: int) -> Path:
    return upload.folder / f"said-{number}.json"


def _samples(path: Path) -> NDArray[np.int16]:
    """Not read but mapped: four hours are half a gigabyte."""
    if not path.stat().st_size:
        return np.zeros(0, np.int16)
    samples: Any = np.memmap(path, np.int16, "r")
    return samples  # type: ignore[no-any-return]


def _pieces(path: Path) -> list[int]:
    """Where pieces end, in steps."""
    samples = _samples(path)
    return cuts([level_dbfs(samples[at : at + _STEP]) for at in range(0, len(samples), _STEP)])


def _piece(path: Path, start: int, end: int) -> tuple[NDArray[np.int16], int, int]:
    """Without the silence before and behind; with where it now starts and ends."""
    samples = _samples(path)
    loud = [
        at for at in range(start, end) if level_dbfs(samples[at * _STEP : (at + 1) * _STEP]) > _SILENT_DBFS
    ]
    if not loud:
        return np.zeros(0, np.int16), start, start
    start, end = max(start, loud[0] - _BESIDE), min(end, loud[-1] + 1 + _BESIDE)
    return np.array(samples[start * _STEP : end * _STEP]), start, end
