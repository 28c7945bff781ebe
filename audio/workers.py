"""What a pool's thread drives: engines that release the GIL run in that thread, engines that hold it in a process behind it,
which is killed and replaced when it hangs or dies."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Protocol

from audio.errors import EngineError, EngineTimeout

_START_LIMIT = 60
"""Seconds for a process to load its model."""


class Worker(Protocol):
    """Does one job at a time, in the thread that drives it."""

    def run(self, job: Any, time_limit: float) -> Any: ...
    def close(self) -> None: ...


class ThreadWorker:
    """For engines that release the GIL. A hung job cannot be killed: its result is abandoned by the caller."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self._work = work

    def run(self, job: Any, time_limit: float) -> Any:  # noqa: ARG002
        return self._work(job)

    def close(self) -> None:
        pass


class ProcessWorker:
    """For engines that hold the GIL: `make_work()` runs in a child process and returns the function for jobs.

    The child ends when the pipe closes, so that even `kill -9` of the server leaves no orphan.
    """

    def __init__(self, make_work: Callable[[], Callable[[Any], Any]]) -> None:
        """`make_work` must be importable by name (the child is spawned, not forked)."""
        self._make_work = make_work
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, child_end = context.Pipe()
        self._process = context.Process(target=_child, args=(self._make_work, child_end), daemon=True)
        self._process.start()
        child_end.close()
        try:
            if self._pipe.poll(_START_LIMIT) and self._pipe.recv() is True:
                return
        except (EOFError, OSError):
            pass  # it died while starting
        self.close()
        raise EngineError("A speech engine's process did not start; viva doctor tries it and says more.")

    def run(self, job: Any, time_limit: float) -> Any:
        try:
            self._pipe.send(job)
            if not self._pipe.poll(time_limit):
                self._replace()
                raise EngineTimeout(f"The speech engine took longer than {time_limit:.0f} s.")
            failed, result = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._replace()
            raise EngineError("The speech engine's process died; it was started again.") from error
        if failed:
            raise EngineError(f"The speech engine failed: {result}")
        return result

    def _replace(self) -> None:
        self.close()
        self._start()

    def close(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join(5)


def _die_with_parent() -> None:
    """Even in the middle of a job; the pipe is read only between jobs."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    with suppress(
        ImportError, AttributeError
    ):  # Linux only: kills even in C code that holds the GIL for ever
        import fcntl

        fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(parent.sentinel, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, os.O_ASYNC)
    parent.join()
    os._exit(1)


def _child(make_work: Callable[[], Callable[[Any], Any]], pipe: Connection) -> None:
    threading.Thread(target=_die_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the server drains and then closes the pipe
    with suppress(OSError):
        os.nice(5)  # audio paths come first
    work = make_work()
    pipe.send(True)
    while True:
        try:
            job = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = (False, work(job))
        except Exception as error:
            answer = (True, f"{type(error).__name__}: {error}")
        try:
            pipe.send(answer)
        except OSError:
            return
