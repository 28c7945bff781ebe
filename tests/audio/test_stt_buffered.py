"""An utterance that is kept and decoded as a whole, with partial results meanwhile."""

import asyncio

import numpy as np
from numpy.typing import NDArray

from audio.errors import EngineBusy
from audio.stt.base import STT_RATE, Transcript
from audio.stt.buffered import BufferedStream


class Decoder:
    """Says how much it got; waits for `gate` where one is set."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.gate: asyncio.Event | None = None
        self.error: Exception | None = None

    async def __call__(self, pcm: NDArray[np.int16]) -> Transcript:
        self.lengths.append(len(pcm))
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return Transcript(f"{len(pcm)}")


def second(share: float = 1.0) -> NDArray[np.int16]:
    return np.zeros(int(STT_RATE * share), np.int16)


async def let_run() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_partial_results_come_rarer_and_rarer() -> None:
    decoder, heard = Decoder(), list[str]()
    stream = BufferedStream(decoder, on_partial=heard.append)
    for _ in range(40):
        stream.feed(second(0.1))
        await let_run()
    assert [int(text) / STT_RATE for text in heard] == [0.5, 0.8, 1.2, 1.8, 2.7]
    assert sum(decoder.lengths) < 2 * 4 * STT_RATE


async def test_no_partial_result_is_wanted_where_nobody_listens_or_somebody_waits() -> None:
    decoder = Decoder()
    for stream in (BufferedStream(decoder), BufferedStream(decoder, on_partial=print, spare=lambda: False)):
        stream.feed(second())
        await let_run()
    assert not decoder.lengths


async def test_only_one_partial_result_is_made_at_a_time() -> None:
    decoder = Decoder()
    decoder.gate = asyncio.Event()
    stream = BufferedStream(decoder, on_partial=lambda _: None)
    for _ in range(5):
        stream.feed(second())
        await let_run()
    assert len(decoder.lengths) == 1
    decoder.gate.set()


async def test_after_close_nothing_is_told() -> None:
    decoder, heard = Decoder(), list[str]()
    decoder.gate = asyncio.Event()
    stream = BufferedStream(decoder, on_partial=heard.append)
    stream.feed(second())
    await let_run()
    stream.close()
    decoder.gate.set()
    await let_run()
    assert heard == []


async def test_a_partial_result_that_fails_is_no_failure() -> None:
    decoder, heard = Decoder(), list[str]()
    decoder.error = EngineBusy("full")
    stream = BufferedStream(decoder, on_partial=heard.append)
    stream.feed(second())
    await let_run()
    decoder.error = None
    assert (await stream.transcribe()).text == str(STT_RATE)


async def test_what_is_beyond_two_minutes_is_not_kept() -> None:
    decoder = Decoder()
    stream = BufferedStream(decoder)
    for _ in range(130):
        stream.feed(second())
    await stream.transcribe()
    assert decoder.lengths == [120 * STT_RATE]
