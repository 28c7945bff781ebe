"""Recorded speech for tests."""

import csv
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RECORDINGS = Path(__file__).parent / "recordings"


def read_wav(name: str) -> NDArray[np.int16]:
    """A recording by name, without ending; 16 kHz mono."""
    with wave.open(str(RECORDINGS / f"{name}.wav")) as file:
        assert file.getframerate() == 16_000
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def transcripts() -> dict[str, str]:
    """Name to reference transcript."""
    with (RECORDINGS / "transcripts.tsv").open() as file:
        return {
            row["file"].removesuffix(".wav"): row["transcript"]
            for row in csv.DictReader(file, delimiter="\t")
        }
