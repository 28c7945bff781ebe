"""What every ear promises (`audio.stt.base`), asked of all of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from audio import stt
from audio.errors import EngineError
from audio.stt.base import SpeechToText
from tests.audio import tiny_whisper
from tests.audio.transcription_server import TranscriptionServer
from tests.speech import read_wav

SPEECH = read_wav("cards_001")
EARS = ["pocketsphinx", "whisper-tiny", "openai:whisper-1", "tests.null_engines:NullEars"]


@pytest.fixture(params=EARS)
async def ears(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SpeechToText]:
    if request.param.startswith("whisper"):
        tiny_whisper.install(tmp_path, request.param)
    async with TranscriptionServer().running() as server:
        ears = stt.create(request.param, models_dir=tmp_path, workers=2, base_url=server.url, api_key="k")
        await ears.start()
        yield ears
        await ears.aclose()


async def test_it_hears_words_with_times_in_order(ears: SpeechToText) -> None:
    stream = ears.open(language="en", hints=("clubs",))
    stream.feed(SPEECH)
    transcript = await stream.transcribe()
    assert transcript.text and transcript.text == transcript.text.strip()
    times = [time for word in transcript.words for time in (word.start_ms, word.end_ms)]
    assert times and times == sorted(times) and times[0] >= 0
    assert 0.0 <= transcript.confidence <= 1.0
    assert all(0.0 <= word.confidence <= 1.0 for word in transcript.words)
    stream.close()


async def test_chunks_of_any_size_and_a_buffer_used_again_make_no_difference(ears: SpeechToText) -> None:
    whole, pieces = ears.open(language="en"), ears.open(language="en")
    whole.feed(SPEECH)
    buffer = np.zeros(997, np.int16)
    for start in range(0, len(SPEECH), 997):
        piece = SPEECH[start : start + 997]
        buffer[: len(piece)] = piece
        pieces.feed(buffer[: len(piece)])
    buffer[:] = 0
    assert (await whole.transcribe()).text == (await pieces.transcribe()).text


async def test_it_can_be_asked_again_when_the_learner_goes_on(ears: SpeechToText) -> None:
    stream = ears.open(language="en")
    stream.feed(SPEECH)
    first = await stream.transcribe()
    assert await stream.transcribe() == first
    stream.feed(SPEECH)
    assert (await stream.transcribe()).text


async def test_nothing_fed_is_nothing_said(ears: SpeechToText) -> None:
    assert (await ears.open(language="en").transcribe()).text == ""


async def test_a_closed_stream_can_be_closed_again_and_fed_in_vain(ears: SpeechToText) -> None:
    stream = ears.open(language="en")
    stream.feed(SPEECH)
    stream.close()
    stream.close()
    stream.feed(SPEECH)


async def test_closing_at_work_harms_nobody(ears: SpeechToText) -> None:
    leaving, staying = ears.open(language="en"), ears.open(language="en")
    leaving.feed(SPEECH)
    staying.feed(SPEECH)
    task = asyncio.create_task(leaving.transcribe())
    await asyncio.sleep(0)
    leaving.close()
    task.cancel()
    assert (await staying.transcribe()).text
    await asyncio.gather(task, return_exceptions=True)


async def test_many_at_once_are_all_heard(ears: SpeechToText) -> None:
    streams = [ears.open(language="en") for _ in range(6)]
    for stream in streams:
        stream.feed(SPEECH)
    transcripts = await asyncio.gather(*(stream.transcribe() for stream in streams))
    assert all(transcript.text for transcript in transcripts)


@pytest.mark.parametrize("name", EARS[:3])
async def test_an_ear_that_was_closed_says_so(name: str, tmp_path: Path) -> None:
    if name.startswith("whisper"):
        tiny_whisper.install(tmp_path, name)
    ears = stt.create(name, models_dir=tmp_path, workers=1, base_url="http://127.0.0.1:9/v1", api_key="k")
    await ears.start()
    stream = ears.open(language="en")
    stream.feed(SPEECH)
    await ears.aclose()
    with pytest.raises(EngineError):
        await stream.transcribe()
