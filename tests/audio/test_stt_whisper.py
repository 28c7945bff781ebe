"""faster-whisper with a model that the test builds: loading, hints, types of arithmetic, and what goes wrong."""

from pathlib import Path
from typing import Any

import pytest

from audio.errors import EngineError, ModelError
from audio.stt.base import Transcript
from audio.stt.whisper import WhisperEars
from tests.audio import tiny_whisper
from tests.speech import read_wav


async def hear(ears: WhisperEars, **options: Any) -> Transcript:
    await ears.start()
    try:
        stream = ears.open(language=options.pop("language", "en"), **options)
        stream.feed(read_wav("cards_001"))
        return await stream.transcribe()
    finally:
        await ears.aclose()


@pytest.mark.parametrize("compute_type", ["default", "int8", "float32"])
async def test_it_loads_and_hears(tmp_path: Path, compute_type: str) -> None:
    folder = tiny_whisper.install(tmp_path, "whisper-tiny")
    transcript = await hear(WhisperEars(folder, name="whisper-tiny", device="cpu", compute_type=compute_type))
    assert transcript.text == tiny_whisper.TEXT
    assert [(word.text, word.start_ms) for word in transcript.words] == [("big", 0), ("lamp", 500)]


async def test_hints_and_language_reach_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from faster_whisper import WhisperModel

    asked: list[dict[str, Any]] = []
    real = WhisperModel.transcribe

    def note(self: Any, *args: Any, **options: Any) -> Any:
        asked.append(options)
        return real(self, *args, **options)

    monkeypatch.setattr(WhisperModel, "transcribe", note)
    ears = WhisperEars(tiny_whisper.install(tmp_path, "whisper-tiny"), name="whisper-tiny")
    assert (await hear(ears, language="en-GB", hints=("half", "third"))).text == tiny_whisper.TEXT
    assert (asked[0]["language"], asked[0]["hotwords"]) == ("en", "half third")
    assert asked[0]["initial_prompt"] == "half, third."


async def test_without_a_model_it_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="viva models pull whisper-small"):
        await WhisperEars(tmp_path, name="whisper-small").start()


async def test_a_broken_model_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    folder = tiny_whisper.install(tmp_path, "whisper-tiny")
    (folder / "model.bin").write_bytes((folder / "model.bin").read_bytes()[:1000])
    with pytest.raises(EngineError, match="cannot be loaded"):
        await WhisperEars(folder, name="whisper-tiny").start()
