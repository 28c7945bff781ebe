"""Code exercises of lessons: written by teachers, run and handed in by learners."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints, model_validator

from lms_core.errors import NotFound, Unavailable
from lms_core.exercises import MAX_CASES, MAX_CODE, Exercise, ExerciseResult, RunEnd, TestCase
from lms_core.people import Permission
from storage.exercises import ExerciseStore
from tutor.api.courses import Text
from tutor.api.routing import Call, Model, Page, Paging, Route
from tutor.coding import Coding

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Code = Annotated[str, Field(max_length=MAX_CODE)]
Stdin = Annotated[str, Field(max_length=20_000)]


class CaseIn(Model):
    """Either `stdin` is given and what is printed compared, or `call` is evaluated and its `repr` compared."""

    name: Name
    expected: Annotated[str, Field(max_length=20_000)]
    stdin: Stdin = ""
    call: Annotated[str, Field(max_length=1000)] = ""
    hidden: bool = False


class ExerciseIn(Model):
    task: Text
    cases: Annotated[tuple[CaseIn, ...], Field(min_length=1, max_length=MAX_CASES)]
    starter: Code = ""

    @model_validator(mode="after")
    def _names_differ(self) -> "ExerciseIn":
        if len({case.name for case in self.cases}) < len(self.cases):
            raise ValueError("two cases have the same name")
        return self


class CaseOut(BaseModel):
    name: str
    expected: str
    stdin: str
    call: str
    hidden: bool


class ExerciseOut(BaseModel):
    """For learners: of hidden cases only the names."""

    task: str
    starter: str
    language: str
    cases: list[CaseOut]


class CodeIn(Model):
    code: Code
    stdin: Stdin = ""


class SubmitIn(Model):
    code: Code


class TrialIn(Model):
    """An exercise that need not be stored, and a program for it."""

    exercise: ExerciseIn
    code: Code


class RunOut(BaseModel):
    end: RunEnd
    output: str
    error: str
    seconds: float


class CaseResultOut(BaseModel):
    """Of hidden cases only whether they passed, and how the program ended."""

    name: str
    passed: bool
    end: RunEnd
    output: str
    error: str
    expected: str


class ResultOut(BaseModel):
    """`score` 0 to 100: the share of passed cases."""

    score: int
    passed: bool
    cases: list[CaseResultOut]


class SubmissionOut(BaseModel):
    id: str
    code: str
    score: int
    at: datetime


def routes(store: ExerciseStore, coding: Coding) -> list[Route]:
    async def get_exercise(call: Call[None, None]) -> ExerciseOut:
        return _for_learners(await store.read(call.principal, call.path["id"]))

    async def get_source(call: Call[None, None]) -> ExerciseOut:
        return source_out(await store.source(call.principal, call.path["id"]))

    async def put_source(call: Call[None, ExerciseIn]) -> ExerciseOut:
        wanted = exercise_of(call.body)
        await store.put(
            call.principal, call.path["id"], wanted, lambda present: call.must_match(source_out(present))
        )
        return source_out(wanted)

    async def remove(call: Call[None, None]) -> None:
        await store.delete(call.principal, call.path["id"])

    async def run(call: Call[None, CodeIn]) -> RunOut:
        await store.read(call.principal, call.path["id"])
        ran = await coding.run(call.principal.person_id, call.body.code, call.body.stdin)
        return RunOut.model_validate(ran, from_attributes=True)

    async def submit(call: Call[None, SubmitIn]) -> ResultOut:
        exercise = await store.read(call.principal, call.path["id"])
        result = await coding.judge(call.principal.person_id, call.body.code, exercise)
        await store.hand_in(call.principal, call.path["id"], call.body.code, result)
        return _result(result)

    async def try_out(call: Call[None, TrialIn]) -> ResultOut:
        exercise = exercise_of(call.body.exercise)
        shown = replace(exercise, cases=tuple(replace(case, hidden=False) for case in exercise.cases))
        return _result(await coding.judge(call.principal.person_id, call.body.code, shown))

    async def submissions(call: Call[Paging, None]) -> Page:
        found, total = await store.handed_in(
            call.principal, call.path["id"], page=call.query.page, limit=call.query.limit
        )
        return Page([SubmissionOut.model_validate(one, from_attributes=True) for one in found], total)

    learn, write = Permission.LEARN, Permission.WRITE_COURSES
    return [
        Route(
            method="GET", path="/lessons/{id}/exercise", summary="The code exercise of a lesson.", permission=learn,
            handle=get_exercise, answers=ExerciseOut, errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/lessons/{id}/exercise", summary="Take the exercise out of a lesson.",
            permission=write, handle=remove, answers=None, errors=(NotFound,),
        ),
        Route(
            method="GET", path="/lessons/{id}/exercise/source", summary="The exercise with its hidden cases.",
            permission=write, handle=get_source, answers=ExerciseOut, errors=(NotFound,),
        ),
        Route(
            method="PUT", path="/lessons/{id}/exercise/source", permission=write, handle=put_source, body=ExerciseIn,
            summary="Write the exercise of a lesson; If-Match is * for the first one.", answers=ExerciseOut,
            edits=True, errors=(NotFound,),
        ),
        Route(
            method="POST", path="/exercises/preview", permission=write, handle=try_out, body=TrialIn, answers=ResultOut,
            summary="Have a program judged by an exercise that is not stored, hidden cases with their values.",
            errors=(Unavailable,),
        ),
        Route(
            method="POST", path="/lessons/{id}/run", summary="Run a program in the sandbox, without being judged.",
            permission=learn, handle=run, body=CodeIn, answers=RunOut, errors=(NotFound, Unavailable),
        ),
        Route(
            method="POST", path="/lessons/{id}/submit", summary="Have a program judged by the exercise's cases.",
            permission=learn, handle=submit, body=SubmitIn, answers=ResultOut, errors=(NotFound, Unavailable),
        ),
        Route(
            method="GET", path="/lessons/{id}/submissions", summary="What I handed in, the newest first.",
            permission=learn, handle=submissions, query=Paging, answers=SubmissionOut,
        ),
    ]  # fmt: skip


def exercise_of(body: ExerciseIn) -> Exercise:
    return Exercise(body.task, tuple(TestCase(**case.model_dump()) for case in body.cases), body.starter)


def source_out(exercise: Exercise) -> ExerciseOut:
    return ExerciseOut.model_validate(exercise, from_attributes=True)


def _result(result: ExerciseResult) -> ResultOut:
    cases = [CaseResultOut.model_validate(case, from_attributes=True) for case in result.cases]
    return ResultOut(score=result.score, passed=result.passed, cases=cases)


def _for_learners(exercise: Exercise) -> ExerciseOut:
    cases = [
        CaseOut(name=case.name, expected="", stdin="", call="", hidden=True)
        if case.hidden
        else CaseOut.model_validate(case, from_attributes=True)
        for case in exercise.cases
    ]
    return ExerciseOut(task=exercise.task, starter=exercise.starter, language=exercise.language, cases=cases)
