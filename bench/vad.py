"""Cost of the VAD path: microseconds per 20 ms frame, idle and talking. Run: python -m bench.vad"""

import time

import numpy as np

from audio.silero import WINDOW, SileroBatch, Speaker
from audio.vad import Listener


def frame_cost(rate: int, sound: np.ndarray, silero: SileroBatch) -> float:
    listener = Listener(
        rate, silero, on_started=lambda _: None, on_audio=lambda _: None, on_stopped=lambda _: None
    )
    block = rate // 50
    frames = [sound[i : i + block] for i in range(0, len(sound) - block, block)]
    begin = time.perf_counter()
    for frame in frames:
        listener.feed(frame)
    return (time.perf_counter() - begin) / len(frames) * 1e6


def main() -> None:
    silero = SileroBatch(inline=True)
    random = np.random.default_rng(1)
    print("what                rate   us/frame")
    for rate in (8000, 16000, 24000):
        hiss = (random.standard_normal(rate * 20) * 60).astype(np.int16)
        loud = (np.sin(np.arange(rate * 20) * 0.05) * random.standard_normal(rate * 20) * 6000).astype(
            np.int16
        )
        print(f"room noise         {rate:6d}  {frame_cost(rate, hiss, silero):7.1f}")
        print(f"loud, incl. Silero {rate:6d}  {frame_cost(rate, loud, silero):7.1f}")
    for batch in (1, 10, 50, 200):
        speakers = [Speaker(lambda _: None) for _ in range(batch)]
        window = np.zeros(WINDOW, np.int16)
        begin = time.perf_counter()
        for _ in range(20):
            for speaker in speakers:
                speaker.waiting.append(window)
                silero._pending[speaker] = None
            silero._deliver(silero._compute(silero._take()))
        print(
            f"Silero, batch of {batch:3d}: {(time.perf_counter() - begin) / 20 / batch * 1e6:6.1f} us a window"
        )


if __name__ == "__main__":
    main()
