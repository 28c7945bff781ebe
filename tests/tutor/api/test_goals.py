"""Goals and due reviews, asked of a real server."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from lms_core.people import Role
from storage.tables import lesson_progress
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server


async def test_a_goal_is_set_moved_and_reached(ask: Asking) -> None:
    await ask.add("lena")
    made = await ask("lena", "POST", "/me/goals", {"title": "Add fractions", "due_on": "2026-12-24"})
    assert made.status == 201 and made.data["progress"] == 0 and made.data["due_on"] == "2026-12-24"
    path = f"/me/goals/{made.data['id']}"
    moved = await ask("lena", "PATCH", path, {"progress": 60}, If_Match=made.headers["ETag"])
    assert (moved.status, moved.data["progress"]) == (200, 60)
    assert (await ask("lena", "PATCH", path, {"progress": 70}, If_Match=made.headers["ETag"])).status == 412
    done = await ask("lena", "PATCH", path, {"status": "completed"}, If_Match="*")
    assert (done.data["status"], done.data["progress"]) == ("completed", 100) and done.data["ended_at"]
    assert (await ask("lena", "GET", "/me/goals?status=active")).data == []
    assert [one["title"] for one in (await ask("lena", "GET", "/me/goals?status=completed")).data] == [
        "Add fractions"
    ]
    assert (await ask("lena", "DELETE", path)).status == 204
    assert (await ask("lena", "GET", "/me/goals")).data == []


async def test_goals_are_their_owners_alone(ask: Asking) -> None:
    await ask.add("mia")
    await ask.add("noah")
    path = f"/me/goals/{(await ask('mia', 'POST', '/me/goals', {'title': 'Mine'})).data['id']}"
    assert (await ask("noah", "PATCH", path, {"title": "His"}, If_Match="*")).status == 404
    assert (await ask("noah", "DELETE", path)).status == 204
    assert [one["title"] for one in (await ask("mia", "GET", "/me/goals")).data] == ["Mine"]
    assert (await ask("mia", "PATCH", path, {"progress": 101}, If_Match="*")).status == 400
    assert (await ask("mia", "PATCH", path, {"title": "  "}, If_Match="*")).status == 400


async def test_a_completed_lesson_is_due_again_until_it_was_looked_at(ask: Asking) -> None:
    await ask.add("tina", Role.TEACHER)
    learner = await ask.add("leo")
    course = (await ask("tina", "POST", "/courses", {"title": "Fractions"})).data["id"]
    module = (await ask("tina", "POST", f"/courses/{course}/modules", {"title": "One"})).data["id"]
    lesson = (
        await ask("tina", "POST", f"/modules/{module}/lessons", {"title": "Halves", "content": "A half."})
    ).data["id"]
    await ask("tina", "POST", f"/courses/{course}/publish")
    assert (await ask("leo", "PUT", f"/courses/{course}/enrollment")).status < 300
    done = await ask("leo", "POST", f"/lessons/{lesson}/progress", {"completed": True})
    assert done.status == 200 and done.data["review_at"]
    assert (await ask("leo", "GET", "/me/reviews")).data == []
    past = datetime.now(UTC) - timedelta(days=2)
    async with ask.database.write() as connection:
        mine = lesson_progress.c.person_id == learner
        await connection.execute(update(lesson_progress).where(mine).values(review_at=past))
    (due,) = (await ask("leo", "GET", "/me/reviews")).data
    assert (due["title"], due["course_title"]) == ("Halves", "Fractions")
    assert (await ask("tina", "GET", "/me/reviews")).data == []
    await ask("leo", "POST", f"/lessons/{lesson}/progress", {"seconds": 90})
    assert (await ask("leo", "GET", "/me/reviews")).data == []
