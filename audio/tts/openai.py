"""Any OpenAI-compatible speech endpoint as a mouth: 24 kHz PCM, streamed as it comes; word times are estimated."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing, contextmanager

import numpy as np
import openai

from audio.errors import EngineError, EngineTimeout
from audio.pcm import from_pcm16
from audio.speakable import speakable
from audio.tts.base import Speech, Voice
from audio.tts.timing import WordEstimate

_NAMES = ("alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse")
_NOT_PCM = {
    b"RIFF": "WAV",
    b"ID3": "MP3",
    b"\xff\xfb": "MP3",
    b"\xff\xf3": "MP3",
    b"OggS": "Ogg",
    b"fLaC": "FLAC",
}
_START = 4
"""Bytes by which a file format is recognised; less is no sound."""
_SLOWEST, _FASTEST = 0.25, 4.0
_VOICES_LIMIT = 3.0
"""Seconds that the list of voices may take; many endpoints have none."""


class OpenAIMouth:
    sample_rate = 24_000

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None,
        api_key: str | None,
        first_limit: float = 10.0,
        next_limit: float = 5.0,
    ) -> None:
        """`first_limit`: seconds until the first sound; `next_limit`: seconds between pieces of it."""
        if not model:
            raise EngineError(
                "A speech endpoint needs a model; write openai:<model>, for example openai:gpt-4o-mini-tts."
            )
        self.name = f"openai:{model}"
        self._model, self._first_limit, self._next_limit = model, first_limit, next_limit
        self._own_voices = base_url is not None
        self._names: tuple[str, ...] = _NAMES
        self._client = openai.AsyncOpenAI(
            base_url=base_url, api_key=api_key or "none", timeout=first_limit + next_limit, max_retries=0
        )

    @property
    def voices(self) -> tuple[Voice, ...]:
        """All of them speak many languages; BCP 47 has no better name for that than the one they do best."""
        return tuple(Voice(name, name.replace("_", " ").capitalize(), "en") for name in self._names)

    async def start(self) -> None:
        """Asks an endpoint of one's own for its voices (`GET /audio/voices`, where there is such a thing)."""
        if not self._own_voices:
            return
        try:
            async with asyncio.timeout(_VOICES_LIMIT):
                answer = await self._client.get("/audio/voices", cast_to=object)
        except (openai.OpenAIError, TimeoutError, ValueError):
            return  # OpenAI's own names are then as good a guess as any; `viva doctor` tries the endpoint
        names = _voice_names(answer)
        if names:
            self._names = names

    async def aclose(self) -> None:
        await self._client.close()

    async def synthesize(
        self, text: str, *, voice: str, speed: float, language: str
    ) -> AsyncIterator[Speech]:
        spoken = speakable(text, language)
        if not spoken.segments:
            return
        words = WordEstimate(spoken, speed)
        chosen = voice if voice in self._names else self._names[0]
        made = 0
        async with aclosing(self._pcm(spoken.text, chosen, min(max(speed, _SLOWEST), _FASTEST))) as chunks:
            async for chunk in chunks:
                made += len(chunk) // 2
                yield Speech(from_pcm16(chunk), words.received(made * 1000 / self.sample_rate))
        if not made:
            raise EngineError(f"{self.name} answered without any sound.")
        yield Speech(np.zeros(0, np.int16), words.over(made * 1000 / self.sample_rate))

    async def _pcm(self, said: str, voice: str, speed: float) -> AsyncGenerator[bytes, None]:
        """Whole samples, however the network cut them. All errors are ours."""
        rest, begun = b"", False
        with self._errors():
            async with aclosing(self._bytes(said, voice, speed)) as chunks:
                async for chunk in chunks:
                    rest += chunk
                    if not begun and len(rest) >= _START:
                        self._check_start(rest)
                        begun = True
                    even = len(rest) & ~1
                    if begun and even:
                        yield rest[:even]
                        rest = rest[even:]

    async def _bytes(self, said: str, voice: str, speed: float) -> AsyncGenerator[bytes, None]:
        """As they come. Raises TimeoutError, and what the libraries raise."""
        now = asyncio.get_running_loop().time
        deadline = now() + self._first_limit
        request = self._client.audio.speech.with_streaming_response.create(
            model=self._model, voice=voice, input=said, response_format="pcm", speed=speed
        )
        async with AsyncExitStack() as stack:
            async with asyncio.timeout_at(deadline):
                answer = await stack.enter_async_context(request)
            self._check_type(answer.headers.get("content-type", ""))
            chunks = answer.iter_bytes()
            while True:
                async with asyncio.timeout_at(deadline):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    return
                yield chunk
                deadline = now() + self._next_limit  # how long the listener took does not count

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Whatever the libraries raise becomes an EngineError."""
        try:
            yield
        except (openai.APITimeoutError, TimeoutError) as error:
            raise EngineTimeout(f"{self.name} did not answer in time.") from error
        except openai.APIStatusError as error:
            raise EngineError(f"{self.name} answered {error.status_code}: {_short(error.message)}") from error
        except openai.OpenAIError as error:
            raise EngineError(f"{self.name} cannot be reached: {_short(str(error))}") from error
        except EngineError:
            raise
        except Exception as error:  # the HTTP library raises its own kinds for streams that break off
            raise EngineError(
                f"{self.name} broke off: {_short(str(error)) or type(error).__name__}"
            ) from error

    def _check_type(self, content_type: str) -> None:
        if content_type.startswith(("application/json", "text/")):
            raise EngineError(f"{self.name} answered with {content_type} instead of sound.")

    def _check_start(self, chunk: bytes) -> None:
        for start, kind in _NOT_PCM.items():
            if chunk.startswith(start):
                raise EngineError(f"{self.name} sends {kind}; it must support response_format=pcm.")


def _voice_names(answer: object) -> tuple[str, ...]:
    """`{"voices": ["a", {"id": "b"}]}` or a bare list of the same, as servers answer."""
    listed = answer.get("voices") if isinstance(answer, dict) else answer
    if not isinstance(listed, list):
        return ()
    names = (item.get("id") or item.get("name") if isinstance(item, dict) else item for item in listed)
    return tuple(name for name in names if isinstance(name, str) and name)


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "…"
