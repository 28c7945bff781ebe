"""Courses from the draft to the last lesson, asked of a real server by a teacher and learners."""

import pytest

from lms_core.people import Role
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server

COURSE = {"title": "Light", "tags": [" Physics", "physics"], "objectives": ["see"], "thumbnail": "/light.png"}


async def course_of(ask: Asking, teacher: str, *titles: str) -> tuple[str, list[str]]:
    """A published course's path, and its lessons' ids; in one module."""
    here = f"/courses/{(await ask(teacher, 'POST', '/courses', COURSE)).data['id']}"
    module = (await ask(teacher, "POST", f"{here}/modules", {"title": "First"})).data
    ids = [
        (await ask(teacher, "POST", f"/modules/{module['id']}/lessons", {"title": one, "content": f"*{one}*"})).data["id"]
        for one in titles
    ]  # fmt: skip
    await ask(teacher, "POST", f"{here}/publish")
    return here, ids


async def test_a_draft_is_written_changed_and_published(ask: Asking) -> None:
    await ask.add("tina", Role.TEACHER)
    await ask.add("lena")
    made = await ask("tina", "POST", "/courses", COURSE | {"title": "Shadows"})
    here, tag = f"/courses/{made.data['id']}", made.headers["ETag"]
    assert (made.status, made.data["slug"], made.data["tags"]) == (201, "shadows", ["physics"])
    assert (await ask("tina", "GET", here)).headers["ETag"] == tag
    assert (
        (await ask("lena", "GET", here)).status == (await ask("lena", "GET", f"{here}/outline")).status == 404
    )
    assert (await ask("lena", "POST", "/courses", COURSE)).status == 403
    edited = await ask("tina", "PATCH", here, {"category": "science"}, If_Match=tag)
    assert edited.data == made.data | {"category": "science", "updated_at": edited.data["updated_at"]}
    assert (await ask("tina", "PATCH", here, {"title": "Dark"}, If_Match=tag)).status == 412
    assert (await ask("tina", "POST", f"{here}/publish")).data["published"]
    assert (await ask("tina", "POST", f"{here}/feature")).status == 403
    assert (await ask("admin", "POST", f"{here}/feature")).data["featured"]
    listed = await ask("lena", "GET", "/courses?category=science&tag=physics&featured=true")
    assert [one["id"] for one in listed.data] == [made.data["id"]]
    assert (await ask("tina", "POST", f"{here}/unpublish")).status == 200
    assert (await ask("lena", "GET", here)).status == 404
    assert (await ask("tina", "DELETE", here)).status == 204
    assert (await ask("tina", "GET", here)).status == 404


@pytest.mark.parametrize(
    "wrong",
    [{"title": " "}, {"thumbnail": "javascript:x"}, {"tags": ["x"] * 21}, {"prerequisites": ["none"]}],
)
async def test_a_wrong_course_is_refused(ask: Asking, wrong: dict[str, object]) -> None:
    assert (await ask("admin", "POST", "/courses", COURSE | wrong)).status == 400


async def test_lessons_are_ordered_by_who_saw_the_present_order(ask: Asking) -> None:
    await ask.add("tom", Role.TEACHER)
    here, (first, second) = await course_of(ask, "tom", "one", "two")
    other = (await ask("tom", "POST", f"{here}/modules", {"title": "Second"})).data["id"]
    seen = await ask("tom", "GET", f"{here}/outline")
    module = seen.data["modules"][0]["id"]
    wanted = {"modules": [{"id": other, "lessons": [second]}, {"id": module, "lessons": [first]}]}
    tag = seen.headers["ETag"]
    moved = await ask("tom", "PUT", f"{here}/outline", wanted, If_Match=tag)
    assert [one["lessons"][0]["title"] for one in moved.data["modules"]] == ["two", "one"]
    assert (await ask("tom", "PUT", f"{here}/outline", wanted, If_Match=tag)).status == 412
    wanted["modules"].pop()
    assert (await ask("tom", "PUT", f"{here}/outline", wanted, If_Match="*")).status == 400


