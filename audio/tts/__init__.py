"""Mouths: one protocol (`base`), one file an engine; here they are found by name."""

from pathlib import Path

from audio.engines import Choice, build
from audio.errors import EngineError
from audio.models import installed_voices
from audio.pool import OnJob, unmeasured
from audio.tts.base import TextToSpeech

NAMES = "auto, espeak, piper, piper:<voice>, openai:<model>, package.module:factory"


def auto(models_dir: Path) -> Choice:
    """The best mouth that can speak here now."""
    voices = installed_voices(models_dir)
    if voices and _has_piper():
        return Choice("piper", f"there are {len(voices)} piper voices in {models_dir}")
    how = "viva models pull piper-en_US-lessac-medium"
    if not _has_piper():
        how = f"pip install -e '.[piper]' && {how}"
    return Choice("espeak", "it is bundled and needs no download", f"piper sounds far more human: {how}")


def _has_piper() -> bool:
    from importlib.util import find_spec

    return find_spec("piper") is not None


def create(
    name: str,
    *,
    models_dir: Path,
    workers: int = 2,
    base_url: str | None = None,
    api_key: str | None = None,
    on_job: OnJob = unmeasured,
) -> TextToSpeech:
    """The mouth called `name` (not `auto`). Raises EngineError for an unknown name."""
    if name == "espeak":
        from audio.tts.espeak import EspeakMouth

        return EspeakMouth(on_job=on_job)
    if name == "piper" or name.startswith("piper:"):
        from audio.tts.piper import PiperMouth

        voice = name.partition(":")[2]
        return PiperMouth(models_dir, voice=voice, workers=max(1, workers // 2), on_job=on_job)
    if name.startswith("openai:"):
        from audio.tts.openai import OpenAIMouth

        return OpenAIMouth(name.removeprefix("openai:"), base_url=base_url, api_key=api_key)
    if ":" in name:
        mouth: TextToSpeech = build(
            name, models_dir=models_dir, workers=workers, base_url=base_url, api_key=api_key, on_job=on_job
        )
        return mouth
    raise EngineError(f"There is no mouth called '{name}'; write one of: {NAMES}.")
