"""Companions, asked of a real server by people of every role."""

from typing import Any

import aiohttp
import pytest

from lms_core.people import Role
from storage.sessions import SessionStore
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server

MAX = {"name": "Max Maths", "subject": "maths", "topic": "long division"}


async def test_a_draft_is_its_authors_until_it_is_published(ask: Asking) -> None:
    await ask.add("tina", Role.TEACHER)
    await ask.add("lena")
    made = await ask("tina", "POST", "/companions", MAX)
    assert (made.status, made.data["slug"], made.data["status"]) == (201, "max-maths", "draft")
    assert made.data["author_id"] == ask.ids["tina"]
    here = f"/companions/{made.data['id']}"
    assert (await ask("lena", "GET", here)).status == 404
    assert (await ask("tina", "GET", here)).data == made.data
    assert (await ask("lena", "POST", f"{here}/publish")).status == 403
    assert (await ask("tina", "POST", f"{here}/publish")).data["status"] == "published"
    assert (await ask("lena", "GET", here)).status == 200
    assert (await ask("lena", "DELETE", here)).status == 404
    assert (await ask("tina", "POST", f"{here}/archive")).data["status"] == "archived"
    assert (await ask("lena", "GET", here)).status == 404


async def test_an_edit_changes_only_what_is_sent_and_only_what_was_read(ask: Asking) -> None:
    await ask.add("tom", Role.TEACHER)
    made = await ask("tom", "POST", "/companions", MAX | {"duration_minutes": 30})
    here, tag = f"/companions/{made.data['slug']}", made.headers["ETag"]
    assert (await ask("tom", "PATCH", here, {"name": "Mo"})).status == 428
    edited = await ask("tom", "PATCH", here, {"name": "Mo"}, If_Match=tag)
    assert edited.data == made.data | {"name": "Mo"}
    assert (await ask("tom", "PATCH", here, {"name": "Ma"}, If_Match=tag)).status == 412
    assert (await ask("admin", "PATCH", here, {"topic": "sums"}, If_Match="*")).data["topic"] == "sums"


async def test_a_learners_plan_has_three_companions(ask: Asking) -> None:
    await ask.add("leo")
    made = [await ask("leo", "POST", "/companions", MAX) for _ in range(3)]
    refused = await ask("leo", "POST", f"/companions/{made[0].data['id']}/duplicate")
    assert (refused.status, refused.body["details"]["lifted_by"]) == (402, "core")
    here = f"/companions/{made[0].data['id']}"
    assert (await ask("leo", "DELETE", here)).data == {"outcome": "deleted"}
    assert (await ask("leo", "GET", here)).status == 404
    copy = await ask("leo", "POST", f"/companions/{made[1].data['id']}/duplicate")
    assert (copy.status, copy.data["name"], copy.data["slug"]) == (201, "Max Maths (copy)", "max-maths-copy")
    usage = (await ask("leo", "GET", "/me/usage")).data["quotas"][0]
    assert usage == {"quota": "companions", "used": 3, "limit": 3, "left": 0}


async def test_what_was_talked_with_is_archived_instead_of_deleted(ask: Asking) -> None:
    person_id = await ask.add("lia")
    made = (await ask("lia", "POST", "/companions", MAX)).data
    await SessionStore(ask.database).open("sess_lia", made["id"], person_id, "realtime")
    assert (await ask("lia", "DELETE", f"/companions/{made['id']}")).data == {"outcome": "archived"}
    assert (await ask("lia", "GET", f"/companions/{made['id']}")).data["status"] == "archived"


async def test_lists_are_filtered_searched_and_sorted(ask: Asking) -> None:
    await ask.add("lou")
    for name, subject, topic in (
        ("B", "maths", "circles"),
        ("A", "coding", "loops"),
        ("C", "maths", "loops"),
    ):
        await ask("lou", "POST", "/companions", {"name": name, "subject": subject, "topic": topic})

    async def names(query: str) -> list[str]:
        return [one["name"] for one in (await ask("lou", "GET", f"/companions?mine=true&{query}")).data]

    assert await names("") == ["A", "B", "C"]
    assert await names("sort=-name") == ["C", "B", "A"]
    assert await names("sort=subject") == ["A", "B", "C"]
    assert await names("search=LOOP") == ["A", "C"]
    assert await names("subject=maths") == ["B", "C"]
    assert await names("status=published") == []
    drafts = (await ask("lou", "GET", "/companions?status=draft")).data
    assert {one["author_id"] for one in drafts} == {ask.ids["lou"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "  "}, {"name": "a" * 101}, {"subject": "magic"}, {"topic": ""}, {"duration_minutes": 0},
        {"duration_minutes": 121}, {"language": "klingon!"}, {"speed": 9}, {"voice": "nobody"},
        {"lesson_id": "nothing"}, {"status": "published"},
    ],
)  # fmt: skip
async def test_every_field_is_checked(ask: Asking, wrong: dict[str, Any]) -> None:
    refused = await ask("admin", "POST", "/companions", MAX | wrong)
    assert (refused.status, refused.body["code"]) == (400, "invalid_input")
    assert next(iter(wrong)) in refused.body["error"]


async def test_its_page_shows_a_lesson_to_whom_it_would_teach_it(ask: Asking) -> None:
    """Learners attach companions of their own to lessons of any course that they see: that opens no lesson."""
    await ask.add("tea", Role.TEACHER)
    await ask.add("lia of the class")
    course = (await ask("tea", "POST", "/courses", {"title": "Fractions"})).data["id"]
    module = (await ask("tea", "POST", f"/courses/{course}/modules", {"title": "One"})).data["id"]
    told = {"title": "Halves", "content": "The secret of halves."}
    lesson = (await ask("tea", "POST", f"/modules/{module}/lessons", told)).data["id"]
    assert (await ask("tea", "POST", f"/courses/{course}/publish")).status == 200
    made = await ask("lia of the class", "POST", "/companions", MAX | {"name": "Halves", "lesson_id": lesson})
    assert made.status == 201

    async def page() -> str:
        head = {"Authorization": f"Bearer {ask.keys['lia of the class']}"}
        async with aiohttp.ClientSession(headers=head) as http:
            answer = await http.get(f"{ask.server.url}/companions/{made.data['slug']}")
            assert answer.status == 200
            return await answer.text()

    assert "secret of halves" not in await page()
    assert (await ask("lia of the class", "PUT", f"/courses/{course}/enrollment")).status == 200
    assert "secret of halves" in await page()
