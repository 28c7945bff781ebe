"""What every mouth promises (`audio.tts.base`), asked of all of them."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from audio import tts
from audio.tts.base import Speech, TextToSpeech
from tests.audio.speech_server import SpeechServer, Wire
from tests.audio.tiny_piper import install

TEXT = "In **1990** it took 3/4 of an hour, e.g. by train. Now it takes 20 minutes."


@pytest.fixture(params=["espeak", "piper", "openai:tts-1", "tests.null_engines:NullMouth"])
async def mouth(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TextToSpeech]:
    if request.param == "piper":
        pytest.importorskip("piper")
        install(tmp_path, "en_US-hummer-medium")
    async with SpeechServer().running() as server:
        server.script = _hum
        mouth = tts.create(request.param, models_dir=tmp_path, base_url=server.url, api_key="k")
        await mouth.start()
        yield mouth
        await mouth.aclose()


async def _hum(wire: Wire) -> None:
    """As long as the text is, in uneven chunks."""
    said = (await wire.request.json())["input"]
    data = (np.sin(np.arange(1600 * len(said)) / 20) * 8000).astype("<i2").tobytes()
    for place in range(0, len(data), 7777):
        await wire.send(data[place : place + 7777])


async def speak(
    mouth: TextToSpeech, text: str, *, voice: str | None = None, speed: float = 1.0
) -> list[Speech]:
    voice = mouth.voices[0].id if voice is None else voice
    return [piece async for piece in mouth.synthesize(text, voice=voice, speed=speed, language="en")]


async def test_it_has_a_name_a_rate_and_voices_with_ids_of_their_own(mouth: TextToSpeech) -> None:
    assert mouth.name and mouth.sample_rate in (16_000, 22_050, 24_000, 48_000)
    ids = [voice.id for voice in mouth.voices]
    assert ids and len(set(ids)) == len(ids)
    assert all(voice.name and voice.language for voice in mouth.voices)


async def test_it_makes_audible_mono_int16(mouth: TextToSpeech) -> None:
    pieces = await speak(mouth, TEXT)
    assert all(piece.pcm.dtype == np.int16 and piece.pcm.ndim == 1 for piece in pieces)
    sound = np.concatenate([piece.pcm for piece in pieces])
    assert 1.0 < len(sound) / mouth.sample_rate < 20
    assert np.abs(sound.astype(int)).max() > 1000


async def test_words_are_parts_of_the_original_in_order_and_within_the_sound(mouth: TextToSpeech) -> None:
    pieces = await speak(mouth, TEXT)
    words = [word for piece in pieces for word in piece.words]
    if not words:
        return  # an engine may leave them out; the conversation then estimates
    assert all(0 <= word.start < word.end <= len(TEXT) and word.start_ms <= word.end_ms for word in words)
    for one, other in itertools.pairwise(words):
        assert one.end <= other.start and one.end_ms <= other.start_ms + 1
    assert words[-1].end_ms <= sum(len(piece.pcm) for piece in pieces) * 1000 / mouth.sample_rate + 1
    covered = {place for word in words for place in range(word.start, word.end)}
    assert {place for place, char in enumerate(TEXT) if char.isalnum()} <= covered


@pytest.mark.parametrize("voice", ["", "no-such-voice", "../../x", "Überstimme\x00"])
async def test_an_unknown_voice_is_replaced(mouth: TextToSpeech, voice: str) -> None:
    assert sum(len(piece.pcm) for piece in await speak(mouth, "Hello there.", voice=voice)) > 0


@pytest.mark.parametrize("speed", [0.25, 1.0, 2.0])
async def test_every_speed_from_a_quarter_to_double_works(mouth: TextToSpeech, speed: float) -> None:
    assert sum(len(piece.pcm) for piece in await speak(mouth, "Hello there.", speed=speed)) > 0


async def test_closing_early_frees_the_mouth_for_the_next(mouth: TextToSpeech) -> None:
    async with asyncio.timeout(60):
        for _ in range(3):
            async with aclosing(mouth.synthesize(TEXT * 20, voice="", speed=1.0, language="en")) as pieces:
                await anext(pieces)
        assert await speak(mouth, "Next.")


async def test_never_started_iterators_cost_nothing(mouth: TextToSpeech) -> None:
    pieces = mouth.synthesize(TEXT, voice="", speed=1.0, language="en")
    await pieces.aclose()
    assert await speak(mouth, "Next.")


async def test_many_speak_at_once(mouth: TextToSpeech) -> None:
    async with asyncio.timeout(60):
        results = await asyncio.gather(*(speak(mouth, TEXT) for _ in range(8)))
    lengths = [sum(len(piece.pcm) for piece in pieces) for pieces in results]
    assert max(lengths) < 1.1 * min(lengths)


async def test_closing_twice_is_fine(mouth: TextToSpeech) -> None:
    await mouth.aclose()
    await mouth.aclose()
