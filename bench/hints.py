"""Do hints lower the word error rate? Each ear hears the recordings with and without the words that are in them.

    python -m bench.hints                       # every ear that can run here
    python -m bench.hints whisper-small

The hints are the content words of all recordings together, as a lesson's words would be: most are not in the sentence
that is heard. Only if the rate falls should VIVA_EAR_HINTS be set for that ear.
"""

import argparse
import asyncio
import os
import time
from pathlib import Path

from audio import stt
from audio.models import installed_whisper
from audio.stt.base import SpeechToText
from tests.speech import read_wav, transcripts
from tutor.settings import Settings

_COMMON = frozenset("a an and as be by do even for go had have he him himself his how in is might more much not of than the them then there to was".split())  # fmt: skip


def errors(reference: list[str], heard: list[str]) -> int:
    """Substituted, left out and added words (Levenshtein distance over words)."""
    row = list(range(len(heard) + 1))
    for place, word in enumerate(reference, 1):
        above, row = row, [place]
        for other, said in enumerate(heard, 1):
            row.append(min(row[-1] + 1, above[other] + 1, above[other - 1] + (word != said)))
    return row[-1]


async def measure(ears: SpeechToText, hints: tuple[str, ...]) -> tuple[float, float]:
    """Word error rate, and seconds a recording."""
    wrong = total = 0
    began = time.perf_counter()
    for name, text in transcripts().items():
        stream = ears.open(language="en", hints=hints)
        stream.feed(read_wav(name))
        heard = (await stream.transcribe()).text.lower()
        stream.close()
        spoken = "".join(c if c.isalnum() or c in "' " else " " for c in heard).split()
        wrong += errors(text.split(), spoken)
        total += len(text.split())
    return wrong / total, (time.perf_counter() - began) / len(transcripts())


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ears", nargs="*", help="pocketsphinx, whisper-<size>, openai:<model>")
    parser.add_argument("--models-dir", type=Path, default=Settings().data_dir / "models")
    options = parser.parse_args()
    found = installed_whisper(options.models_dir)
    names = options.ears or ["pocketsphinx", *([found] if found else [])]
    words = tuple(
        dict.fromkeys(w for text in transcripts().values() for w in text.split() if w not in _COMMON)
    )
    print("| ear | WER without hints | with hints | s a recording without | with |\n|---|---|---|---|---|")
    for name in names:
        ears = stt.create(
            name, models_dir=options.models_dir, base_url=os.environ.get("VIVA_SPEECH_BASE_URL") or None,
            api_key=os.environ.get("VIVA_OPENAI_API_KEY"),
        )  # fmt: skip
        await ears.start()
        plain, plain_seconds = await measure(ears, ())
        hinted, hinted_seconds = await measure(ears, words)
        await ears.aclose()
        print(
            f"| {name} | {plain:.1%} | {hinted:.1%} | {plain_seconds:.2f} | {hinted_seconds:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    asyncio.run(main())
