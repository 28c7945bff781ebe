"""Mouths by name, and what `auto` takes."""

from pathlib import Path

import pytest

from audio import tts
from audio.errors import EngineError
from tests.audio.tiny_piper import install


def test_without_anything_downloaded_auto_is_espeak_and_says_how_to_sound_better(tmp_path: Path) -> None:
    choice = tts.auto(tmp_path)
    assert choice.name == "espeak" and "bundled" in choice.why
    assert choice.better.endswith("viva models pull piper-en_US-lessac-medium")


def test_a_downloaded_voice_makes_auto_piper(tmp_path: Path) -> None:
    pytest.importorskip("piper")
    install(tmp_path, "en_US-hummer-medium")
    assert tts.auto(tmp_path).name == "piper"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("espeak", "EspeakMouth"), ("piper", "PiperMouth"), ("piper:en_US-lessac-medium", "PiperMouth"),
        ("openai:tts-1", "OpenAIMouth"), ("tests.audio.test_tts_choice:make_own", "OwnMouth"),
    ],
)  # fmt: skip
def test_every_name_makes_its_mouth(name: str, kind: str, tmp_path: Path) -> None:
    mouth = tts.create(name, models_dir=tmp_path, base_url="http://x/v1", api_key="k")
    assert type(mouth).__name__ == kind
    assert name in (mouth.name, "tests.audio.test_tts_choice:make_own")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("festival", "write one of: auto, espeak"),
        ("openai:", "needs a model"),
        ("no.such:thing", "Cannot load the engine"),
    ],
)
def test_a_wrong_name_says_what_to_write(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=reason):
        tts.create(name, models_dir=tmp_path)


class OwnMouth:
    name = "own"


def make_own(models_dir: Path) -> OwnMouth:
    """Takes only what it wants of what is offered."""
    return OwnMouth()
