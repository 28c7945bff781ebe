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


async def test_nobody_else_chooses_so(house: House) -> None:
    for who in (
        Role.LEARNER,
        Role.TEACHER,
        Role.ADMIN,
    ):  # an API key proves no person, and all have passwords
        assert (await house.ask("POST", _PATH, _CHOSEN, by=who))[0] == 403