async def test_modules_and_lessons_are_changed_and_deleted_by_their_author(ask: Asking) -> None:
    await ask.add("tara", Role.TEACHER)
    await ask.add("tess", Role.TEACHER)
    here, (lesson,) = await course_of(ask, "tara", "one")
    module = (await ask("tara", "GET", f"{here}/outline")).data["modules"][0]["id"]
    for path, change in (
        (f"/modules/{module}", {"title": "M"}),
        (f"/lessons/{lesson}", {"content": "# New"}),
    ):
        assert (await ask("tess", "PATCH", path, change, If_Match="*")).status == 404
        tag = (await ask("tara", "GET", path)).headers["ETag"]
        edited = await ask("tara", "PATCH", path, change, If_Match=tag)
        assert edited.data | change == edited.data
        assert (await ask("tara", "PATCH", path, change, If_Match=tag)).status == 412
    big = {"metadata": {"x": "y" * 20_000}}
    assert (await ask("tara", "PATCH", f"/lessons/{lesson}", big, If_Match="*")).status == 400
    for path in (f"/lessons/{lesson}", f"/modules/{module}"):
        assert (await ask("tess", "DELETE", path)).status == 404
        assert (await ask("tara", "DELETE", path)).status == 204
        assert (await ask("tara", "GET", path)).status == 404


async def test_a_learner_enrolls_learns_and_completes_and_the_teacher_sees_it(ask: Asking) -> None:
    await ask.add("theo", Role.TEACHER)
    learner = await ask.add("lou")
    here, (first, second) = await course_of(ask, "theo", "one", "two")
    assert (await ask("lou", "GET", f"/lessons/{first}")).status == 404
    enrolled = await ask("lou", "PUT", f"{here}/enrollment")
    assert (enrolled.status, enrolled.data["access"]) == (200, "open")
    assert (await ask("lou", "PUT", f"{here}/enrollment")).data == enrolled.data
    assert (await ask("lou", "GET", f"/lessons/{first}")).data["content"] == "*one*"
    opened = await ask("lou", "POST", f"/lessons/{first}/progress", {})
    assert opened.data["status"] == "in_progress"
    done = await ask("lou", "POST", f"/lessons/{first}/progress", {"seconds": 90, "completed": True})
    assert (done.data["status"], done.data["time_spent"]) == ("completed", 90)
    assert (await ask("lou", "GET", f"/lessons/{first}/progress")).data == done.data
    assert (await ask("lou", "POST", f"/lessons/{first}/progress", {"seconds": 10**6})).status == 400
    state = (await ask("lou", "GET", f"{here}/progress")).data
    assert (state["percent"], state["next_lesson"], state["time_spent"]) == (50, second, 90)
    mine = (await ask("lou", "GET", "/me/courses")).data
    assert [one["progress"]["percent"] for one in mine] == [50]
    seen = (await ask("theo", "GET", f"{here}/learners")).data
    assert [(one["name"], one["progress"]["percent"]) for one in seen] == [("lou", 50)]
    assert (await ask("lou", "GET", f"{here}/learners")).status == 403
    assert (await ask("lou", "DELETE", f"{here}/enrollment")).status == 204
    assert (await ask("lou", "GET", f"{here}/progress")).status == 404
    granted = await ask("theo", "PUT", f"{here}/learners/{learner}")
    assert granted.data["access"] == "granted"
    (noted,) = (await ask("admin", "GET", f"/admin/audit?act=enrolled&person_id={learner}")).data
    assert noted["actor_id"] == ask.ids["theo"]
    assert (await ask("theo", "DELETE", f"{here}/learners/{learner}")).status == 204
    assert (await ask("theo", "DELETE", f"{here}/learners/{learner}")).status == 404
