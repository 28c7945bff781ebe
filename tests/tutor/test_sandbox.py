"""Programs that try to get out, and ordinary ones, in the real sandbox."""

import asyncio
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from lms_core.errors import InvalidInput, TooBusy, Unavailable
from lms_core.exercises import MAX_CODE, Exercise, RunEnd, TestCase, judge_all
from tutor.sandbox import Sandbox, seccomp

T = TypeVar("T")
pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed (apt install bubblewrap)")  # fmt: skip


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(time_limit=60.0)


async def test_a_program_reads_its_input_and_prints(sandbox: Sandbox) -> None:
    run = await sandbox.run("print(input()[::-1])", stdin="été")
    assert (run.end, run.output, run.error) == (RunEnd.FINISHED, "été\n", "")


async def test_a_call_gives_its_value_and_not_what_the_program_prints(sandbox: Sandbox) -> None:
    run = await sandbox.run("def add(a, b):\n    print('noise')\n    return a + b", call="add(2, 3)")
    assert (run.end, run.output) == (RunEnd.FINISHED, "5\n")


async def test_an_error_shows_the_learners_own_lines(sandbox: Sandbox) -> None:
    run = await sandbox.run("def half(n):\n    return n / 0\n\nhalf(3)")
    assert run.end is RunEnd.FAILED
    assert (
        "line 2, in half" in run.error and "ZeroDivisionError" in run.error and "runner.py" not in run.error
    )


@pytest.mark.parametrize("code", ["import ctypes\nctypes.string_at(0)", "import sys\nsys.exit(3)"])
async def test_who_sees_no_error_is_told_that_there_was_one(sandbox: Sandbox, code: str) -> None:
    run = await sandbox.run(code)
    assert run.end is RunEnd.FAILED and "crashed" in run.error


async def test_a_program_that_does_not_parse_says_where(sandbox: Sandbox) -> None:
    assert "line 2" in (await sandbox.run("x = 1\nprint('a'")).error


async def test_an_endless_loop_is_stopped() -> None:
    run = await Sandbox(time_limit=0.5).run("while True: pass")
    assert run.end is RunEnd.TIME_LIMIT


async def test_sleeping_and_catching_signals_does_not_help() -> None:
    code = (
        "import signal, time\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: time.sleep(1)"
    )
    assert (await Sandbox(time_limit=0.5).run(code)).end is RunEnd.TIME_LIMIT


async def test_too_much_memory_is_refused(sandbox: Sandbox) -> None:
    assert (await sandbox.run("x = bytearray(300 * 2**20)")).end is RunEnd.MEMORY_LIMIT
    assert (await sandbox.run("x = bytearray(100 * 2**20); print('ok')")).output == "ok\n"


async def test_a_flood_of_output_is_cut(sandbox: Sandbox) -> None:
    run = await sandbox.run("while True: print('y' * 1000)")
    assert run.end is RunEnd.OUTPUT_LIMIT and len(run.output) <= 64 * 1024


@pytest.mark.parametrize(
    "escape",
    [
        "import os; os.fork()",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import socket; socket.socket()",
        "import socket; socket.create_connection(('127.0.0.1', {port}), timeout=1)",
        "open('/etc/passwd').read()",
        "open('{secret}').read()",
        "open('/usr/lib/x', 'w')",
        "open('/x', 'w')",
        "open('/runner.py', 'w')",
        "open('/dev/mem', 'rb')",
        "open('/proc/1/mem', 'rb').read(1)",
        "open('/proc/sys/kernel/core_pattern', 'w')",
        "import os; os.kill(1, 0) or os.kill(os.getppid(), 9); raise OSError",
        "open('/scratch/big', 'wb').write(b'x' * 20 * 2**20)",
        "import os; os.symlink('{secret}', '/scratch/link'); open('/scratch/link').read()",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "import ctypes; c = ctypes.CDLL(None, use_errno=True)\nassert c.unshare(0x10000000) == 0",
        "import ctypes; c = ctypes.CDLL(None, use_errno=True)\nassert c.mount(b'x', b'/scratch', b'tmpfs', 0, 0) == 0",
        "import ctypes; c = ctypes.CDLL(None, use_errno=True)\nassert c.ptrace(16, 1, 0, 0) == 0",
        "import sys; sys.path.append('{site}'); import aiohttp",
    ],
)
async def test_there_is_no_way_out(sandbox: Sandbox, escape: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the key")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        site = str(Path(pytest.__file__).parents[1])
        run = await sandbox.run(escape.replace("{port}", str(port)).replace("{secret}", str(secret)).replace("{site}", site))  # fmt: skip
    assert run.end is RunEnd.FAILED and "the key" not in run.output


async def test_it_sees_no_environment_and_no_other_process(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVA_SECRET", "the key")
    run = await sandbox.run(
        "import os; print(sorted(os.environ), os.path.exists('/proc/self'), os.getpid() < 5)"
    )
    assert run.output == "['HOME', 'LC_CTYPE', 'PWD'] False True\n"


async def test_nothing_is_left_for_the_next_program(sandbox: Sandbox) -> None:
    await sandbox.run("open('/scratch/note', 'w').write('hello')")
    assert (await sandbox.run("import os; print(os.listdir('/scratch'))")).output == "[]\n"


async def test_a_full_queue_refuses_and_recovers() -> None:
    sandbox = Sandbox(at_once=1, waiting=1, time_limit=60)
    running = [asyncio.create_task(sandbox.run("while True: pass")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await sandbox.run("print(1)")
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert (await sandbox.run("print(1)")).output == "1\n"


async def test_a_cancelled_run_leaves_no_process() -> None:
    task = asyncio.create_task(Sandbox().run("while True: pass"))
    children = await asyncio.to_thread(_wait_until, _sandboxes)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.to_thread(_wait_until, lambda: not set(children) & set(_sandboxes()))


def _wait_until(condition: Callable[[], T]) -> T:
    deadline = time.monotonic() + 60
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return value


def _sandboxes() -> list[str]:
    """All sandboxes of this machine's process table, not only our children: they have children of their own."""
    processes = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [entry.name for entry in processes if b"/runner.py" in _command(entry)]


def _command(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:  # it ended meanwhile
        return b""


async def test_without_bubblewrap_it_says_what_to_install() -> None:
    with pytest.raises(Unavailable, match="apt install bubblewrap"):
        await Sandbox(command="no-such-bwrap").run("print(1)")


async def test_a_program_that_is_too_long_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidInput):
        await sandbox.run("#" * (MAX_CODE + 1))


async def test_an_exercise_is_judged_by_its_cases(sandbox: Sandbox) -> None:
    exercise = Exercise("Double it.", (TestCase("two", "4", call="double(2)"), TestCase("word", "'aa'", call="double('a')", hidden=True), TestCase("zero", "1", call="double(0)")))  # fmt: skip
    runs = [
        await sandbox.run("def double(n): return n * 2", stdin=case.stdin, call=case.call)
        for case in exercise.cases
    ]
    result = judge_all(exercise.cases, runs)
    assert [case.passed for case in result.cases] == [True, True, False]
    assert (result.score, result.passed, result.cases[1].output, result.cases[2].output) == (
        67,
        False,
        "",
        "0\n",
    )


def test_the_filter_exists_for_both_machines() -> None:
    for machine in ("x86_64", "aarch64"):
        assert seccomp.supported(machine) and len(seccomp.program(machine)) % 8 == 0
    assert not seccomp.supported("riscv64")
