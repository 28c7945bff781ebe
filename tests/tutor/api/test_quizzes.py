"""A quiz from its making to its result, asked of a real server."""

import json

import pytest

from lms_core.people import Role
from tests.tutor.api.asking import Answer, Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server
from tests.tutor.api.test_courses import course_of

ITEMS = [
    {"kind": "numeric", "question": "3 + 4?", "answer": "7", "explanation": "Count on from three."},
    {"kind": "multiple_answer", "question": "Metals?", "choices": ["iron", "neon", "gold"], "answers": ["iron", "gold"]},
    {"kind": "ordering", "question": "In order?", "answers": ["cats", "dogs", "birds"], "points": 2},
    {"kind": "matching", "question": "Sounds?", "pairs": [["cats", "meow"], ["dogs", "woof"]]},
    {"kind": "cloze", "question": "___ and ___ are gases.", "answers": ["neon", "helium|He"]},
    {"kind": "true_false", "question": "Plants need light.", "answer": "true"},
]  # fmt: skip


async def quiz_of(ask: Asking, teacher: str, learner: str, **settings: object) -> str:
    """The path of a quiz with all of ITEMS, in a course that the learner takes."""
    await ask.add(teacher, Role.TEACHER)
    await ask.add(learner)
    here, (lesson,) = await course_of(ask, teacher, "only")
    assert (await ask(learner, "PUT", f"{here}/enrollment")).status in (200, 201)
    made = await ask(teacher, "POST", f"/lessons/{lesson}/quiz", {"title": "Check"} | settings)
    assert made.status == 201
    assert (await ask(learner, "GET", f"/lessons/{lesson}/quiz")).data == made.data
    assert (await ask(teacher, "POST", f"/lessons/{lesson}/quiz", {"title": "Second"})).status == 409
    put = await ask(teacher, "PUT", f"/quizzes/{made.data['id']}/items", {"items": ITEMS}, If_Match="*")
    assert put.status == 200, put.body
    return f"/quizzes/{made.data['id']}"


def secrets_in(answer: Answer) -> list[str]:
    text = json.dumps(answer.body)
    return [
        word
        for word in ("Count on", 'right_answer": "', "helium|He", "first cats", '"correct"')
        if word in text
    ]


async def test_a_learner_takes_a_quiz_and_learns_the_answers_after_it(ask: Asking) -> None:
    here = await quiz_of(ask, "quentin", "quinn")
    shown = await ask("quinn", "GET", here)
    assert [one["kind"] for one in shown.data["items"]] == [one["kind"] for one in ITEMS]
    assert not secrets_in(shown)
    assert (await ask("quinn", "GET", f"{here}/items")).status == 403
    started = await ask("quinn", "POST", f"{here}/attempts")
    assert started.status == 201 and started.data["passed"] is None and not secrets_in(started)
    attempt = f"/attempts/{started.data['id']}"
    options = {one["question"]: one["options"] for one in started.data["items"]}
    ids = [one["id"] for one in started.data["items"]]
    answers: list[dict[str, object]] = [
        {"text": "um, seven"}, {"places": [0]},
        {"places": [options["In order?"].index(one) for one in ("cats", "dogs", "birds")]},
        {"text": "cats go with meow and dogs with woof"}, {"texts": ["neon", "He"]},
    ]  # fmt: skip
    for item_id, answer in zip(ids, answers, strict=False):
        given = await ask("quinn", "PUT", f"{attempt}/answers/{item_id}", answer)
        assert given.status == 204, given.body
    assert not secrets_in(await ask("quinn", "GET", attempt))
    done = await ask("quinn", "POST", f"{attempt}/submit")
    assert [one["result"]["score"] for one in done.data["items"]] == [1, 0.5, 1, 1, 1, 0]
    assert (done.data["score"], done.data["passed"]) == (79, True)
    assert done.data["items"][0]["result"]["explanation"] == "Count on from three."
    assert done.data["items"][2]["result"]["right_answer"] == "first cats, then dogs, then birds"
    assert (await ask("quinn", "PUT", f"{attempt}/answers/{ids[0]}", {"text": "7"})).status == 409
    listed = await ask("quinn", "GET", f"{here}/attempts")
    assert [one["score"] for one in listed.data] == [79]
    assert (await ask("quinn", "GET", "/me/xp")).data["xp"] == 30 + 200 + 40


