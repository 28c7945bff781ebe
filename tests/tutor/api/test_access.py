"""Sign-ins, API keys with scopes, and phone tokens."""

from typing import Any

import pytest

from lms_core.errors import NotPermitted
from lms_core.people import Permission, Principal, Role, TokenKind, granted
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import House
from tests.tutor.api.house import house as house


async def made(house: House, by: Role | str, **key: Any) -> str:
    status, answer = await house.ask("POST", "/me/api-keys", {"name": "test key", **key}, by=by)
    assert status == 201, answer
    return str(answer["data"]["value"])


async def test_i_see_where_i_am_signed_in_and_end_one_or_all_others(house: House) -> None:
    here, there, away = [(await house.log_in(Role.LEARNER))["tokens"]["access_token"] for _ in range(3)]
    await house.log_in(Role.TEACHER)
    _, answer = await house.ask("GET", "/me/sign-ins", by=here)
    assert answer["metadata"]["total"] == 3 and [one["current"] for one in answer["data"]].count(True) == 1
    assert answer["data"][0]["address"] == "127.0.0.1" and "aiohttp" in answer["data"][0]["device"]
    _, seen = await house.ask("GET", "/me/sign-ins", by=there)
    (its_id,) = [one["id"] for one in seen["data"] if one["current"]]
    assert (await house.ask("DELETE", f"/me/sign-ins/{its_id}", by=Role.TEACHER))[0] == 404
    assert (await house.ask("DELETE", f"/me/sign-ins/{its_id}", by=here))[0] == 204
    assert (await house.ask("DELETE", f"/me/sign-ins/{its_id}", by=here))[0] == 404
    assert (await house.ask("GET", "/me/sign-ins", by=there))[0] == 401
    assert (await house.ask("DELETE", "/me/sign-ins", by=here))[0] == 204
    assert (await house.ask("GET", "/me/sign-ins", by=away))[0] == 401
    assert (await house.ask("GET", "/me/sign-ins", by=here))[1]["metadata"]["total"] == 1


async def test_a_key_is_shown_once_and_opens_until_it_is_revoked(house: House) -> None:
    value = await made(house, Role.LEARNER, expires_in_days=1)
    status, answer = await house.ask("GET", "/me/api-keys", by=value)
    (key,) = [one for one in answer["data"] if one["name"] == "test key"]
    assert status == 200 and value not in repr(answer) and key["scopes"] is None and key["expires_at"]
    assert (await house.ask("DELETE", f"/me/api-keys/{key['id']}", by=Role.TEACHER))[0] == 404
    assert (await house.ask("DELETE", f"/me/api-keys/{key['id']}", by=value))[0] == 204
    assert (await house.ask("GET", "/me/api-keys", by=value))[0] == 401


async def test_a_key_may_what_its_scopes_say_and_passes_on_no_more(house: House) -> None:
    value = await made(house, Role.TEACHER, scopes=["browse", "own_account"])
    assert (await house.ask("GET", "/companions", by=value))[0] == 200
    status, refusal = await house.ask("GET", "/sessions", by=value)
    assert status == 403 and "one that has the scope 'learn'" in refusal["error"]
    child = await made(house, value)
    assert (await house.ask("GET", "/sessions", by=child))[0] == 403
    wider = {"name": "wider", "scopes": ["learn"]}
    assert (await house.ask("POST", "/me/api-keys", wider, by=value))[0] == 403
    assert (await house.ask("POST", "/me/api-keys", {"name": "x", "scopes": ["fly"]}, by=value))[0] == 400


async def test_a_key_that_opens_no_talks_makes_no_phone_token(house: House) -> None:
    value = await made(house, Role.LEARNER, scopes=["own_account"])
    status, refusal = await house.ask("POST", "/me/api-keys", {"name": "x", "kind": "phone"}, by=value)
    assert status == 403 and "'learn'" in refusal["error"]


async def test_who_lacks_the_role_is_told_so(house: House) -> None:
    status, refusal = await house.ask("GET", "/admin/audit", by=Role.TEACHER)
    assert status == 403 and "not for the role 'teacher'" in refusal["error"]


async def test_no_scope_lifts_a_role(house: House) -> None:
    wish = {"name": "x", "scopes": ["manage_people"]}
    assert (await house.ask("POST", "/me/api-keys", wish, by=Role.TEACHER))[0] == 403


@pytest.mark.parametrize("key", [{"kind": "phone"}, {"scopes": ["browse", "own_account"]}])
async def test_who_may_not_learn_makes_no_client_secret(house: House, key: dict[str, Any]) -> None:
    value = await made(house, Role.LEARNER, **key)
    head = {"Authorization": f"Bearer {value}"}
    answer = await house.http.post("/v1/realtime/client_secrets", json={}, headers=head)
    assert answer.status == 403


async def test_a_phone_token_opens_nothing_of_the_rest_api_and_no_page(house: House) -> None:
    value = await made(house, Role.LEARNER, kind="phone")
    assert value.startswith("ph_")
    assert (await house.ask("GET", "/companions", by=value))[0] == 403
    head = {"Authorization": f"Bearer {value}"}
    assert (await house.http.get("/leaderboard", headers=head)).status == 403  # nor of the pages


@pytest.mark.parametrize(
    ("has", "wants", "gets"),
    [
        (None, None, None),
        (None, {Permission.LEARN}, {Permission.LEARN}),
        ({Permission.LEARN}, None, {Permission.LEARN}),
        ({Permission.LEARN}, {Permission.BROWSE}, "refused"),
        (None, {Permission.MANAGE_PEOPLE}, "refused"),
        (None, set(), set()),
    ],
)
def test_scopes_only_narrow(has: set[Permission] | None, wants: set[Permission] | None, gets: Any) -> None:
    asker = Principal("p", Role.TEACHER, TokenKind.API_KEY, scopes=None if has is None else frozenset(has))
    wanted = None if wants is None else frozenset(wants)
    if gets == "refused":
        with pytest.raises(NotPermitted):
            granted(asker, wanted)
    else:
        assert granted(asker, wanted) == gets
