"""What every speech-to-text engine promises.

All audio is 16 kHz mono `int16`. Methods of a stream are called from the event loop and never block it:
engines do their work in the worker pool.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

STT_RATE = 16_000
"""Sample rate in Hz of everything that is fed to an ear."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One recognised word; times in ms from the first sample fed to the stream."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said. `confidence` is 0 to 1; `words` may be empty if the engine gives no times."""

    text: str
    words: tuple[HeardWord, ...] = ()
    confidence: float = 1.0


class SttStream(Protocol):
    """One utterance. Feed, ask for the transcript (more than once if the learner goes on), close."""

    def feed(self, pcm: NDArray[np.int16]) -> None:
        """Hand over more audio of any length; queued for a worker, returns at once.

        Bounded: audio beyond `max_seconds` of the engine is dropped and logged once.
        """

    async def transcribe(self) -> Transcript:
        """The best transcript of all that was fed so far; callable again after more `feed`.

        Raises EngineError (EngineTimeout, EngineBusy) when the engine fails; the stream stays usable, so
        the caller may call again: the audio is kept until `close`.
        """

    def close(self) -> None:
        """Forget the utterance and cancel work under way. Idempotent; no callback comes afterwards."""


class SpeechToText(Protocol):
    """An ear. One instance serves all sessions."""

    name: str
    """As written in settings, for example `pocketsphinx` or `whisper-small`."""

    def open(
        self,
        *,
        language: str,
        hints: Sequence[str] = (),
        on_partial: Callable[[str], None] | None = None,
    ) -> SttStream:
        """Start an utterance. `language` is BCP 47 (`en`, `de-AT`), or empty if it is not known; `hints` are words likely to be said.

        `on_partial` is called on the event loop with the text so far, whenever it changes; engines that
        cannot give partial results never call it.
        """

    async def start(self) -> None:
        """Load models and start workers. Raises ModelError or EngineError with what to do."""

    async def aclose(self) -> None:
        """Stop workers and free models."""
