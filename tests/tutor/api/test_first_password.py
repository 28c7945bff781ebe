"""How the admin of a first run, who came by link, chooses to sign in."""

from lms_core.people import Role
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import House
from tests.tutor.api.house import house as house
from tutor.clients import COOKIE, Client

_CHOSEN = {"name": "Ann", "email": "Ann@example.org", "password": "rain on the roof"}
_PATH = "/auth/first-password"


async def test_an_admin_who_came_by_link_chooses_once_how_to_sign_in(house: House) -> None:
    boss = await house.server.stores.accounts.add_person("Admin", Role.ADMIN)
    cookies = {COOKIE: await house.server.auth.cookie_for(boss.id, Client())}

    async def choose(**changed: str) -> int:
        async with house.http.post(f"/api/v1{_PATH}", json=_CHOSEN | changed, cookies=cookies) as answer:
            return answer.status

    assert await choose(password="short") == 400
    assert await choose(email=f"{Role.LEARNER}@example.org") == 409
    assert await choose() == 204
    assert await choose(password="sun on the hill") == 403, "it cannot be done again"
    signed_in = await house.log_in("ann@example.org", _CHOSEN["password"])
    assert (signed_in["id"], signed_in["name"]) == (boss.id, "Ann")


async def test_a_first_password_is_noted_as_that_and_a_later_one_as_changed(house: House) -> None:
    accounts, sign_ins = house.server.stores.accounts, house.server.stores.sign_ins
    new = await accounts.add_person("Nina", Role.LEARNER, "nina@example.org")
    boss = await accounts.add_person("Admin", Role.ADMIN)
    await sign_ins.change_password(new.id, "hash", keep=None)
    await sign_ins.change_password(new.id, "other hash", keep=None)
    await sign_ins.first_password(boss.id, "Ann", "ann@example.org", "hash", keep=None)
    status, answer = await house.ask("GET", "/admin/audit?limit=100", by=Role.ADMIN)
    assert status == 200
    passwords = [one for one in answer["data"] if one["act"].startswith("password_")]
    noted = [(one["person_id"], one["act"]) for one in passwords if one["person_id"] in (new.id, boss.id)]
    assert sorted(noted) == sorted(
        [(new.id, "password_set"), (new.id, "password_changed"), (boss.id, "password_set")]
    )


async def test_nobody_else_chooses_so(house: House) -> None:
    for who in (
        Role.LEARNER,
        Role.TEACHER,
        Role.ADMIN,
    ):  # an API key proves no person, and all have passwords
        assert (await house.ask("POST", _PATH, _CHOSEN, by=who))[0] == 403
