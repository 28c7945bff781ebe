"""Ears: one protocol (`base`), one file an engine; here they are found by name."""

from pathlib import Path

from audio.engines import Choice, build
from audio.errors import EngineError
from audio.models import installed_whisper
from audio.pool import OnJob, unmeasured
from audio.stt.base import SpeechToText

NAMES = "auto, pocketsphinx, whisper-tiny ... whisper-large-v3-turbo, openai:<model>, package.module:factory"


def auto(models_dir: Path) -> Choice:
    """The best ear that can run here now."""
    whisper = installed_whisper(models_dir)
    if whisper is not None:
        return Choice(whisper, f"it is the best whisper model in {models_dir}")
    return Choice(
        "pocketsphinx", "it is bundled and needs no download",
        "whisper understands far more: viva models pull whisper-small",
    )  # fmt: skip


def create(
    name: str,
    *,
    models_dir: Path,
    workers: int = 2,
    base_url: str | None = None,
    api_key: str | None = None,
    on_job: OnJob = unmeasured,
) -> SpeechToText:
    """The ear called `name` (not `auto`). Raises EngineError for an unknown name."""
    if name == "pocketsphinx":
        from audio.stt.pocketsphinx import PocketsphinxEars

        return PocketsphinxEars(workers=workers, on_job=on_job)
    if name.startswith("whisper-"):
        from audio.stt.whisper import WhisperEars

        return WhisperEars(models_dir / name, name=name, workers=max(1, workers // 2), on_job=on_job)
    if name.startswith("openai:"):
        from audio.stt.openai import OpenAIEars

        return OpenAIEars(name.removeprefix("openai:"), base_url=base_url, api_key=api_key)
    if ":" in name:
        ears: SpeechToText = build(
            name, models_dir=models_dir, workers=workers, base_url=base_url, api_key=api_key, on_job=on_job
        )
        return ears
    raise EngineError(f"There is no ear called '{name}'; write one of: {NAMES}.")
