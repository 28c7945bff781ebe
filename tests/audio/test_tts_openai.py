"""The OpenAI-compatible mouth against a real server that answers well, slowly, badly or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest

from audio.errors import EngineError, EngineTimeout
from audio.tts.base import Speech
from audio.tts.openai import OpenAIMouth
from tests.audio.speech_server import SpeechServer, Wire, sends

TONE = (np.sin(np.arange(24_000) / 20) * 8000).astype("<i2")
TEXT = "In 1990 it was 20%."


@pytest.fixture
async def server() -> AsyncIterator[SpeechServer]:
    async with SpeechServer().running() as server:
        yield server


@pytest.fixture
async def mouth(server: SpeechServer) -> AsyncIterator[OpenAIMouth]:
    mouth = OpenAIMouth("tts-1", base_url=server.url, api_key="k", first_limit=30, next_limit=30)
    yield mouth
    await mouth.aclose()


@pytest.fixture
async def impatient(server: SpeechServer) -> AsyncIterator[OpenAIMouth]:
    mouth = OpenAIMouth("tts-1", base_url=server.url, api_key="k", first_limit=3, next_limit=0.5)
    yield mouth
    await mouth.aclose()


async def speak(
    mouth: OpenAIMouth, text: str = TEXT, voice: str = "nova", speed: float = 1.0
) -> list[Speech]:
    return [piece async for piece in mouth.synthesize(text, voice=voice, speed=speed, language="en")]


def joined(pieces: list[Speech]) -> np.ndarray:
    return np.concatenate([piece.pcm for piece in pieces])


async def test_sound_and_words_come_through(server: SpeechServer, mouth: OpenAIMouth) -> None:
    server.script = sends(TONE.tobytes())
    pieces = await speak(mouth)
    assert np.array_equal(joined(pieces), TONE)
    words = [word for piece in pieces for word in piece.words]
    assert [TEXT[word.start : word.end] for word in words] == ["In", "1990", "it", "was", "20", "%."]
    assert words[0].start_ms == 0 and words[-1].end_ms <= 1000
    assert server.bodies == [
        {"model": "tts-1", "voice": "nova", "input": "In nineteen ninety it was twenty percent.",
         "response_format": "pcm", "speed": 1.0}
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 3, 7, 999, 4801])
async def test_samples_cut_by_the_network_are_put_together(
    server: SpeechServer, mouth: OpenAIMouth, size: int
) -> None:
    sound = TONE[:4000] if size < 10 else TONE
    data = sound.tobytes()
    server.script = sends(*(data[place : place + size] for place in range(0, len(data), size)))
    assert np.array_equal(joined(await speak(mouth)), sound)


async def test_half_a_sample_at_the_end_is_dropped(server: SpeechServer, mouth: OpenAIMouth) -> None:
    server.script = sends(TONE.tobytes() + b"\x01")
    assert np.array_equal(joined(await speak(mouth)), TONE)


async def test_the_first_sound_does_not_wait_for_the_rest(server: SpeechServer, mouth: OpenAIMouth) -> None:
    first_came = asyncio.Event()

    async def script(wire: Wire) -> None:
        await wire.send(TONE[:2400].tobytes())
        await first_came.wait()
        await wire.send(TONE[2400:].tobytes())

    server.script = script
    async with aclosing(mouth.synthesize(TEXT, voice="", speed=1.0, language="en")) as pieces:
        assert len((await anext(pieces)).pcm) == 2400
        first_came.set()
        assert sum([len(piece.pcm) async for piece in pieces]) == 21_600


async def test_a_server_that_never_answers_times_out(server: SpeechServer, impatient: OpenAIMouth) -> None:
    server.script = Wire.stall
    with pytest.raises(EngineTimeout, match="openai:tts-1"):
        await speak(impatient)


async def test_headers_without_sound_time_out(server: SpeechServer, impatient: OpenAIMouth) -> None:
    async def script(wire: Wire) -> None:
        await wire.send(b"")
        await wire.stall()

    server.script = script
    with pytest.raises(EngineTimeout):
        await speak(impatient)


async def test_a_stream_that_stalls_times_out_after_what_came(
    server: SpeechServer, impatient: OpenAIMouth
) -> None:
    async def script(wire: Wire) -> None:
        await wire.send(TONE[:100].tobytes())
        await wire.stall()

    server.script = script
    came = 0
    with pytest.raises(EngineTimeout):
        async for piece in impatient.synthesize(TEXT, voice="", speed=1.0, language="en"):
            came += len(piece.pcm)
    assert came == 100


async def test_a_listener_who_takes_long_is_not_the_servers_fault(
    server: SpeechServer, impatient: OpenAIMouth
) -> None:
    server.script = sends(TONE[:100].tobytes(), TONE[100:].tobytes())
    total = 0
    async for piece in impatient.synthesize(TEXT, voice="", speed=1.0, language="en"):
        total += len(piece.pcm)
        if total == 100:
            await asyncio.sleep(0.7)  # longer than the limit; what is tested is that time passes
    assert total == len(TONE)


async def test_a_broken_stream_is_an_error(server: SpeechServer, mouth: OpenAIMouth) -> None:
    async def script(wire: Wire) -> None:
        await wire.send(TONE[:1000].tobytes())
        wire.break_off()

    server.script = script
    with pytest.raises(EngineError, match="broke off"):
        await speak(mouth)


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
async def test_a_refusal_names_the_status_and_the_reason(
    server: SpeechServer, mouth: OpenAIMouth, status: int
) -> None:
    server.script = lambda wire: wire.refuse(status, "no such luck")
    with pytest.raises(EngineError, match=rf"answered {status}.*no such luck"):
        await speak(mouth)
    assert len(server.bodies) == 1, "the conversation retries, not the client"


async def test_nobody_there_is_an_error() -> None:
    mouth = OpenAIMouth("tts-1", base_url="http://127.0.0.1:9/v1", api_key=None)
    with pytest.raises(EngineError, match="cannot be reached"):
        await speak(mouth)
    await mouth.aclose()


@pytest.mark.parametrize(
    ("content_type", "data", "reason"),
    [
        ("application/json", b'{"oops": true}', "application/json instead of sound"),
        ("audio/wav", b"RIFF" + bytes(100), "sends WAV"),
        ("audio/mpeg", b"ID3\x04" + bytes(100), "sends MP3"),
        ("audio/ogg", b"OggS" + bytes(100), "sends Ogg"),
        ("audio/pcm", b"\x00\x00", "without any sound"),
    ],
)
async def test_what_is_no_pcm_is_refused(
    server: SpeechServer, mouth: OpenAIMouth, content_type: str, data: bytes, reason: str
) -> None:
    server.script = lambda wire: wire.send(data, content_type)
    with pytest.raises(EngineError, match=reason):
        await speak(mouth)


async def test_closing_hangs_up(server: SpeechServer, mouth: OpenAIMouth) -> None:
    async def script(wire: Wire) -> None:
        while True:
            await wire.send(TONE.tobytes())

    server.script = script
    async with aclosing(mouth.synthesize(TEXT, voice="", speed=1.0, language="en")) as pieces:
        await anext(pieces)
    async with asyncio.timeout(60):
        await server.dropped.wait()


async def test_speed_and_voice_stay_within_what_the_endpoint_knows(
    server: SpeechServer, mouth: OpenAIMouth
) -> None:
    server.script = sends(TONE.tobytes())
    await speak(mouth, voice="en-us+f2", speed=9.0)
    assert (server.bodies[0]["voice"], server.bodies[0]["speed"]) == ("alloy", 4.0)


async def test_nothing_to_say_asks_nobody(server: SpeechServer, mouth: OpenAIMouth) -> None:
    assert await speak(mouth, "😀") == [] and server.bodies == []


@pytest.mark.parametrize(
    "answer", [{"voices": ["af_sky", "bm_lewis"]}, [{"id": "af_sky"}, {"name": "bm_lewis"}]]
)
async def test_an_endpoint_of_ones_own_names_its_voices(
    server: SpeechServer, mouth: OpenAIMouth, answer: object
) -> None:
    server.voices = answer
    await mouth.start()
    assert [voice.id for voice in mouth.voices] == ["af_sky", "bm_lewis"]


@pytest.mark.parametrize("answer", [None, {"voices": 3}, {}, [], "text", [1, None]])
async def test_without_a_list_the_usual_voices_are_offered(
    server: SpeechServer, mouth: OpenAIMouth, answer: object
) -> None:
    server.voices = answer
    await mouth.start()
    assert mouth.voices[0].id == "alloy"


def test_a_model_is_needed() -> None:
    with pytest.raises(EngineError, match="openai:<model>"):
        OpenAIMouth("", base_url=None, api_key=None)
