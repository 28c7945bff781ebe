"""Learners' programs in the sandbox: one of a learner at a time, an exercise's cases one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager

from lms_core.errors import TooMany
from lms_core.exercises import CodeRunner, Exercise, ExerciseResult, Run, RunEnd, judge_all

_NOT_TRIED = Run(RunEnd.TIME_LIMIT, "", "Not tried, as a case before took too long.", 0.0)


class Coding:
    def __init__(self, runner: CodeRunner) -> None:
        self._runner = runner
        self._busy: set[str] = set()

    async def run(self, person_id: str, code: str, stdin: str) -> Run:
        """Raises TooMany while another program of the same person runs, and as `CodeRunner`."""
        with self._turn(person_id):
            return await self._runner.run(code, stdin=stdin)

    async def judge(self, person_id: str, code: str, exercise: Exercise) -> ExerciseResult:
        """After a case that ran out of time the others are not tried: they would as well."""
        runs: list[Run] = []
        with self._turn(person_id):
            for case in exercise.cases:
                late = bool(runs) and runs[-1].end is RunEnd.TIME_LIMIT
                runs.append(
                    _NOT_TRIED if late else await self._runner.run(code, stdin=case.stdin, call=case.call)
                )
        return judge_all(exercise.cases, runs)

    @contextmanager
    def _turn(self, person_id: str) -> Iterator[None]:
        if person_id in self._busy:
            raise TooMany(
                "A program of yours is still running; wait for it.",
                reason="program_running",
                retry_after_seconds=5,
            )
        self._busy.add(person_id)
        try:
            yield
        finally:
            self._busy.discard(person_id)
