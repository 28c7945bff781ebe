"""How well the learner is heard in noise: `python -m bench.vad_noise` prints the table of docs/performance.md.

Missed: share of the speech (10 ms stretches of the clean recordings that are loud) that no segment covers. False: share of
the time without speech that a segment covers; babble is speech, only not the learner's.
The gate's columns are webrtcvad behind the level gate alone, without Silero.
"""

import numpy as np

from audio.gate import Gate
from audio.silero import SileroBatch
from tests.audio.hearing import CLIPS, RATE, Scene, listen, scene, shares


def gate_covers(found: Scene) -> np.ndarray:
    gate, block = Gate(RATE), RATE // 50
    opened = [gate.opens(found.sound[at : at + block]) for at in range(0, len(found.sound) - block, block)]
    return np.repeat(opened, 2)


def main() -> None:
    silero = SileroBatch(inline=True)
    print("| noise | SNR dB | clips missed | speech missed | false | gate alone: missed | false |")
    print("|" + "---|" * 7)
    for noise, ratios in (
        ("none", [99]),
        *((kind, [20, 10, 5]) for kind in ("white", "pink", "hum", "babble")),
    ):
        for snr in ratios:
            rows, gates, lost = [], [], 0
            for name in CLIPS:
                found = scene(name, noise, snr)
                heard = listen(found.sound, silero=silero)
                rows.append(shares(found, heard.covered(len(found.voiced))))
                gates.append(shares(found, gate_covers(found)))
                lost += not heard.segments
            missed, false = np.mean(rows, axis=0)
            gate_missed, gate_false = np.mean(gates, axis=0)
            print(
                f"| {noise} | {'-' if snr == 99 else snr} | {lost} of {len(CLIPS)} | {missed:.1%} | {false:.1%} "
                f"| {gate_missed:.1%} | {gate_false:.1%} |"
            )


if __name__ == "__main__":
    main()
