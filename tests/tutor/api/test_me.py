"""My profile, my data, and deleting my account."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from lms_core.people import Role
from storage.tables import tokens
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import PASSWORD, House
from tests.tutor.api.house import house as house


async def test_i_see_and_change_my_profile(house: House) -> None:
    _, me = await house.ask("GET", "/me", by=Role.LEARNER)
    assert (me["data"]["name"], me["data"]["email"], me["data"]["language"]) == (
        "The learner", "learner@example.org", None,
    )  # fmt: skip
    change = {"name": "Lena", "language": "de-AT"}
    assert (await house.ask("PATCH", "/me", change, by=Role.LEARNER))[0] == 428
    status, changed = await house.ask("PATCH", "/me", change, by=Role.LEARNER, If_Match="*")
    assert status == 200 and changed["data"] == (await house.ask("GET", "/me", by=Role.LEARNER))[1]["data"]
    assert (changed["data"]["name"], changed["data"]["language"]) == ("Lena", "de-AT")
    assert (await house.ask("PATCH", "/me", {"language": None}, by=Role.LEARNER, If_Match="*"))[0] == 200
    assert (await house.ask("GET", "/me", by=Role.LEARNER))[1]["data"]["name"] == "Lena"


@pytest.mark.parametrize(
    "bad", [{"name": " "}, {"name": "\x01"}, {"name": None}, {"language": "Deutsch!"}, {"role": "admin"}]
)
async def test_a_profile_that_is_no_good_is_refused(house: House, bad: dict[str, Any]) -> None:
    assert (await house.ask("PATCH", "/me", bad, by=Role.LEARNER, If_Match="*"))[0] == 400


async def test_my_data_are_mine_and_open_nothing(house: House) -> None:
    await house.log_in(Role.LEARNER)
    head = {"Authorization": f"Bearer {house.keys[Role.LEARNER]}"}
    answer = await house.http.get("/api/v1/me/export", headers=head)
    text = await answer.text()
    assert answer.status == 200 and "attachment" in answer.headers["Content-Disposition"]
    assert "learner@example.org" in text and "teacher@example.org" not in text
    assert "$argon2id$" not in text and "rotation" not in text


async def test_deleting_my_account_needs_a_fresh_sign_in_and_leaves_nothing_to_log_in_with(
    house: House,
) -> None:
    assert (await house.ask("DELETE", "/me", by=Role.LEARNER))[0] == 403  # an API key proves nothing
    access = (await house.log_in(Role.LEARNER))["tokens"]["access_token"]
    async with house.server.database.write() as connection:
        hour_ago = datetime.now(UTC) - timedelta(hours=1)
        await connection.execute(update(tokens).values(created_at=hour_ago))
    assert (await house.ask("DELETE", "/me", by=access))[0] == 403
    access = (await house.log_in(Role.LEARNER))["tokens"]["access_token"]
    events = house.server.settings.data_dir / "events"
    assert (await house.ask("DELETE", "/me", by=access))[0] == 204
    assert (await house.ask("GET", "/me", by=access))[0] == 401
    assert (await house.ask("GET", "/me", by=Role.LEARNER))[0] == 401
    body = {"email": "learner@example.org", "password": PASSWORD}
    assert (await house.ask("POST", "/auth/login", body))[0] == 401
    assert not events.exists() or not list(events.iterdir())


async def test_an_admin_deletes_others_and_nobody_else_does_and_the_last_admin_stays(house: House) -> None:
    learner, admin = house.people[Role.LEARNER].id, house.people[Role.ADMIN].id
    assert (await house.ask("DELETE", f"/admin/users/{learner}", by=Role.TEACHER))[0] == 403
    assert (await house.ask("DELETE", f"/admin/users/{learner}", by=Role.ADMIN))[0] == 204
    assert (await house.ask("DELETE", f"/admin/users/{learner}", by=Role.ADMIN))[0] == 404
    access = (await house.log_in(Role.ADMIN))["tokens"]["access_token"]
    assert (await house.ask("DELETE", "/me", by=access))[0] == 409
    assert (await house.ask("DELETE", f"/admin/users/{admin}", by=Role.ADMIN))[0] == 409
