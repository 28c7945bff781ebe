"""What every text-to-speech engine promises."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that a companion can have. `language` is BCP 47."""

    id: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word of the *original* text (`text[start:end]` of what was passed to `synthesize`) and when it is
    heard, in ms from the first sample of the synthesis."""

    start: int
    end: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Speech:
    """A piece of synthesised sound: `pcm` is mono int16 at the engine's `sample_rate`.

    `words` are those that begin in this piece (or that became known with it); engines without word events
    leave it empty and the conversation estimates.
    """

    pcm: NDArray[np.int16]
    words: tuple[SpokenWord, ...] = ()


class TextToSpeech(Protocol):
    """A mouth. One instance serves all sessions."""

    name: str
    sample_rate: int

    @property
    def voices(self) -> tuple[Voice, ...]:
        """The voices that can speak now; the first is the default."""

    def synthesize(self, text: str, *, voice: str, speed: float, language: str) -> AsyncIterator[Speech]:
        """Speak one sentence or a few. `speed` 1.0 is normal, 0.25 to 2.0.

        The text is what people read; the engine makes it speakable (`audio.speakable`). Closing the iterator
        (`aclose`) cancels the synthesis. An unknown voice falls back to the default one for the language.
        Raises EngineError (EngineTimeout, EngineBusy).
        """

    async def start(self) -> None:
        """Load models and start workers. Raises ModelError or EngineError with what to do."""

    async def aclose(self) -> None:
        """Stop workers and free models."""
