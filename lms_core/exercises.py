"""Code exercises: what a learner's program is tried with, and what counts as passed. Running it is a port."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

MAX_CODE = 20_000
"""Characters of a learner's program."""
MAX_CASES = 20
TIME_LIMIT = 5.0
"""Seconds, of the clock on the wall and of the processor, for one run."""
MEMORY_LIMIT = 256 * 2**20
"""Bytes of address space of the program."""
OUTPUT_LIMIT = 64 * 1024
"""Bytes of output that are kept; a program that writes more is stopped."""


class RunEnd(StrEnum):
    """How a program's run ended."""

    FINISHED = "finished"
    FAILED = "failed"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a program. `seconds` of the wall clock."""

    end: RunEnd
    output: str
    error: str
    seconds: float


class CodeRunner(Protocol):
    """Runs programs that nobody trusts.

    `call` is an expression that is evaluated after the program; the output is then its `repr` and nothing else.
    Raises `Unavailable` where programs cannot be isolated, `TooBusy` when too many wait.
    """

    async def run(self, code: str, *, stdin: str = "", call: str = "") -> Run: ...


@dataclass(frozen=True, slots=True)
class TestCase:
    """Give `stdin`, compare what is printed; or evaluate `call`, compare its value. Hidden cases show no values."""

    __test__ = False  # not for pytest

    name: str
    expected: str
    stdin: str = ""
    call: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Exercise:
    """`task` is Markdown; `starter` is the program that the learner begins with."""

    task: str
    cases: tuple[TestCase, ...]
    starter: str = ""
    language: str = "python"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What one case showed; a hidden case says only whether it passed and how it ended."""

    name: str
    passed: bool
    end: RunEnd
    output: str = ""
    error: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class ExerciseResult:
    """`score` is the share of passed cases, 0 to 100."""

    cases: tuple[CaseResult, ...] = field(default=())

    @property
    def score(self) -> int:
        return round(100 * sum(case.passed for case in self.cases) / len(self.cases)) if self.cases else 0

    @property
    def passed(self) -> bool:
        return bool(self.cases) and all(case.passed for case in self.cases)


def judge(case: TestCase, run: Run) -> CaseResult:
    """Blanks at the ends of lines and empty lines at the end of the output do not count."""
    passed = run.end is RunEnd.FINISHED and _plain(run.output) == _plain(case.expected)
    if case.hidden:
        return CaseResult(case.name, passed, run.end)
    return CaseResult(case.name, passed, run.end, run.output, run.error, case.expected)


def judge_all(cases: Sequence[TestCase], runs: Sequence[Run]) -> ExerciseResult:
    return ExerciseResult(tuple(judge(case, run) for case, run in zip(cases, runs, strict=True)))


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip()
