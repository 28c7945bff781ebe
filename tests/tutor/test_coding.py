"""One program of a learner at a time; without a sandbox the reason is said."""

import asyncio

import pytest

from lms_core.errors import TooMany, Unavailable
from lms_core.exercises import Exercise, Run, RunEnd, TestCase
from tutor.coding import Coding
from tutor.sandbox import Sandbox

EXERCISE = Exercise("task", tuple(TestCase(str(n), "1", call="one()") for n in range(3)))


class Scripted:
    """A `CodeRunner` that ends as it is told, when it is told."""

    def __init__(self, *ends: RunEnd) -> None:
        self.ends = list(ends)
        self.go = asyncio.Event()

    async def run(self, code: str, *, stdin: str = "", call: str = "") -> Run:
        await self.go.wait()
        return Run(self.ends.pop(0), "1\n", "", 0.1)


async def test_a_second_program_of_the_same_learner_waits_for_the_first() -> None:
    runner = Scripted(RunEnd.FINISHED, RunEnd.FINISHED, RunEnd.FINISHED)
    coding = Coding(runner)
    first = asyncio.create_task(coding.run("lena", "1", ""))
    await asyncio.sleep(0)
    with pytest.raises(TooMany):
        await coding.run("lena", "1", "")
    other = asyncio.create_task(coding.run("ben", "1", ""))
    runner.go.set()
    await asyncio.gather(first, other)
    await coding.run("lena", "1", "")


async def test_after_a_case_that_took_too_long_the_others_are_not_tried() -> None:
    runner = Scripted(RunEnd.FINISHED, RunEnd.TIME_LIMIT)
    runner.go.set()
    result = await Coding(runner).judge("lena", "1", EXERCISE)
    assert [case.end for case in result.cases] == [RunEnd.FINISHED, RunEnd.TIME_LIMIT, RunEnd.TIME_LIMIT]
    assert result.score == 33 and "Not tried" in result.cases[2].error


async def test_without_bubblewrap_the_learner_reads_what_the_operator_has_to_do() -> None:
    with pytest.raises(Unavailable, match="apt install bubblewrap"):
        await Coding(Sandbox(command="no-such-bwrap")).run("lena", "print(1)", "")
