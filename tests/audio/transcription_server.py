"""A real HTTP server that speaks OpenAI's transcription protocol, well or badly, as its `answers` say."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.served import served

SPOKEN: dict[str, Any] = {
    "text": " Ten of clubs. ",
    "words": [
        {"word": "Ten", "start": 0.0, "end": 0.3},
        {"word": "of", "start": 0.3, "end": 0.4},
        {"word": "clubs", "start": 0.4, "end": 0.9},
    ],
}


class TranscriptionServer:
    """`forms` are the fields of each request; `answers` overrules: a status, a body, or None for no answer at all."""

    def __init__(self) -> None:
        self.forms: list[dict[str, Any]] = []
        self.refuse_words = 0
        """Status that verbose_json gets; 0: it is supported."""
        self.answers: list[int | str | None] = []
        self.url = ""

    async def _transcribe(self, request: web.Request) -> web.StreamResponse:
        form: dict[str, Any] = {}
        async for part in await request.multipart():
            form[part.name] = await part.read() if part.name == "file" else await part.text()  # type: ignore
        self.forms.append(form)
        if self.answers:
            answer = self.answers.pop(0)
            if answer is None:
                await asyncio.Event().wait()
            if isinstance(answer, str):
                return web.Response(text=answer, content_type="application/json")
            return web.json_response({"error": {"message": "no"}}, status=answer)
        if form.get("response_format") == "verbose_json":
            if self.refuse_words:
                return web.json_response({"error": {"message": "no such format"}}, status=self.refuse_words)
            return web.json_response(SPOKEN)
        return web.json_response({"text": SPOKEN["text"]})

    def seconds(self) -> float:
        """Length of the last request's sound."""
        with wave.open(io.BytesIO(self.forms[-1]["file"])) as file:
            return file.getnframes() / file.getframerate()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["TranscriptionServer"]:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_post("/v1/audio/transcriptions", self._transcribe)
        async with served(app) as address:
            self.url = f"{address}/v1"
            yield self
