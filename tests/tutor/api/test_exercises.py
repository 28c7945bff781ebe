"""A code exercise from its writing to the progress that it moves, asked of a real server with a real sandbox."""

import asyncio
import shutil

import pytest

from lms_core.people import Role
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server
from tests.tutor.api.test_courses import course_of

EXERCISE = {
    "task": "Write `double(x)`, and print the double of what you read.", "starter": "def double(x):\n    ...\n",
    "cases": [
        {"name": "called", "call": "double(4)", "expected": "8"},
        {"name": "secret", "call": "double(-21)", "expected": "-42", "hidden": True},
    ],
}  # fmt: skip
needs_sandbox = pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")


async def lesson_of(ask: Asking, teacher: str, learner: str) -> str:
    await ask.add(teacher, Role.TEACHER)
    await ask.add(learner)
    here, (lesson,) = await course_of(ask, teacher, "only")
    await ask(learner, "PUT", f"{here}/enrollment")
    put = await ask(teacher, "PUT", f"/lessons/{lesson}/exercise/source", EXERCISE, If_Match="*")
    assert put.status == 200, put.body
    return f"/lessons/{lesson}"


@needs_sandbox
async def test_a_program_is_run_handed_in_and_moves_progress(ask: Asking) -> None:
    here = await lesson_of(ask, "cody", "cleo")
    ran = await ask("cleo", "POST", f"{here}/run", {"code": "print(int(input()) * 2)", "stdin": "21"})
    assert (ran.data["end"], ran.data["output"]) == ("finished", "42\n")
    half = await ask("cleo", "POST", f"{here}/submit", {"code": "def double(x):\n    return 8"})
    assert (half.data["score"], half.data["passed"]) == (50, False)
    secret = half.data["cases"][1]
    assert secret == {
        "name": "secret", "passed": False, "end": "finished", "output": "", "error": "", "expected": "",
    }  # fmt: skip
    assert (await ask("cleo", "GET", f"{here}/progress")).data["score"] == 50
    done = await ask("cleo", "POST", f"{here}/submit", {"code": "def double(x):\n    return 2 * x"})
    assert (done.data["score"], done.data["passed"]) == (100, True)
    progress = (await ask("cleo", "GET", f"{here}/progress")).data
    assert (progress["status"], progress["score"], progress["attempts"]) == ("completed", 100, 2)
    assert [one["score"] for one in (await ask("cleo", "GET", f"{here}/submissions")).data] == [100, 50]
    entries = (await ask("cleo", "GET", "/me/xp/entries")).data
    assert {one["reason"] for one in entries} == {"exercise", "lesson", "course"}


@needs_sandbox
async def test_a_learner_runs_one_program_at_a_time_and_an_endless_one_is_stopped(ask: Asking) -> None:
    here = await lesson_of(ask, "cora", "carl")
    endless = {"code": "while True: pass\ndef double(x): ..."}
    first, second = await asyncio.gather(*(ask("carl", "POST", f"{here}/submit", endless) for _ in range(2)))
    assert sorted((first.status, second.status)) == [200, 429]
    (judged,) = [one for one in (first, second) if one.status == 200]
    assert [one["end"] for one in judged.data["cases"]] == ["time_limit", "time_limit"]


async def test_hidden_cases_are_the_teachers(ask: Asking) -> None:
    here = await lesson_of(ask, "cass", "chen")
    shown = await ask("chen", "GET", f"{here}/exercise")
    assert "-42" not in str(shown.body) and "-21" not in str(shown.body)
    assert [one["hidden"] for one in shown.data["cases"]] == [False, True]
    assert (await ask("chen", "GET", f"{here}/exercise/source")).status == 403
    await ask.add("cruz", Role.TEACHER)
    for method, body in (("GET", None), ("PUT", EXERCISE)):
        assert (await ask("cruz", method, f"{here}/exercise/source", body, If_Match="*")).status == 404
    source = await ask("cass", "GET", f"{here}/exercise/source")
    changed = await ask(
        "cass", "PUT", f"{here}/exercise/source", EXERCISE | {"starter": ""}, If_Match=source.headers["ETag"]
    )
    assert changed.status == 200
    stale = await ask("cass", "PUT", f"{here}/exercise/source", EXERCISE, If_Match=source.headers["ETag"])
    assert stale.status == 412
    assert (await ask("cass", "DELETE", f"{here}/exercise")).status == 204
    assert (await ask("chen", "GET", f"{here}/exercise")).status == 404
    assert (await ask("chen", "POST", f"{here}/submit", {"code": "1"})).status == 404


@pytest.mark.parametrize(
    "wrong", [{"cases": []}, {"cases": [EXERCISE["cases"][0]] * 2}, {"cases": EXERCISE["cases"] * 11}, {"starter": "x" * 20_001}]
)  # fmt: skip
async def test_a_wrong_exercise_is_refused(ask: Asking, wrong: dict[str, object]) -> None:
    refused = await ask("admin", "PUT", "/lessons/l/exercise/source", EXERCISE | wrong, If_Match="*")
    assert refused.status == 400


@needs_sandbox
async def test_a_teacher_tries_an_exercise_that_is_not_stored(ask: Asking) -> None:
    await ask.add("cyra", Role.TEACHER)
    await ask.add("cal")
    trial = {"exercise": EXERCISE, "code": "def double(x):\n    return 8"}
    tried = await ask("cyra", "POST", "/exercises/preview", trial)
    assert (tried.status, tried.data["score"]) == (200, 50)
    assert tried.data["cases"][1]["expected"] == "-42", "who writes it sees the hidden ones"
    assert (await ask("cal", "POST", "/exercises/preview", trial)).status == 403
