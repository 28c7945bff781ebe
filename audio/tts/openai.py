"""Any OpenAI-compatible speech endpoint as a mouth: 24 kHz PCM, streamed as it comes."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import openai

from audio.errors import EngineError, EngineTimeout
from audio.speakable import speakable
from audio.tts.base import Speech, Voice

_NAMES = ("alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse")


class OpenAIMouth:
    sample_rate = 24_000

    def __init__(
        self, model: str, *, base_url: str | None, api_key: str | None, time_limit: float = 10.0
    ) -> None:
        """`time_limit`: seconds for the first and for each further piece of sound."""
        self.name = f"openai:{model}"
        self._model, self._time_limit = model, time_limit
        self._client = openai.AsyncOpenAI(
            base_url=base_url, api_key=api_key or "none", timeout=time_limit, max_retries=0
        )

    @property
    def voices(self) -> tuple[Voice, ...]:
        return tuple(Voice(name, name.capitalize(), "en") for name in _NAMES)

    async def start(self) -> None:
        """Nothing to load; `viva doctor` tries the endpoint."""

    async def aclose(self) -> None:
        await self._client.close()

    async def synthesize(
        self, text: str, *, voice: str, speed: float, language: str
    ) -> AsyncIterator[Speech]:
        said = speakable(text, language).text
        if not said.strip():
            return
        try:
            async with self._client.audio.speech.with_streaming_response.create(
                model=self._model, voice=voice or _NAMES[0], input=said, response_format="pcm", speed=speed
            ) as answer:
                rest = b""
                chunks = answer.iter_bytes(4800)
                while True:
                    async with asyncio.timeout(self._time_limit):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        return
                    whole = rest + chunk
                    even = len(whole) - len(whole) % 2
                    rest = whole[even:]
                    if even:
                        yield Speech(np.frombuffer(whole[:even], "<i2"))
        except (openai.APITimeoutError, TimeoutError) as error:
            raise EngineTimeout(f"{self.name} did not answer in time.") from error
        except openai.OpenAIError as error:
            raise EngineError(f"{self.name} failed: {error}") from error
        except Exception as error:  # httpx raises its own kinds for streams that break off
            raise EngineError(f"{self.name} broke off: {error or type(error).__name__}") from error
