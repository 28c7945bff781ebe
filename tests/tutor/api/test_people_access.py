"""What admins see and end of somebody's access, and invitations that can be taken back."""

import pytest

from lms_core.people import Role
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import House
from tests.tutor.api.house import house as house


async def test_an_admin_signs_somebody_out_everywhere_and_revokes_a_key(house: House) -> None:
    here = f"/admin/users/{house.people[Role.LEARNER].id}"
    access = (await house.log_in(Role.LEARNER))["tokens"]["access_token"]
    _, sign_ins = await house.ask("GET", f"{here}/sign-ins", by=Role.ADMIN)
    _, keys = await house.ask("GET", f"{here}/api-keys", by=Role.ADMIN)
    assert sign_ins["metadata"]["total"] == keys["metadata"]["total"] == 1
    assert (await house.ask("DELETE", f"{here}/sign-ins", by=Role.ADMIN))[0] == 204
    assert (await house.ask("GET", "/sessions", by=access))[0] == 401
    key = f"{here}/api-keys/{keys['data'][0]['id']}"
    assert (await house.ask("GET", "/sessions", by=Role.LEARNER))[0] == 200
    assert (await house.ask("DELETE", key, by=Role.ADMIN))[0] == 204
    assert (await house.ask("DELETE", key, by=Role.ADMIN))[0] == 404
    assert (await house.ask("GET", "/sessions", by=Role.LEARNER))[0] == 401


async def test_an_admin_sees_somebodys_usage_and_takes_their_data_out(house: House) -> None:
    here = f"/admin/users/{house.people[Role.LEARNER].id}"
    await house.ask("PUT", f"{here}/plan", {"plan": "core"}, by=Role.ADMIN)
    _, usage = await house.ask("GET", f"{here}/usage", by=Role.ADMIN)
    assert usage["data"]["plan"] == "core" and usage["data"]["quotas"][0]["left"] == 10
    status, export = await house.ask("GET", f"{here}/export", by=Role.ADMIN)
    assert status == 200 and export["data"]["people"][0]["email"] == "learner@example.org"
    _, log = await house.ask("GET", "/admin/audit?act=exported", by=Role.ADMIN)
    assert log["data"][0]["actor_id"] == house.people[Role.ADMIN].id


@pytest.mark.parametrize("path", ["", "/usage", "/sign-ins", "/api-keys", "/export"])
async def test_nobody_else_sees_it_and_of_nobody_there_is_nothing(house: House, path: str) -> None:
    learner = house.people[Role.LEARNER].id
    assert (await house.ask("GET", f"/admin/users/{learner}{path}", by=Role.TEACHER))[0] == 403
    assert (await house.ask("GET", f"/admin/users/nobody{path}", by=Role.ADMIN))[0] == 404


async def test_who_invites_sees_their_own_and_takes_them_back_and_an_admin_everybodys(house: House) -> None:
    _, made = await house.ask("POST", "/auth/invitations", {"name": "Lena"}, by=Role.TEACHER)
    await house.ask("POST", "/auth/invitations", {"role": "admin"}, by=Role.ADMIN)
    assert made["data"]["link"].endswith(f"/join?invitation={made['data']['invitation']}")
    _, mine = await house.ask("GET", "/auth/invitations", by=Role.TEACHER)
    _, all_ = await house.ask("GET", "/auth/invitations", by=Role.ADMIN)
    assert [(one["name"], one["by_name"]) for one in mine["data"]] == [("Lena", "The teacher")]
    assert [one["role"] for one in all_["data"]] == ["admin", "learner"]
    assert made["data"]["invitation"] not in repr(all_)
    assert (await house.ask("DELETE", f"/auth/invitations/{all_['data'][0]['id']}", by=Role.TEACHER))[
        0
    ] == 404
    assert (await house.ask("DELETE", f"/auth/invitations/{mine['data'][0]['id']}", by=Role.ADMIN))[0] == 204
    body = {
        "name": "Lena",
        "email": "l@example.org",
        "password": "rain on the roof",
        "invitation": made["data"]["invitation"],
    }
    assert (await house.ask("POST", "/auth/sign-up", body))[0] == 401
    assert (await house.ask("GET", "/auth/invitations", by=Role.TEACHER))[1]["data"] == []
    assert (await house.ask("GET", "/auth/invitations", by=Role.LEARNER))[0] == 403
