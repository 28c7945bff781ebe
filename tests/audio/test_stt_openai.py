"""The ear at an OpenAI-compatible endpoint, against a real server that also answers badly."""

from collections.abc import AsyncIterator

import pytest

from audio.errors import EngineError, EngineTimeout
from audio.stt.base import SttStream
from audio.stt.openai import OpenAIEars
from tests.audio.transcription_server import TranscriptionServer
from tests.speech import read_wav

SPEECH = read_wav("cards_001")


@pytest.fixture
async def server() -> AsyncIterator[TranscriptionServer]:
    async with TranscriptionServer().running() as server:
        yield server


@pytest.fixture
async def ears(server: TranscriptionServer) -> AsyncIterator[OpenAIEars]:
    ears = OpenAIEars("some-model", base_url=server.url, api_key="the-key", time_limit=30)
    yield ears
    await ears.aclose()


def stream_of(ears: OpenAIEars) -> SttStream:
    stream = ears.open(language="de-AT", hints=("Kreuz", "Herz"))
    stream.feed(SPEECH)
    return stream


async def test_it_sends_the_sound_the_language_and_the_hints(
    ears: OpenAIEars, server: TranscriptionServer
) -> None:
    transcript = await stream_of(ears).transcribe()
    form = server.forms[0]
    assert (form["model"], form["language"], form["prompt"]) == ("some-model", "de", "Kreuz, Herz")
    assert server.seconds() == pytest.approx(len(SPEECH) / 16_000)
    assert transcript.text == "Ten of clubs."
    assert [(word.text, word.start_ms, word.end_ms) for word in transcript.words][2] == ("clubs", 400, 900)


@pytest.mark.parametrize("status", [400, 404, 415, 422])
async def test_an_endpoint_without_word_times_is_asked_once_for_them(
    ears: OpenAIEars, server: TranscriptionServer, status: int
) -> None:
    server.refuse_words = status
    for _ in range(2):
        transcript = await stream_of(ears).transcribe()
        assert (transcript.text, transcript.words) == ("Ten of clubs.", ())
    assert ["response_format" in form for form in server.forms] == [True, False, False]


async def test_a_failure_is_told_and_the_next_attempt_works(
    ears: OpenAIEars, server: TranscriptionServer
) -> None:
    stream = stream_of(ears)
    server.answers = [500]
    with pytest.raises(EngineError, match="answered 500"):
        await stream.transcribe()
    assert (await stream.transcribe()).text == "Ten of clubs."


async def test_a_wrong_key_is_told_without_the_key(ears: OpenAIEars, server: TranscriptionServer) -> None:
    server.answers = [401]
    with pytest.raises(EngineError, match="check its address, key") as caught:
        await stream_of(ears).transcribe()
    assert "the-key" not in str(caught.value)


async def test_a_server_that_does_not_answer_is_given_up(server: TranscriptionServer) -> None:
    ears = OpenAIEars("some-model", base_url=server.url, api_key="the-key", time_limit=0.2)
    server.answers = [None]
    with pytest.raises(EngineTimeout):
        await stream_of(ears).transcribe()
    await ears.aclose()


@pytest.mark.parametrize(
    "body", ["{}", "[1]", "not json", '{"text": 3}', '{"text": "x", "words": [{"word": "x"}]}']
)
async def test_nonsense_is_an_engine_error(ears: OpenAIEars, server: TranscriptionServer, body: str) -> None:
    server.answers = [body]
    with pytest.raises(EngineError):
        await stream_of(ears).transcribe()


async def test_a_server_that_is_not_there_is_told() -> None:
    ears = OpenAIEars("m", base_url="http://127.0.0.1:9/v1", api_key="k", time_limit=1)
    with pytest.raises(EngineError):
        await stream_of(ears).transcribe()
    await ears.aclose()
