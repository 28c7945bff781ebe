"""The real piper code with a tiny voice made here: voices, sentences, word times, broken files."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("piper", reason="the extra `piper` is not installed")

from audio.errors import ModelError
from audio.tts.base import Speech, SpokenWord
from audio.tts.piper import PiperMouth
from tests.audio.tiny_piper import FRAMES, HOP, install


@pytest.fixture
async def mouth(tmp_path: Path) -> AsyncIterator[PiperMouth]:
    install(tmp_path, "de_DE-hummer-low", rate=16_000, voice="de")
    install(tmp_path, "en_US-hummer-medium")
    mouth = PiperMouth(tmp_path, workers=2)
    await mouth.start()
    yield mouth
    await mouth.aclose()


async def speak(
    mouth: PiperMouth, text: str, *, voice: str = "", speed: float = 1.0, language: str = "en"
) -> list[Speech]:
    return [piece async for piece in mouth.synthesize(text, voice=voice, speed=speed, language=language)]


def words_of(pieces: list[Speech]) -> list[SpokenWord]:
    return [word for piece in pieces for word in piece.words]


async def test_every_sentence_is_a_piece_of_its_own_with_all_its_words(mouth: PiperMouth) -> None:
    text = "Take 3/4 of **it**, e.g. rain. The light is free."
    pieces = await speak(mouth, text)
    assert len(pieces) == 2
    assert [text[word.start : word.end] for word in words_of(pieces)] == [
        "Take", "3/4", "of", "it**,", "e.g.", "rain.", "The", "light", "is", "free.",
    ]  # fmt: skip
    second_begins = len(pieces[0].pcm) * 1000 / mouth.sample_rate
    assert pieces[1].words[0].start_ms == pytest.approx(second_begins, abs=1)
    assert (
        words_of(pieces)[-1].end_ms <= sum(len(piece.pcm) for piece in pieces) * 1000 / mouth.sample_rate + 1
    )


async def test_word_times_come_from_the_model_where_it_tells_them(mouth: PiperMouth) -> None:
    """ "Go" is ɡ oʊ, " " and "slowly" follow: with the pads, each phoneme is two ids of equal length."""
    (piece,) = await speak(mouth, "Go slowly.")
    ids = len(piece.pcm) // (HOP * FRAMES)
    id_ms = HOP * FRAMES * 1000 / mouth.sample_rate
    assert piece.words[0].start_ms == 0
    begin = piece.words[1].start_ms / id_ms
    assert begin == pytest.approx(round(begin), abs=0.02), "a whole number of phonemes"
    assert 8 <= round(begin) <= ids // 2


async def test_a_model_that_tells_no_times_gets_estimates(tmp_path: Path) -> None:
    install(tmp_path, "en_US-silent-low", aligned=False)
    mouth = PiperMouth(tmp_path)
    await mouth.start()
    (piece,) = await speak(mouth, "Go very slowly.")
    await mouth.aclose()
    assert [word.start for word in piece.words] == [0, 3, 8]
    assert 0 < piece.words[0].end_ms < piece.words[1].end_ms < piece.words[2].end_ms


async def test_speed_changes_how_long_it_takes(mouth: PiperMouth) -> None:
    slow, normal, fast = [
        sum(len(piece.pcm) for piece in await speak(mouth, "Go slowly.", speed=speed))
        for speed in (0.5, 1.0, 2.0)
    ]
    assert (slow, fast) == (2 * normal, normal // 2)


async def test_a_voice_of_another_rate_is_resampled(mouth: PiperMouth) -> None:
    (english,) = await speak(mouth, "Hallo.", voice="en_US-hummer-medium", language="en")
    (german,) = await speak(mouth, "Hallo.", language="de")
    frames = len(german.pcm) * 16_000 / 22_050 / (HOP * FRAMES)
    assert frames == pytest.approx(round(frames), abs=0.01)
    assert np.abs(german.pcm.astype(int)).max() > 5000 < np.abs(english.pcm.astype(int)).max()


async def test_the_voice_fits_the_language_and_english_is_the_default(mouth: PiperMouth) -> None:
    assert [voice.id for voice in mouth.voices] == ["en_US-hummer-medium", "de_DE-hummer-low"]
    assert mouth.voices[1].language == "de-DE" and mouth.voices[1].name == "Hummer (de-DE)"
    assert mouth._voice_for("de_DE-hummer-low", "de") == "de_DE-hummer-low"
    assert mouth._voice_for("en_US-hummer-medium", "de-AT") == "de_DE-hummer-low"
    assert mouth._voice_for("nova", "en") == "en_US-hummer-medium"
    assert mouth._voice_for("de_DE-hummer-low", "fr") == "de_DE-hummer-low"
    assert mouth._voice_for("", "fr") == "en_US-hummer-medium"


async def test_a_named_default_voice_comes_first(tmp_path: Path) -> None:
    install(tmp_path, "en_US-hummer-medium")
    install(tmp_path, "de_DE-hummer-low")
    for name in ("de_DE-hummer-low", "piper-de_DE-hummer-low"):
        mouth = PiperMouth(tmp_path, voice=name)
        await mouth.start()
        assert mouth.voices[0].id == "de_DE-hummer-low"
        await mouth.aclose()


async def test_closing_after_one_sentence_leaves_the_rest_unspoken(mouth: PiperMouth) -> None:
    async with aclosing(mouth.synthesize("One. " * 50, voice="", speed=1.0, language="en")) as pieces:
        await anext(pieces)
    assert len(await speak(mouth, "Two.")) == 1


async def test_a_missing_voice_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="viva models pull piper-en_US-lessac-medium"):
        await PiperMouth(tmp_path).start()
    install(tmp_path, "en_US-hummer-medium")
    with pytest.raises(
        ModelError, match="only en_US-hummer-medium; run: viva models pull piper-fr_FR-siwis-medium"
    ):
        await PiperMouth(tmp_path, voice="fr_FR-siwis-medium").start()


async def test_a_damaged_voice_says_what_to_run(tmp_path: Path) -> None:
    path = install(tmp_path, "en_US-hummer-medium")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ModelError, match="delete it and run: viva models pull piper-en_US-hummer-medium"):
        await PiperMouth(tmp_path).start()
