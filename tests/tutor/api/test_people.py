"""People and the audit log over HTTP, for admins and nobody else."""

import pytest

from lms_core.people import Role
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import PASSWORD, House
from tests.tutor.api.house import house as house


@pytest.mark.parametrize("by", [Role.LEARNER, Role.TEACHER])
async def test_nobody_but_admins_sees_people_or_the_log(house: House, by: Role) -> None:
    learner = house.people[Role.LEARNER].id
    for path in ("/admin/users", f"/admin/users/{learner}", "/admin/audit"):
        assert (await house.ask("GET", path, by=by))[0] == 403
    assert (await house.ask("PATCH", f"/admin/users/{learner}", {"role": "admin"}, by=by))[0] == 403


async def test_an_admin_finds_somebody_and_makes_them_a_teacher_at_once(house: House) -> None:
    _, found = await house.ask("GET", "/admin/users?search=LEARNER@&role=learner", by=Role.ADMIN)
    assert found["metadata"]["total"] == 1
    person = found["data"][0]
    assert person["name"] == "The learner" and person["active"] is True and "password" not in person
    path = f"/admin/users/{person['id']}"
    assert (await house.ask("GET", "/companions", by=Role.LEARNER))[0] == 200  # remembered from here on
    assert (await house.ask("PATCH", path, {"role": "teacher"}, by=Role.ADMIN))[0] == 428
    tag = (
        await house.http.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {house.keys[Role.ADMIN]}"})
    ).headers["ETag"]
    status, changed = await house.ask("PATCH", path, {"role": "teacher"}, by=Role.ADMIN, If_Match=tag)
    assert (status, changed["data"]["role"]) == (200, "teacher")
    assert (await house.ask("PATCH", path, {"role": "admin"}, by=Role.ADMIN, If_Match=tag))[0] == 412
    assert (await house.ask("POST", "/auth/invitations", {}, by=Role.LEARNER))[0] == 201  # a teacher now


async def test_who_is_shut_out_is_out_at_once(house: House) -> None:
    learner = house.people[Role.LEARNER].id
    access = (await house.log_in(Role.LEARNER))["tokens"]["access_token"]
    assert (await house.ask("GET", "/sessions", by=access))[0] == 200
    out = {"active": False}
    assert (await house.ask("PATCH", f"/admin/users/{learner}", out, by=Role.ADMIN, If_Match="*"))[0] == 200
    assert (await house.ask("GET", "/sessions", by=access))[0] == 401
    assert (await house.ask("GET", "/sessions", by=Role.LEARNER))[0] == 401
    body = {"email": "learner@example.org", "password": PASSWORD}
    assert (await house.ask("POST", "/auth/login", body))[0] == 401


async def test_the_last_admin_cannot_leave(house: House) -> None:
    admin = house.people[Role.ADMIN].id
    for change in ({"role": "learner"}, {"active": False}):
        status, answer = await house.ask(
            "PATCH", f"/admin/users/{admin}", change, by=Role.ADMIN, If_Match="*"
        )
        assert (status, answer["code"]) == (409, "conflict")


async def test_the_log_tells_who_did_it_from_where_and_no_secret(house: House) -> None:
    await house.log_in(Role.LEARNER)
    _, invited = await house.ask("POST", "/auth/invitations", {"role": "learner"}, by=Role.TEACHER)
    _, log = await house.ask("GET", "/admin/audit", by=Role.ADMIN)
    newest, before = log["data"][0], log["data"][1]
    assert (newest["act"], newest["actor_id"], newest["address"]) == (
        "invited", house.people[Role.TEACHER].id, "127.0.0.1",
    )  # fmt: skip
    assert (before["act"], before["actor_id"]) == ("logged_in", house.people[Role.LEARNER].id)
    assert invited["data"]["invitation"] not in repr(log) and PASSWORD not in repr(log)
    _, some = await house.ask("GET", "/admin/audit?act=invited&since=2020-01-01T00:00:00Z", by=Role.ADMIN)
    assert some["metadata"]["total"] == 1
    assert (await house.ask("GET", "/admin/audit?since=2020-01-01", by=Role.ADMIN))[0] == 400


async def test_an_admin_adds_somebody_who_then_chooses_a_password(house: House) -> None:
    new = {"name": " Nora ", "email": "Nora@Example.org", "role": "teacher"}
    status, added = await house.ask("POST", "/admin/users", new, by=Role.ADMIN)
    assert (status, added["data"]["name"], added["data"]["email"]) == (201, "Nora", "nora@example.org")
    assert (await house.ask("POST", "/admin/users", new, by=Role.ADMIN))[0] == 409
    assert (await house.ask("POST", "/admin/users", {**new, "email": "nobody"}, by=Role.ADMIN))[0] == 400
    assert (await house.ask("POST", "/admin/users", new, by=Role.TEACHER))[0] == 403
    path = f"/admin/users/{added['data']['id']}"
    token = (await house.ask("POST", f"{path}/reset-link", by=Role.ADMIN))[1]["data"]["link"].split("#")[1]
    body = {"token": token, "new": "rain on the roof"}
    assert (await house.ask("POST", "/auth/password/reset", body))[0] == 204
    assert (await house.log_in("nora@example.org", "rain on the roof"))["role"] == "teacher"


async def test_a_changed_address_takes_the_old_reset_links_with_it_and_belongs_to_one_person(
    house: House,
) -> None:
    path = f"/admin/users/{house.people[Role.LEARNER].id}"
    token = (await house.ask("POST", f"{path}/reset-link", by=Role.ADMIN))[1]["data"]["link"].split("#")[1]
    taken = {"email": "Teacher@example.org"}
    assert (await house.ask("PATCH", path, taken, by=Role.ADMIN, If_Match="*"))[0] == 409
    change = {"name": "Lena", "email": "lena@example.org"}
    assert (await house.ask("PATCH", path, change, by=Role.ADMIN, If_Match="*"))[0] == 200
    assert (await house.log_in("lena@example.org"))["name"] == "Lena"
    body = {"token": token, "new": "rain on the roof"}
    assert (await house.ask("POST", "/auth/password/reset", body))[0] == 401
    _, log = await house.ask("GET", "/admin/audit?act=address_changed", by=Role.ADMIN)
    assert log["metadata"]["total"] == 1 and "lena" not in repr(log).lower()
