"""Any OpenAI-compatible transcription endpoint as an ear."""

import io
import wave
from collections.abc import Callable, Sequence

import numpy as np
import openai
from numpy.typing import NDArray

from audio.errors import EngineError, EngineTimeout
from audio.stt.base import STT_RATE, HeardWord, SttStream, Transcript
from audio.stt.buffered import BufferedStream

_TIME_LIMIT = 15.0
_NO_WORDS = frozenset((400, 404, 415, 422))
"""What endpoints answer to a response format that they do not have. A wrong model gets it again without word times."""


class OpenAIEars:
    def __init__(
        self, model: str, *, base_url: str | None, api_key: str | None, time_limit: float = _TIME_LIMIT
    ) -> None:
        self.name = f"openai:{model}"
        self._model = model
        self._client = openai.AsyncOpenAI(
            base_url=base_url, api_key=api_key or "none", timeout=time_limit, max_retries=0
        )
        self._wants_words = True

    def open(
        self,
        *,
        language: str,
        hints: Sequence[str] = (),
        on_partial: Callable[[str], None] | None = None,  # noqa: ARG002
    ) -> SttStream:
        async def transcribe(pcm: NDArray[np.int16]) -> Transcript:
            return await self._ask(pcm, language.split("-")[0], ", ".join(hints))

        return BufferedStream(transcribe)

    async def start(self) -> None:
        """Nothing to load; a wrong address shows itself with the first utterance and in `viva doctor`."""

    async def aclose(self) -> None:
        await self._client.close()

    async def _ask(self, pcm: NDArray[np.int16], language: str, prompt: str) -> Transcript:
        try:
            if self._wants_words:
                try:
                    return await self._with_words(pcm, language, prompt)
                except openai.APIStatusError as error:
                    if error.status_code not in _NO_WORDS:
                        raise
                    self._wants_words = False  # the model or the endpoint knows no word times: go on without
            plain = await self._client.audio.transcriptions.create(
                model=self._model,
                file=("turn.wav", _wav(pcm)),
                language=language or openai.omit,
                prompt=prompt or openai.omit,
            )
            return Transcript(_text(plain))
        except openai.APITimeoutError as error:
            raise EngineTimeout(f"{self.name} did not answer in time.") from error
        except openai.APIStatusError as error:
            raise EngineError(
                f"{self.name} answered {error.status_code}; check its address, key and model."
            ) from error
        except (openai.OpenAIError, RuntimeError, ValueError, TypeError, AttributeError) as error:
            raise EngineError(f"{self.name} failed: {error}") from error

    async def _with_words(self, pcm: NDArray[np.int16], language: str, prompt: str) -> Transcript:
        answer = await self._client.audio.transcriptions.create(
            model=self._model, file=("turn.wav", _wav(pcm)), language=language or openai.omit, prompt=prompt or openai.omit,
            response_format="verbose_json", timestamp_granularities=["word"],
        )  # fmt: skip
        words = getattr(answer, "words", None) or ()
        heard = (HeardWord(word.word, round(word.start * 1000), round(word.end * 1000)) for word in words)
        return Transcript(_text(answer), tuple(heard))


def _text(answer: object) -> str:
    text = getattr(answer, "text", None)
    if not isinstance(text, str):
        raise ValueError("the answer has no text")
    return text.strip()


def _wav(pcm: NDArray[np.int16]) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(STT_RATE)
        file.writeframes(pcm.tobytes())
    return buffer.getvalue()
