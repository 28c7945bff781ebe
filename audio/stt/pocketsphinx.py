"""The bundled ear: pocketsphinx with the English model from its wheel. No download, no key.

Its decoder holds the GIL, so each worker is a process. Decoding costs about 0.2 s of CPU a second of speech.
Hints are not used: it cannot bias its language model, and to take the hypothesis with most hints out of the n best
raised the word error rate on `tests/recordings` from 21 to 24 %. Its confidence is of no use, it is 1.0 nearly always.
While the learner speaks it gives partial results, as long as a worker stays free for those who have finished.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.pcm import level_dbfs
from audio.pool import OnJob, Pool, unmeasured
from audio.stt.base import STT_RATE, HeardWord, SttStream, Transcript
from audio.stt.buffered import BufferedStream
from audio.workers import ProcessWorker

_FRAME_MS = 10
_SILENT_DBFS = -60.0
"""Quieter audio is silence; the decoder hears "mm" in it."""
_LEAST = STT_RATE // 5
"""Less than 200 ms holds no word."""


class PocketsphinxEars:
    name = "pocketsphinx"

    def __init__(self, *, workers: int = 2, on_job: OnJob = unmeasured) -> None:
        self._pool = Pool("pocketsphinx", workers, _make_worker, on_job=on_job, time_limit=15.0)

    def open(
        self,
        *,
        language: str,  # noqa: ARG002
        hints: Sequence[str] = (),  # noqa: ARG002
        on_partial: Callable[[str], None] | None = None,
    ) -> SttStream:
        key = object()

        async def transcribe(pcm: NDArray[np.int16]) -> Transcript:
            if len(pcm) < _LEAST or level_dbfs(pcm) < _SILENT_DBFS:
                return Transcript("")
            words: list[tuple[str, int, int, float]] = await self._pool.run(key, pcm.tobytes())
            heard = tuple(HeardWord(*word) for word in words)
            confidence = sum(word.confidence for word in heard) / len(heard) if heard else 0.0
            return Transcript(" ".join(word.text for word in heard), heard, confidence)

        return BufferedStream(transcribe, on_partial=on_partial, spare=lambda: self._pool.idle_workers > 1)

    async def start(self) -> None:
        await self._pool.start()

    async def aclose(self) -> None:
        await self._pool.aclose()


def _make_worker() -> ProcessWorker:
    return ProcessWorker(make_decoder)


def make_decoder() -> Callable[[bytes], list[tuple[str, int, int, float]]]:
    """In the worker process: PCM bytes to (word, start ms, end ms, confidence)."""
    from pocketsphinx import Decoder

    decoder: Any = Decoder(samprate=STT_RATE, loglevel="FATAL")

    def decode(pcm: bytes) -> list[tuple[str, int, int, float]]:
        decoder.start_utt()
        decoder.process_raw(pcm, full_utt=True)
        decoder.end_utt()
        if decoder.hyp() is None:
            return []
        words = []
        for segment in decoder.seg():
            text = segment.word.split("(")[0]
            if text and text[0] not in "<[+":
                confidence = min(1.0, float(decoder.get_logmath().exp(segment.prob)))
                words.append(
                    (text, segment.start_frame * _FRAME_MS, (segment.end_frame + 1) * _FRAME_MS, confidence)
                )
        return words

    return decode