async def test_only_the_author_changes_a_quiz(ask: Asking) -> None:
    here = await quiz_of(ask, "tessa", "liam", max_attempts=1, time_limit_seconds=600)
    await ask.add("other", Role.TEACHER)
    items = await ask("tessa", "GET", f"{here}/items")
    assert items.data["items"][1]["answers"] == ["iron", "gold"]
    for who, status in (("other", 404), ("liam", 403)):
        assert (await ask(who, "GET", f"{here}/items")).status == status
        assert (await ask(who, "DELETE", here)).status == status
        assert (await ask(who, "PUT", f"{here}/items", {"items": []}, If_Match="*")).status == status
    assert (await ask("other", "GET", here)).status == 404
    tag = (await ask("tessa", "GET", f"{here}/settings")).headers["ETag"]
    changed = await ask("tessa", "PATCH", f"{here}/settings", {"pass_percent": 90}, If_Match=tag)
    assert changed.data["pass_percent"] == 90 and changed.data["max_attempts"] == 1
    assert (await ask("tessa", "PATCH", f"{here}/settings", {"title": "x"}, If_Match=tag)).status == 412
    fewer = {"items": [{**ITEMS[0], "id": items.data["items"][0]["id"]}]}
    tag = items.headers["ETag"]
    kept = await ask("tessa", "PUT", f"{here}/items", fewer, If_Match=tag)
    assert [one["id"] for one in kept.data["items"]] == [items.data["items"][0]["id"]]
    assert (await ask("tessa", "PUT", f"{here}/items", fewer, If_Match=tag)).status == 412
    started = await ask("liam", "POST", f"{here}/attempts")
    assert started.data["deadline"] is not None
    assert (await ask("liam", "POST", f"/attempts/{started.data['id']}/submit")).status == 200
    assert (await ask("liam", "POST", f"{here}/attempts")).status == 409
    assert (await ask("tessa", "DELETE", here)).status == 204
    assert (await ask("tessa", "GET", here)).status == 404


async def test_a_course_has_quizzes_of_its_own(ask: Asking) -> None:
    await ask.add("tea", Role.TEACHER)
    await ask.add("lex")
    here, _ = await course_of(ask, "tea", "a lesson")
    final = await ask("tea", "POST", f"{here}/quizzes", {"title": "Final"})
    assert final.status == 201
    assert (await ask("lex", "GET", f"{here}/quizzes")).status == 404
    assert (await ask("lex", "GET", f"/quizzes/{final.data['id']}")).status == 404
    await ask("lex", "PUT", f"{here}/enrollment")
    assert (await ask("lex", "GET", f"{here}/quizzes")).data == []
    assert [one["title"] for one in (await ask("tea", "GET", f"{here}/quizzes")).data] == ["Final"]
    await ask("tea", "PUT", f"/quizzes/{final.data['id']}/items", {"items": ITEMS}, If_Match="*")
    assert [one["title"] for one in (await ask("lex", "GET", f"{here}/quizzes")).data] == ["Final"]
    assert (await ask("lex", "GET", f"/quizzes/{final.data['id']}")).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "multiple_choice", "question": "?", "answer": "x", "choices": ["a", "b"]},
        {"kind": "cloze", "question": "no gap", "answers": ["a"]}, {"kind": "poem", "question": "?"},
        {"kind": "numeric", "question": "?", "answer": "many"}, {"kind": "short_answer", "question": " ", "answer": "a"},
    ],
)  # fmt: skip
async def test_an_item_that_nobody_could_answer_is_refused(ask: Asking, wrong: dict[str, object]) -> None:
    here, _ = await course_of(ask, "admin", "a lesson")
    quiz = (await ask("admin", "POST", f"{here}/quizzes", {"title": "Q"})).data["id"]
    refused = await ask("admin", "PUT", f"/quizzes/{quiz}/items", {"items": [wrong]}, If_Match="*")
    assert refused.status == 400


@pytest.mark.parametrize("wrong", [{}, {"text": "a", "places": [0]}, {"places": [99]}, {"text": None}])
async def test_an_answer_is_one_of_three(ask: Asking, wrong: dict[str, object]) -> None:
    assert (await ask("admin", "PUT", "/attempts/a/answers/b", wrong)).status == 400


async def test_every_item_that_nobody_could_answer_is_told(ask: Asking) -> None:
    here = await quiz_of(ask, "wanda", "wil")
    items = [
        ITEMS[0],
        {"kind": "numeric", "question": "?", "answer": "many"},
        {"kind": "cloze", "question": "___"},
    ]
    put = await ask("wanda", "PUT", f"{here}/items", {"items": items}, If_Match="*")
    assert put.status == 400
    assert [one["field"] for one in put.body["details"]["fields"]] == ["items.1", "items.2"]


async def test_a_teacher_tries_what_a_learner_might_say(ask: Asking) -> None:
    await ask.add("tara", Role.TEACHER)
    await ask.add("lou")
    for said, verdict in [("um, I think seven", "right"), ("eight", "wrong"), ("I don't know", "unsure")]:
        tried = await ask("tara", "POST", "/quizzes/preview-answer", {"item": ITEMS[0], "said": said})
        assert (tried.status, tried.data["verdict"]) == (200, verdict), said
    broken = {"item": {"kind": "true_false", "question": "?", "answer": "perhaps"}, "said": "true"}
    assert (await ask("tara", "POST", "/quizzes/preview-answer", broken)).status == 400
    assert (await ask("lou", "POST", "/quizzes/preview-answer", broken)).status == 403
