"""The bundled ear and mouth, for real."""

from pathlib import Path

import numpy as np

from audio import stt, tts
from tests.speech import read_wav


async def test_pocketsphinx_hears_real_speech_and_nothing_in_silence() -> None:
    ears = stt.create("pocketsphinx", models_dir=Path("/nowhere"), workers=1)
    await ears.start()
    try:
        stream = ears.open(language="en")
        stream.feed(read_wav("goforward"))
        transcript = await stream.transcribe()
        assert transcript.text == "go forward ten meters"
        starts = [word.start_ms for word in transcript.words]
        assert starts == sorted(starts) and 300 < starts[0] < 700
        quiet = ears.open(language="en")
        quiet.feed(np.zeros(16_000, np.int16))
        assert (await quiet.transcribe()).text == ""
    finally:
        await ears.aclose()


async def test_espeak_speaks_with_word_times_in_the_original_text() -> None:
    mouth = tts.create("espeak", models_dir=Path("/nowhere"))
    await mouth.start()
    try:
        text = "Take 3/4 of **it**, e.g. x^2."
        pieces = [piece async for piece in mouth.synthesize(text, voice="en-us", speed=1.0, language="en")]
        pcm = np.concatenate([piece.pcm for piece in pieces])
        words = [word for piece in pieces for word in piece.words]
        assert np.abs(pcm.astype(int)).max() > 5000
        assert [text[word.start : word.end] for word in words][:2] == ["Take", "3/4"]
        times = [moment for word in words for moment in (word.start_ms, word.end_ms)]
        assert times == sorted(times) and times[-1] <= len(pcm) * 1000 / mouth.sample_rate + 1
        fast = [piece async for piece in mouth.synthesize(text, voice="en-us", speed=1.8, language="en")]
        assert sum(len(piece.pcm) for piece in fast) < len(pcm) * 0.75
        assert [piece async for piece in mouth.synthesize("  ", voice="", speed=1, language="en")] == []
    finally:
        await mouth.aclose()
