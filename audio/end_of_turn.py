"""Has the learner finished, or is this a pause for thought? Smart Turn v3 judges it from the sound, not the words.

The model (BSD-2, github.com/pipecat-ai/smart-turn) is an ONNX file of 9 MB that `viva models pull smart-turn`
fetches; without it nobody constructs an `EndOfTurnModel`. Input `input_features` [batch, 80, 800] float32: the
log-mel features of Whisper over the last 8 s at 16 kHz, silence put before shorter sound, the waveform brought to
zero mean and unit variance first. Output [batch, 1]: the probability that the turn is complete, a sigmoid already
although version 3.2 names it `logits`.

Measured here, one thread of an otherwise idle core: about 55 ms a question, of it 10 ms for the features.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.engines import Choice
from audio.errors import EngineBusy, ModelError
from audio.onnx_session import one_threaded
from audio.pcm import Samples
from audio.pool import OnJob, Pool, unmeasured
from audio.workers import ThreadWorker

RATE = 16_000
SECONDS = 8
BANDS, FRAMES = 80, 800
"""Mel bands, and frames of 10 ms."""
_SAMPLES = SECONDS * RATE
_NAME = "smart-turn-v3"
_TINY = 1e-7
"""Added to the variance, so that digital silence divides by something."""


class EndOfTurnModel:
    """`start` it, ask it, `aclose` it. One worker thread; onnxruntime releases the GIL."""

    name = _NAME

    def __init__(self, path: Path, *, hangs_after: float = 2.0, on_job: OnJob = unmeasured) -> None:
        """`hangs_after`: seconds of one judgement after which nobody is made to wait for the next."""
        self.path = path
        self._hangs_after = hangs_after
        self._pool = Pool(self.name, 1, self._load, longest_line=16, on_job=on_job)

    async def start(self) -> None:
        """Load the model. Raises ModelError if the file is missing or is not such a model."""
        await self._pool.start()

    async def probability(self, pcm: NDArray[np.int16]) -> float:
        """How likely the learner has finished, 0 to 1. `pcm`: 16 kHz mono, up to and with the first silence
        after the speech; only the last 8 s count. Raises EngineBusy, EngineTimeout, EngineError.
        """
        if self._pool.longest_job > self._hangs_after:
            raise EngineBusy("The end-of-turn model hangs; restart the server, or switch it off.")
        return float(await self._pool.run(object(), pcm))

    async def aclose(self) -> None:
        await self._pool.aclose()

    def _load(self) -> ThreadWorker:
        session = _session(self.path)
        features = Features()

        def judge(pcm: Samples) -> float:
            (answer,) = session.run(None, {"input_features": features(pcm)[None]})
            return float(answer[0, 0])

        judge(np.zeros(0, np.int16))  # the first run allocates; let no learner wait for it
        return ThreadWorker(judge)


class Features:
    """16 kHz sound to what the model reads, [80, 800] float32."""

    def __init__(self) -> None:
        from faster_whisper.feature_extractor import FeatureExtractor

        self._log_mel = FeatureExtractor(feature_size=BANDS, chunk_length=SECONDS)

    def __call__(self, pcm: Samples) -> NDArray[np.float32]:
        sound = np.zeros(_SAMPLES, np.float32)
        last = pcm[-_SAMPLES:]
        sound[_SAMPLES - len(last) :] = last
        sound /= 32768.0
        sound = (sound - sound.mean()) / np.sqrt(sound.var() + _TINY)
        log_mel: NDArray[np.float32] = self._log_mel(sound, padding=0)
        return log_mel.astype(np.float32, copy=False)


def auto(models_dir: Path) -> Choice:
    """Smart Turn where it was pulled."""
    if _pulled(models_dir).is_file():
        return Choice(_NAME, f"it was pulled to {models_dir}")
    return Choice(
        "off", "words, pauses and patience decide alone",
        "Smart Turn also hears in the voice who has finished: viva models pull smart-turn",
    )  # fmt: skip


def create(name: str, models_dir: Path, *, on_job: OnJob = unmeasured) -> EndOfTurnModel | None:
    """The model called `name` (not `auto`): the pulled one, or an ONNX file of one's own; None for "off"."""
    if name == "off":
        return None
    return EndOfTurnModel(_pulled(models_dir) if name in (_NAME, "smart-turn") else Path(name), on_job=on_job)


def _pulled(models_dir: Path) -> Path:
    return models_dir / _NAME / "model.onnx"


def _session(path: Path) -> Any:
    if not path.is_file():
        raise ModelError(
            f"There is no end-of-turn model at {path}; `viva models pull smart-turn` fetches Smart Turn."
        )
    try:
        session = one_threaded(str(path))
    except Exception as error:  # onnxruntime has no common base for what it raises on a broken file
        raise ModelError(f"{path} is not a readable ONNX model: {error}") from error
    inputs = [(value.name, value.shape[1:]) for value in session.get_inputs()]
    if inputs != [("input_features", [BANDS, FRAMES])]:
        raise ModelError(f"{path} is not a Smart Turn v3 model: it takes {inputs}.")
    return session
