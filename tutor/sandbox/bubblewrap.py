"""One program in one bubblewrap: no network, no files but Python's own and a scratch folder, limits on everything."""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lms_core.errors import InvalidInput, TooBusy, Unavailable
from lms_core.exercises import MAX_CODE, MEMORY_LIMIT, OUTPUT_LIMIT, TIME_LIMIT, Run, RunEnd
from tutor.sandbox import seccomp

_SCRATCH = 16 * 2**20
"""Bytes of the scratch folder, which lives in memory and dies with the run."""
_OUT_OF_MEMORY = 77
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
"""No /proc: where Viva runs as root, the program's user could write the kernel's settings there."""
_RUNNER = Path(__file__).with_name("runner.py")
_INSTALL = (
    "Code exercises need bubblewrap on Linux: install it (apt install bubblewrap) and start Viva again."
)


class Sandbox:
    """A `CodeRunner` for Python. At most `at_once` programs run, `waiting` wait; the next one is refused.

    Raises `Unavailable` from `run` where there is no bubblewrap, or the kernel gives it no user namespaces.
    """

    def __init__(
        self, *, at_once: int = 2, waiting: int = 20, time_limit: float = TIME_LIMIT, command: str = "bwrap"
    ) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._places = at_once + waiting
        self._time_limit = time_limit
        self._command = command

    def missing(self) -> str:
        """What the operator has to do before programs can run; empty when nothing."""
        if not sys.platform.startswith("linux") or not seccomp.supported():
            return "Code exercises need Linux on x86_64 or aarch64."
        if shutil.which(self._command) is None or shutil.which("prlimit") is None:
            return _INSTALL
        return ""

    async def run(self, code: str, *, stdin: str = "", call: str = "") -> Run:
        if len(code) > MAX_CODE:
            raise InvalidInput(f"A program has at most {MAX_CODE} characters.", param="code")
        if missing := self.missing():
            raise Unavailable(missing)
        if self._places == 0:
            raise TooBusy(
                "Many programs are running just now; try again in a few seconds.", reason="many_programs"
            )
        self._places -= 1
        try:
            async with self._turns:
                return await self._run(code, stdin, call)
        finally:
            self._places += 1

    async def _run(self, code: str, stdin: str, call: str) -> Run:
        began = time.monotonic()
        with (
            _readable(json.dumps({"code": code, "call": call}).encode()) as task,
            _readable(seccomp.program()) as rules,
        ):
            process = await _spawn(self._arguments(task, rules), task, rules)
        output = _Output(process)
        try:
            async with asyncio.timeout(self._time_limit):
                await output.exchange(stdin.encode())
            end = output.end
        except TimeoutError:
            end = RunEnd.TIME_LIMIT
        finally:
            _kill(process)
            await process.wait()
        error = output.error.decode(errors="replace")
        if end is RunEnd.FAILED and error.startswith("bwrap: "):
            raise Unavailable(f"Programs cannot be isolated on this machine: {error.strip()[:300]}")
        if end is RunEnd.FAILED and not error:
            error = "Python itself crashed, or the program ended it with an error.\n"
        return Run(end, output.output.decode(errors="replace"), error, time.monotonic() - began)

    def _arguments(self, task: int, rules: int) -> list[str]:
        python = Path(sys.base_prefix)
        program = python / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
        system = [path for path in ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", str(python)) if Path(path).exists()]  # fmt: skip
        binds = [*(("--ro-bind", path) for path in system), *(("--dev-bind", path) for path in _DEVICES)]
        seconds = int(self._time_limit) + 1
        return [
            "prlimit", f"--as={MEMORY_LIMIT}", f"--cpu={seconds}", f"--fsize={_SCRATCH}", "--nofile=64", "--core=0",
            self._command, "--unshare-all", "--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534",
            "--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv",
            *(argument for kind, path in binds for argument in (kind, path, path)),
            "--ro-bind", str(_RUNNER), "/runner.py", "--size", str(_SCRATCH), "--tmpfs", "/scratch",
            "--remount-ro", "/", "--chdir", "/scratch", "--setenv", "HOME", "/scratch",
            "--seccomp", str(rules),
            str(program), "-I", "-S", "-B", "-X", "utf8", "/runner.py", str(task),
        ]  # fmt: skip


class _Output:
    """What a program writes, up to the limit, and how it ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.output, self.error = bytearray(), bytearray()
        self._flooded = False

    async def exchange(self, stdin: bytes) -> None:
        """Give the input, read until both outputs close or one exceeds the limit."""
        process = self._process
        assert process.stdin and process.stdout and process.stderr
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_give(process.stdin, stdin))
            tasks.create_task(self._keep(process.stdout, self.output))
            tasks.create_task(self._keep(process.stderr, self.error))
        await process.wait()

    async def _keep(self, stream: asyncio.StreamReader, kept: bytearray) -> None:
        while data := await stream.read(8192):
            kept += data[: OUTPUT_LIMIT - len(kept)]
            if len(kept) >= OUTPUT_LIMIT and not self._flooded:
                self._flooded = True
                _kill(self._process)

    @property
    def end(self) -> RunEnd:
        code = self._process.returncode
        if self._flooded:
            return RunEnd.OUTPUT_LIMIT
        if code == 0:
            return RunEnd.FINISHED
        if code == _OUT_OF_MEMORY:
            return RunEnd.MEMORY_LIMIT
        return RunEnd.FAILED


async def _spawn(arguments: list[str], *descriptors: int) -> asyncio.subprocess.Process:
    """In a group of its own. Cancelled meanwhile, it is started nevertheless and then killed as a whole: asyncio
    would kill the first process only."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, pass_fds=descriptors, env={"PATH": os.environ.get("PATH", "")},
            start_new_session=True,
        )
    )  # fmt: skip
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        process = await starting
        _kill(process)
        await process.wait()
        raise


def _kill(process: asyncio.subprocess.Process) -> None:
    """Its whole group: a bubblewrap that is still setting up does not die with its parent yet."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)


async def _give(stream: asyncio.StreamWriter, data: bytes) -> None:
    try:
        stream.write(data)
        await stream.drain()
        stream.close()
        await stream.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        pass  # the program did not want its input


@contextmanager
def _readable(data: bytes) -> Iterator[int]:
    """A descriptor from which `data` can be read once."""
    descriptor = os.memfd_create("viva")
    try:
        os.write(descriptor, data)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)
