"""Signing up and in over HTTP."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import ANY

import jwt
import pytest

from lms_core.people import Role, TokenKind
from storage.secrets import SigningKeys
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import PASSWORD, House, open_house
from tests.tutor.api.house import house as house

_LENA = {"name": "Lena", "email": "Lena@Example.org", "password": "rain on the roof"}


async def test_a_program_logs_in_asks_refreshes_and_logs_out(house: House) -> None:
    signed_in = await house.log_in(Role.LEARNER)
    tokens = signed_in["tokens"]
    assert (signed_in["name"], signed_in["role"], tokens["expires_in"]) == ("The learner", "learner", 900)
    assert (await house.ask("GET", "/sessions", by=tokens["access_token"]))[0] == 200
    head = {"Authorization": f"Bearer {tokens['access_token']}"}
    realtime = await house.http.post("/v1/realtime/client_secrets", json={}, headers=head)
    assert realtime.status == 200  # the realtime doors know access tokens too
    status, fresh = await house.ask("POST", "/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    assert status == 200
    access = fresh["data"]["access_token"]
    assert (await house.ask("POST", "/auth/logout", by=access))[0] == 204
    assert (await house.ask("GET", "/sessions", by=access))[0] == 401
    assert (await house.ask("GET", "/sessions", by=tokens["access_token"]))[0] == 401
    assert (await house.ask("POST", "/auth/refresh", {"refresh_token": fresh["data"]["refresh_token"]}))[
        0
    ] == 401


async def test_a_reused_refresh_token_ends_the_whole_sign_in(house: House) -> None:
    tokens = (await house.log_in(Role.LEARNER))["tokens"]
    body = {"refresh_token": tokens["refresh_token"]}
    access = (await house.ask("POST", "/auth/refresh", body))[1]["data"]["access_token"]
    assert (await house.ask("GET", "/sessions", by=access))[0] == 200  # and is remembered
    assert (await house.ask("POST", "/auth/refresh", body))[0] == 401
    assert (await house.ask("GET", "/sessions", by=access))[0] == 401


async def test_a_page_gets_a_cookie_that_scripts_cannot_read_and_no_token(house: House) -> None:
    body = {"email": "learner@example.org", "password": PASSWORD, "keep": "cookie"}
    answer = await house.http.post("/api/v1/auth/login", json=body)
    assert (await answer.json())["data"]["tokens"] is None
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert (await house.ask("GET", "/sessions"))[0] == 200  # the client keeps cookies
    assert (await house.ask("POST", "/auth/logout", Origin="https://evil.example"))[0] == 403
    out = await house.http.post("/api/v1/auth/logout")
    assert out.status == 204 and "Max-Age=0" in out.headers["Set-Cookie"]
    assert (await house.ask("GET", "/sessions", Cookie=cookie.split(";")[0]))[0] == 401


async def test_behind_https_the_cookie_is_secure(tmp_path: Path, sqlite_template: Path) -> None:
    async with open_house(tmp_path, sqlite_template, public_url="https://viva.school.org") as house:
        body = {"email": "learner@example.org", "password": PASSWORD, "keep": "cookie"}
        answer = await house.http.post("/api/v1/auth/login", json=body)
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/auth/login", "/auth/sign-up", "/auth/refresh"])
async def test_a_foreign_page_signs_nobody_in(house: House, path: str) -> None:
    assert (await house.ask("POST", path, {}, Origin="https://evil.example"))[0] == 403


async def test_an_unknown_address_and_a_wrong_password_look_alike(house: House) -> None:
    answers = [
        await house.ask("POST", "/auth/login", {"email": f"{who}@example.org", "password": "wrong one"})
        for who in ("learner", "nobody")
    ]
    assert (
        answers[0]
        == answers[1]
        == (401, {"error": ANY, "code": "not_authenticated", "details": {"reason": "wrong_password"}})
    )


async def test_who_has_no_password_cannot_log_in_with_any(house: House) -> None:
    await house.server.stores.accounts.add_person("Ann", Role.LEARNER, "ann@example.org")
    assert (await house.ask("POST", "/auth/login", {"email": "ann@example.org", "password": ""}))[0] == 401


async def test_without_an_invitation_nobody_signs_up_and_with_one_the_role_is_the_invitations(
    house: House,
) -> None:
    assert (await house.ask("POST", "/auth/sign-up", _LENA))[0] == 403
    _, invited = await house.ask("POST", "/auth/invitations", {"role": "teacher"}, by=Role.ADMIN)
    body = {**_LENA, "invitation": invited["data"]["invitation"]}
    status, answer = await house.ask("POST", "/auth/sign-up", body)
    assert (status, answer["data"]) == (200, {"by_letter": False})
    assert (await house.log_in("lena@example.org", "rain on the roof"))["role"] == "teacher"
    assert (await house.ask("POST", "/auth/sign-up", {**body, "email": "ben@example.org"}))[0] == 401


@pytest.mark.parametrize(
    ("by", "role", "status"),
    [(Role.TEACHER, "learner", 201), (Role.TEACHER, "teacher", 403), (Role.LEARNER, "learner", 403)],
)
async def test_nobody_invites_above_themselves(house: House, by: Role, role: str, status: int) -> None:
    assert (await house.ask("POST", "/auth/invitations", {"role": role}, by=by))[0] == status


async def test_an_open_house_takes_all_and_does_not_tell_who_is_there(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with open_house(tmp_path, sqlite_template, sign_up="open") as house:
        first = await house.ask("POST", "/auth/sign-up", _LENA)
        again = {**_LENA, "name": "Imposter", "password": "another long one"}
        assert first == await house.ask("POST", "/auth/sign-up", again)
        assert first[0] == 200
        assert (await house.log_in("lena@example.org", "rain on the roof"))["name"] == "Lena"
        status, _ = await house.ask(
            "POST", "/auth/login", {"email": "lena@example.org", "password": "another long one"}
        )
        assert status == 401
        for email, password in (("ben@example.org", "short"), ("ann@example.org", None)):
            weak = {**_LENA, "email": email, "password": password}
            assert (await house.ask("POST", "/auth/sign-up", weak))[0] == 400
        assert (await house.ask("POST", "/auth/sign-up", {**_LENA, "email": "nobody"}))[0] == 400


async def test_a_closed_house_takes_nobody(tmp_path: Path, sqlite_template: Path) -> None:
    async with open_house(tmp_path, sqlite_template, sign_up="closed") as house:
        _, invited = await house.ask("POST", "/auth/invitations", {}, by=Role.ADMIN)
        body = {**_LENA, "invitation": invited["data"]["invitation"]}
        assert (await house.ask("POST", "/auth/sign-up", body))[0] == 403


async def test_a_changed_password_ends_the_other_sign_ins(house: House) -> None:
    here, there = [(await house.log_in(Role.LEARNER))["tokens"]["access_token"] for _ in range(2)]
    assert (await house.ask("GET", "/sessions", by=there))[0] == 200
    change = {"current": PASSWORD, "new": "rain on the roof"}
    assert (await house.ask("POST", "/auth/password", {**change, "current": "wrong"}, by=here))[0] == 403
    assert (await house.ask("POST", "/auth/password", {"new": "rain on the roof"}, by=here))[0] == 403
    assert (await house.ask("POST", "/auth/password", {**change, "new": "short"}, by=here))[0] == 400
    assert (await house.ask("POST", "/auth/password", change, by=here))[0] == 204
    assert (await house.ask("GET", "/sessions", by=here))[0] == 200
    assert (await house.ask("GET", "/sessions", by=there))[0] == 401
    assert (await house.log_in("learner@example.org", "rain on the roof"))["tokens"]


async def test_who_came_by_link_sets_a_first_password_but_their_api_key_cannot(house: House) -> None:
    ann = await house.server.stores.accounts.add_person("Ann", Role.LEARNER, "ann@example.org")
    key, _ = await house.server.stores.accounts.issue(ann.id, TokenKind.API_KEY)
    cookie, _ = await house.server.stores.accounts.issue(ann.id, TokenKind.BROWSER)
    new = {"new": "rain on the roof"}
    assert (await house.ask("POST", "/auth/password", new, by=key))[0] == 403
    assert (await house.ask("POST", "/auth/password", new, Cookie=f"viva_session={cookie}"))[0] == 204
    await house.log_in("ann@example.org", "rain on the roof")


async def test_an_api_key_cannot_log_out(house: House) -> None:
    assert (await house.ask("POST", "/auth/logout", by=Role.LEARNER))[0] == 400
    assert (await house.ask("GET", "/sessions", by=Role.LEARNER))[0] == 200


@pytest.mark.parametrize(
    "change",
    ["other key", "other month", "unsigned", "other issuer", "expired", "other sign-in", "no sign-in"],
)
async def test_a_forged_or_old_access_token_is_refused(house: House, change: str) -> None:
    access = (await house.log_in(Role.LEARNER))["tokens"]["access_token"]
    header = jwt.get_unverified_header(access)
    claims = jwt.decode(access, options={"verify_signature": False})
    secret: bytes | None = await SigningKeys(house.server.database).key(header["kid"])
    algorithm = "HS256"
    match change:
        case "other key":
            secret = b"x" * 64
        case "other month":
            header["kid"] = "access 2026-01"
            secret = await SigningKeys(house.server.database).key(header["kid"])
        case "unsigned":
            secret, algorithm = None, "none"
        case "other issuer":
            claims["iss"] = "evil"
        case "expired":
            claims["exp"] = datetime.now(UTC) - timedelta(seconds=1)
        case "other sign-in":
            claims["sid"] = "0" * 64
        case "no sign-in":
            del claims["sid"]
    forged = jwt.encode(claims, secret, algorithm, headers={"kid": header["kid"]})
    assert (await house.ask("GET", "/sessions", by=access))[0] == 200
    assert (await house.ask("GET", "/sessions", by=forged))[0] == 401


async def test_guessing_is_slowed_for_real_and_unknown_accounts_alike(house: House) -> None:
    for email in ("learner@example.org", "nobody@example.org"):
        answers = []
        for _ in range(12):
            body = {"email": email, "password": "wrong one"}
            async with house.http.post("/api/v1/auth/login", json=body) as answer:
                answers.append((answer.status, answer.headers.get("Retry-After")))
        assert [status for status, _ in answers] == [401] * 10 + [429] * 2
        assert 25 <= int(answers[-1][1] or 0) <= 30
    assert (await house.ask("POST", "/auth/login", {"email": " Learner@example.org", "password": PASSWORD}))[
        0
    ] == 429
    await house.log_in(Role.TEACHER)


async def test_an_address_that_tries_one_account_after_the_other_is_slowed_and_cannot_pretend_to_be_many(
    house: House,
) -> None:
    statuses = []
    for number in range(110):
        body = {"refresh_token": f"rt_{number}"}
        statuses.append(
            (await house.ask("POST", "/auth/refresh", body, X_Forwarded_For=f"192.0.2.{number}"))[0]
        )
    assert statuses[:100] == [401] * 100 and 429 in statuses[100:]


async def test_behind_a_trusted_proxy_learners_count_apart(tmp_path: Path, sqlite_template: Path) -> None:
    async with open_house(tmp_path, sqlite_template, trusted_proxies="127.0.0.1") as house:
        for number in range(110):
            asked = {"X_Forwarded_For": f"198.51.100.7, 192.0.2.{number}"}
            assert (await house.ask("POST", "/auth/refresh", {"refresh_token": "rt_"}, **asked))[0] == 401


async def test_nobody_is_sent_letter_after_letter(house: House) -> None:
    ask = [
        await house.ask("POST", "/auth/password/reset-request", {"email": "learner@example.org"})
        for _ in range(4)
    ]
    assert [status for status, _ in ask] == [204] * 3 + [429]
