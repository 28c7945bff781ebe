"""Feedback on lessons, asked of a real server."""

from lms_core.people import Role
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server
from tests.tutor.api.test_courses import course_of


async def test_learners_rate_what_they_may_read_and_its_author_sees_it(ask: Asking) -> None:
    await ask.add("tina", Role.TEACHER)
    await ask.add("tom", Role.TEACHER)
    await ask.add("lena")
    await ask.add("leo")
    here, (first, second) = await course_of(ask, "tina", "one", "two")
    rate = f"/lessons/{first}/feedback"
    assert (await ask("lena", "PUT", rate, {"rating": 4})).status == 404
    for who in ("lena", "leo"):
        await ask(who, "PUT", f"{here}/enrollment")
    assert (await ask("lena", "PUT", rate, {"rating": 6})).status == 400
    await ask("lena", "PUT", rate, {"rating": 2, "comment": "too short"})
    await ask("leo", "PUT", f"/lessons/{second}/feedback", {"rating": 3})
    said = await ask("lena", "PUT", rate, {"rating": 4, "comment": "better"})
    seen = await ask("tina", "GET", f"{here}/feedback")
    assert [(one["name"], one["lesson_title"], one["rating"]) for one in seen.data] == [
        ("lena", "one", 4), ("leo", "two", 3),
    ]  # fmt: skip
    of_first = await ask("admin", "GET", f"{here}/feedback?lesson_id={first}")
    assert [one["comment"] for one in of_first.data] == [said.data["comment"]]
    assert of_first.body["metadata"]["total"] == 1
    assert (await ask("tom", "GET", f"{here}/feedback")).status == 404
    assert (await ask("lena", "GET", f"{here}/feedback")).status == 403
