"""Audio on its way in: nothing lost, nothing out of order, never faster than the session can take."""

import asyncio
import base64
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conversation.virtual_time import run
from tutor.transports.intake import Intake
from tutor.transports.limits import Bucket

_RATE = 8000


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40_000), st.sampled_from([0.0, 0.02, 0.5, 3.0])), max_size=12))
def test_whatever_the_pieces_and_pauses_all_samples_arrive_in_order(pieces: list[tuple[int, float]]) -> None:
    async def feed() -> tuple[bytes, bytes, list[int]]:
        loop = asyncio.get_running_loop()
        heard, largest, marks = bytearray(), [], []

        def hear(pcm: bytes | memoryview) -> None:
            heard.extend(pcm)
            largest.append(len(pcm))

        def note(at: int) -> None:
            marks.append((at, len(heard)))

        intake = Intake(hear, output_rate=_RATE, now=loop.time, call_later=loop.call_later)
        sent = bytearray()
        for number, (samples, pause) in enumerate(pieces):
            pcm = bytes([number + 1, 7]) * samples
            intake.append(base64.b64encode(pcm).decode())
            sent.extend(pcm)
            intake.then(partial(note, len(sent)))
            await asyncio.sleep(pause)
        await asyncio.sleep(60)
        assert not intake.busy
        assert all(at == seen for at, seen in marks), "what follows audio is done right after it"
        return bytes(sent), bytes(heard), largest

    sent, heard, largest = run(feed())
    assert heard == sent
    assert max(largest, default=0) <= _RATE * 2, "more than a second at once"


@given(st.lists(st.floats(0, 0.5), max_size=60))
def test_a_bucket_never_lets_more_through_than_burst_and_rate(pauses: list[float]) -> None:
    bucket, now, passed = Bucket(10.0, 5.0), 100.0, 0
    for pause in pauses:
        now += pause
        passed += bucket.take(now)
    assert passed <= 5 + (now - 100.0) * 10 + 1e-6
