"""Which engine lets go of the GIL? How often another thread gets to run while it works. Run: python -m bench.gil

Those that let go run in threads, those that do not in processes (docs/decisions/0008). Whisper and piper are tried with the
tests' tiny models, Smart Turn with the pulled one where it is in `.viva/models`.
"""

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from audio.end_of_turn import EndOfTurnModel
from audio.silero import load_batched, silero_path
from tests.audio import tiny_piper, tiny_whisper
from tests.speech import read_wav

_SECONDS = 3.0
_TICK = 0.001
SMART_TURN = Path(".viva/models/smart-turn-v3/model.onnx")
SPEECH = read_wav("austen_0870")
TEXT = "The quick brown fox jumps over the lazy dog, and then it sleeps until the evening. " * 10


def works(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every engine with one job of it."""
    from faster_whisper import WhisperModel
    from piper import PiperVoice

    from audio.stt.pocketsphinx import make_decoder
    from audio.tts.espeak_library import library
    from audio.tts.espeak_voices import VOICES

    yield "nothing", lambda: time.sleep(0.01)
    decode, pcm = make_decoder(), SPEECH.tobytes()
    yield "pocketsphinx", lambda: decode(pcm)
    whisper = WhisperModel(
        str(tiny_whisper.install(folder, "whisper-tiny")), device="cpu", compute_type="int8"
    )
    sound = SPEECH.astype(np.float32) / 32768
    yield "faster-whisper", lambda: list(whisper.transcribe(sound, language="en", beam_size=1)[0])
    voice = PiperVoice.load(tiny_piper.install(folder, "en_US-tiny-low"))
    yield "piper", lambda: list(voice.synthesize(TEXT))
    yield "espeak-ng", lambda: library().speak(TEXT, VOICES[0].id, 175, lambda _sound, _words: True)
    silero, state = load_batched(silero_path()), np.zeros((1, 500, 128), np.float32)
    windows = {"input": np.zeros((500, 576), np.float32), "h": state, "c": state}
    yield "Silero, 500 sessions", lambda: silero.run(None, windows)
    if SMART_TURN.is_file():
        judge = EndOfTurnModel(SMART_TURN)._load()
        yield "Smart Turn", lambda: judge.run(SPEECH, 1.0)


def measure(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of one job, and how often a second this thread woke up from a sleep of 1 ms while jobs ran in another."""
    work()
    over = threading.Event()
    jobs = wakes = 0

    def go_on() -> None:
        nonlocal jobs
        while not over.is_set():
            work()
            jobs += 1

    thread = threading.Thread(target=go_on)
    begin = now = time.monotonic()
    thread.start()
    while now - begin < _SECONDS:
        time.sleep(_TICK)
        wakes += 1
        now = time.monotonic()
    over.set()
    thread.join()
    return (time.monotonic() - begin) / jobs, wakes / (now - begin)


def main() -> None:
    logging.disable()  # the tiny voice knows few phonemes
    print("| engine | one job ms | wake-ups of another thread a second |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, work in works(Path(folder)):
            job, wakes = measure(work)
            print(f"| {name} | {job * 1000:.0f} | {wakes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
