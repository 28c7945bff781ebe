"""Recorded speech for tests: VIVA_SPEECH_DIR, or the folder shared/speech beside the checkout."""

import csv
import os
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

_ROOT = Path(__file__).resolve().parent.parent
_PLACES = (_ROOT.parent / "shared" / "speech", Path("/work/shared/speech"))


def speech_dir() -> Path:
    """The folder with the recordings; skips the test if there is none."""
    given = os.environ.get("VIVA_SPEECH_DIR")
    for place in (Path(given),) if given else _PLACES:
        if (place / "goforward.wav").is_file():
            return place
    pytest.skip("no recorded speech: set VIVA_SPEECH_DIR to a folder with goforward.wav and its siblings")


def read_wav(name: str) -> NDArray[np.int16]:
    """A recording by name, without ending; 16 kHz mono."""
    with wave.open(str(speech_dir() / f"{name}.wav")) as file:
        assert file.getframerate() == 16_000
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def transcripts() -> dict[str, str]:
    """Name to reference transcript."""
    with (speech_dir() / "transcripts.tsv").open() as file:
        return {
            row["file"].removesuffix(".wav"): row["transcript"]
            for row in csv.DictReader(file, delimiter="\t")
        }
