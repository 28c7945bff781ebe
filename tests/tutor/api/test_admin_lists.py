"""Lists for admins: plans in use, everybody's content, feedback, the audit log as a table."""

import csv
import io
from typing import Any

from lms_core.people import Role, TokenKind
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import House
from tests.tutor.api.house import house as house

MAX = {"name": "Max", "subject": "maths", "topic": "sums"}


async def made(house: House, path: str, body: Any, by: Role) -> Any:
    status, answer = await house.ask("POST", path, body, by=by)
    assert status == 201, answer
    return answer["data"]


async def test_plans_say_who_is_on_them_and_who_has_nothing_left(house: House) -> None:
    for _ in range(3):
        await made(house, "/companions", MAX, Role.LEARNER)
    _, plans = await house.ask("GET", "/admin/plans", by=Role.ADMIN)
    assert [(one["plan"], one["people"]) for one in plans["data"]] == [("free", 2), ("core", 0), ("pro", 0)]
    _, full = await house.ask("GET", "/admin/plans/used-up", by=Role.ADMIN)
    assert [(one["name"], one["quota"], one["used"]) for one in full["data"]] == [
        ("The learner", "companions", 3)
    ]
    for path in ("/admin/plans", "/admin/plans/used-up"):
        assert (await house.ask("GET", path, by=Role.TEACHER))[0] == 403


async def test_everything_is_everything_one_may_see(house: House) -> None:
    draft = (await made(house, "/companions", MAX, Role.LEARNER))["id"]
    course = (await made(house, "/courses", {"title": "Light"}, Role.TEACHER))["id"]
    for path, one in (("/companions", draft), ("/courses", course)):
        _, all_ = await house.ask("GET", f"{path}?everything=true&limit=100", by=Role.ADMIN)
        _, published = await house.ask("GET", f"{path}?limit=100", by=Role.ADMIN)
        assert one in [each["id"] for each in all_["data"]]
        assert one not in [each["id"] for each in published["data"]]
    _, teachers = await house.ask("GET", "/companions?everything=true&limit=100", by=Role.TEACHER)
    assert draft not in [each["id"] for each in teachers["data"]]
    _, learners = await house.ask("GET", "/courses?everything=true&limit=100", by=Role.LEARNER)
    assert course not in [each["id"] for each in learners["data"]]


async def test_feedback_of_all_my_courses_names_who_said_it(house: House) -> None:
    course = (await made(house, "/courses", {"title": "Light"}, Role.TEACHER))["id"]
    module = (await made(house, f"/courses/{course}/modules", {"title": "One"}, Role.TEACHER))["id"]
    lesson = (await made(house, f"/modules/{module}/lessons", {"title": "Rays"}, Role.TEACHER))["id"]
    await house.ask("POST", f"/courses/{course}/publish", by=Role.TEACHER)
    await house.ask("PUT", f"/courses/{course}/enrollment", by=Role.LEARNER)
    said = {"rating": 2, "comment": "Too fast."}
    assert (await house.ask("PUT", f"/lessons/{lesson}/feedback", said, by=Role.LEARNER))[0] == 200
    for by in (Role.TEACHER, Role.ADMIN):
        _, found = await house.ask("GET", "/feedback", by=by)
        assert [(one["name"], one["lesson_title"], one["rating"]) for one in found["data"]] == [
            ("The learner", "Rays", 2)
        ]
    other = await house.server.stores.accounts.add_person("Other", Role.TEACHER)
    house.keys[Role.LEARNER], _ = await house.server.stores.accounts.issue(other.id, TokenKind.API_KEY)
    assert (await house.ask("GET", "/feedback", by=Role.LEARNER))[1]["data"] == []


async def test_the_audit_log_comes_as_a_table_that_a_filter_narrows(house: House) -> None:
    await house.ask("POST", "/auth/invitations", {}, by=Role.TEACHER)
    head = {"Authorization": f"Bearer {house.keys[Role.ADMIN]}"}
    answer = await house.http.get("/api/v1/admin/audit/export", headers=head)
    rows = list(csv.DictReader(io.StringIO(await answer.text())))
    _, listed = await house.ask("GET", "/admin/audit?limit=100", by=Role.ADMIN)
    assert answer.content_type == "text/csv" and len(rows) == listed["metadata"]["total"]
    assert rows[0]["act"] == "invited" and rows[0]["actor_id"] == house.people[Role.TEACHER].id
    some = await house.http.get("/api/v1/admin/audit/export?act=erased", headers=head)
    assert len((await some.text()).splitlines()) == 1
    assert (await house.ask("GET", "/admin/audit/export", by=Role.TEACHER))[0] == 403
