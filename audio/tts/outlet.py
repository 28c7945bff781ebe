"""From a worker's thread to the event loop: sound that is handed over while the job still runs."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable
from contextlib import aclosing, suppress
from typing import Any

from audio.pool import Pool
from audio.speakable import Spoken
from audio.tts.base import Speech


class Outlet:
    """Made on the event loop; the job puts pieces in, `run` gives them out.

    The line of pieces has no bound of its own: jobs are portions of text (`timing.portions`), which bound it.
    """

    def __init__(self) -> None:
        self.cancelled = False
        """Nobody listens any more: the job should stop as soon as it can."""
        self._loop = asyncio.get_running_loop()
        self._pieces: asyncio.Queue[Speech | None] = asyncio.Queue()

    def put(self, piece: Speech) -> None:
        """Called in the worker's thread."""
        if not self.cancelled:
            with suppress(RuntimeError):  # the loop is gone: nobody waits any more
                self._loop.call_soon_threadsafe(self._pieces.put_nowait, piece)

    async def run(self, pool: Pool, key: Hashable, job: Any) -> AsyncGenerator[Speech, None]:
        """Have `pool` do `job`, which puts into this outlet. Closing the iterator cancels the job.

        Raises what `Pool.run` raises, after the pieces that came before.
        """
        running = asyncio.create_task(pool.run(key, job))
        running.add_done_callback(lambda _task: self._pieces.put_nowait(None))
        try:
            while (piece := await self._pieces.get()) is not None:
                yield piece
            await running
        finally:
            self.cancelled = True
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def speak(
    pool: Pool, portions: Iterable[Spoken], job: Callable[[Spoken, int, Outlet], Any]
) -> AsyncGenerator[Speech, None]:
    """Have `pool` say one portion after the other; `job` is made of a portion and of how many samples came before it."""
    made, caller = 0, object()
    for portion in portions:
        outlet = Outlet()
        async with aclosing(outlet.run(pool, caller, job(portion, made, outlet))) as pieces:
            async for piece in pieces:
                made += len(piece.pcm)
                yield piece
