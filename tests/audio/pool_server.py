"""A process with a pool of two workers, to be killed: prints their process ids.

`python -m tests.audio.pool_server`: the first goes into C code that never lets go of the GIL, the second idles.
"""

import asyncio
import os
import re
from collections.abc import Callable

from audio.pool import Pool
from audio.workers import ProcessWorker


def tell(process: int) -> None:
    """In one piece: two processes tell at the same time."""
    os.write(1, f"{process}\n".encode())


def make_work() -> Callable[[str], int]:
    def work(job: str) -> int:
        if job == "for ever":
            tell(os.getpid())
            re.fullmatch("(a+)+b", "a" * 64)
        return os.getpid()

    return work


async def main() -> None:
    pool = Pool("test", 2, lambda: ProcessWorker(make_work), time_limit=600)
    await pool.start()
    busy = asyncio.create_task(pool.run("a", "for ever"))
    await asyncio.sleep(0)
    tell(await pool.run("b", "idle"))
    await busy


if __name__ == "__main__":
    asyncio.run(main())
