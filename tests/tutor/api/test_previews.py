"""Voices and companions tried before they are made, at a real server."""

import io
import wave

from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server

MAX = {"name": "Max", "subject": "maths", "topic": "sums"}


async def test_voices_are_listed_by_language(ask: Asking) -> None:
    assert (await ask("admin", "GET", "/voices")).data == [{"id": "null", "name": "Null", "language": "en"}]
    assert (await ask("admin", "GET", "/voices?language=en")).body["metadata"]["total"] == 1
    assert (await ask("admin", "GET", "/voices?language=e")).data == []


async def test_a_voice_is_heard_as_a_wav_file_of_bounded_length(ask: Asking) -> None:
    await ask.add("tia")
    heard = await ask("tia", "POST", "/voices/preview", {"text": "one two three", "voice": "null"})
    assert (heard.status, heard.headers["Content-Type"]) == (200, "audio/wav")
    with wave.open(io.BytesIO(heard.body)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, 24_000)
        assert sound.getnframes() == 3 * 6_000  # NullMouth: 250 ms a word
    long = await ask("tia", "POST", "/voices/preview", {"text": "a " * 149})
    with wave.open(io.BytesIO(long.body)) as sound:
        assert sound.getnframes() == 30 * 24_000
    assert (await ask("tia", "POST", "/voices/preview", {"text": "hm", "voice": "nobody"})).status == 400


async def test_a_turn_is_tried_and_nothing_is_kept(ask: Asking) -> None:
    await ask.add("tom")
    greeting = await ask("tom", "POST", "/companions/preview-turn", MAX)
    answer = await ask("tom", "POST", "/companions/preview-turn", MAX | {"text": "What is a sum?"})
    assert greeting.data["text"] == "This is the greeting."
    assert answer.data["text"].startswith("That is a good answer.")
    assert (await ask("tom", "GET", "/companions?mine=true")).data == []
    wrong = await ask("tom", "POST", "/companions/preview-turn", MAX | {"lesson_id": "nothing"})
    assert wrong.status == 400


async def test_trying_is_limited_for_each_account(ask: Asking) -> None:
    await ask.add("teo")
    answers = [await ask("teo", "POST", "/companions/preview-turn", MAX) for _ in range(11)]
    assert [one.status for one in answers] == [200] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) <= 5
