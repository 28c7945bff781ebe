"""A waiting line that is fair: each caller's jobs in order, callers in turn. Pure; who shares it between threads locks it."""

from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Job = TypeVar("Job")


class FairLine(Generic[Job]):
    def __init__(self) -> None:
        self._jobs: dict[Hashable, deque[Job]] = {}
        """Callers in the order of their turns, each with at least one job."""
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, caller: Hashable, job: Job) -> None:
        self._jobs.setdefault(caller, deque()).append(job)
        self._count += 1

    def take(self) -> Job:
        """The next job; its caller goes to the end. Raises StopIteration if there is none."""
        caller = next(iter(self._jobs))
        jobs = self._jobs.pop(caller)
        job = jobs.popleft()
        if jobs:
            self._jobs[caller] = jobs
        self._count -= 1
        return job

    def remove(self, caller: Hashable, job: Job) -> bool:
        """Give up a place; False if the job is not in the line (any more)."""
        jobs = self._jobs.get(caller)
        if jobs is None or job not in jobs:
            return False
        jobs.remove(job)
        if not jobs:
            del self._jobs[caller]
        self._count -= 1
        return True

    def clear(self) -> list[Job]:
        """Send everybody away; returns their jobs."""
        left = [job for jobs in self._jobs.values() for job in jobs]
        self._jobs.clear()
        self._count = 0
        return left
