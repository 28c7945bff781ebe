"""faster-whisper: the good local ear, once a model was pulled (`viva models pull whisper-small`)."""

import asyncio
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.errors import EngineError, ModelError
from audio.pool import OnJob, Pool, unmeasured
from audio.stt.base import HeardWord, SttStream, Transcript
from audio.stt.buffered import BufferedStream
from audio.workers import ThreadWorker


class WhisperEars:
    """CTranslate2 releases the GIL, so its workers are threads; they share one model."""

    def __init__(
        self,
        model_dir: Path,
        *,
        name: str,
        workers: int = 1,
        device: str = "auto",
        compute_type: str = "default",
        on_job: OnJob = unmeasured,
    ) -> None:
        """`compute_type` "default" is int8 on the CPU and float16 on CUDA."""
        self.name = name
        self._model_dir, self._workers = model_dir, workers
        self._device, self._compute_type = device, compute_type
        self._model: Any = None
        self._pool = Pool(name, workers, lambda: ThreadWorker(self._decode), on_job=on_job, time_limit=30.0)

    def open(
        self,
        *,
        language: str,
        hints: Sequence[str] = (),
        on_partial: Callable[[str], None] | None = None,  # noqa: ARG002
    ) -> SttStream:
        key = object()

        async def transcribe(pcm: NDArray[np.int16]) -> Transcript:
            transcript: Transcript = await self._pool.run(key, (pcm, language, tuple(hints)))
            return transcript

        return BufferedStream(transcribe)

    async def start(self) -> None:
        self._model = await asyncio.to_thread(self._load)
        await self._pool.start()

    async def aclose(self) -> None:
        await self._pool.aclose()
        self._model = None

    def _load(self) -> Any:
        import ctranslate2
        from faster_whisper import WhisperModel

        if not (self._model_dir / "model.bin").is_file():
            raise ModelError(
                f"There is no whisper model in {self._model_dir}; run: viva models pull {self.name}"
            )
        device = self._device
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        compute_type = self._compute_type
        if compute_type == "default":
            compute_type = "float16" if device == "cuda" else "int8"
        try:
            return WhisperModel(
                str(self._model_dir), device=device, compute_type=compute_type, num_workers=self._workers,
                local_files_only=True,
            )  # fmt: skip
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"The whisper model in {self._model_dir} cannot be loaded: {error}") from error

    def _decode(self, job: tuple[NDArray[np.int16], str, tuple[str, ...]]) -> Transcript:
        pcm, language, hints = job
        code = language.split("-")[0].lower()
        segments, _ = self._model.transcribe(
            pcm.astype(np.float32) / 32768.0,
            language=code if code in self._model.supported_languages else None,
            beam_size=1,
            word_timestamps=True,
            condition_on_previous_text=False,
            without_timestamps=False,
            hotwords=" ".join(hints) or None,
            initial_prompt=f"{', '.join(hints)}." if hints else None,
            vad_filter=False,
        )
        found = list(segments)
        words = tuple(
            HeardWord(
                word.word.strip(), round(word.start * 1000), round(word.end * 1000), float(word.probability)
            )
            for segment in found
            for word in segment.words or ()
        )
        text = "".join(segment.text for segment in found).strip()
        certain = math.exp(sum(s.avg_logprob for s in found) / len(found)) if found else 0.0
        if found and all(segment.no_speech_prob > 0.6 and segment.avg_logprob < -1.0 for segment in found):
            return Transcript("", (), 0.0)
        return Transcript(text, words, certain)
