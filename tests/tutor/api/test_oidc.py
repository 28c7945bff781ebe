"""Logging in through a real OpenID Connect provider."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lms_core.people import Role, TokenKind
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import PASSWORD, House, open_house
from tests.tutor.openid_provider import CLIENT, SECRET, OpenIdProvider, open_provider


@pytest.fixture
async def provider() -> AsyncIterator[OpenIdProvider]:
    async with open_provider() as provider:
        yield provider


@pytest.fixture
async def house(tmp_path: Path, sqlite_template: Path, provider: OpenIdProvider) -> AsyncIterator[House]:
    async with open_house(tmp_path, sqlite_template, **registered(provider)) as house:
        house.server.address = str(house.http.make_url("")).rstrip("/")
        yield house


def registered(provider: OpenIdProvider) -> dict[str, Any]:
    return {"oidc_issuer": provider.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}


async def come(house: House, path: str = "/sign-in/oidc") -> tuple[int, str]:
    """Through the provider and back, as a browser goes; the status at the end, and what it says."""
    answer = await house.http.get(path, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    async with house.http.session.get(answer.headers["Location"], allow_redirects=False) as there:
        back = there.headers["Location"]
    answer = await house.http.get(back.removeprefix(house.server.address), allow_redirects=False)
    return answer.status, await answer.text()


async def me(house: House) -> dict[str, Any]:
    status, answer = await house.ask("GET", "/me")
    return dict(answer["data"]) if status == 200 else {}


async def test_who_comes_for_the_first_time_gets_an_account_and_is_known_the_next_time(
    house: House, provider: OpenIdProvider
) -> None:
    assert await come(house) == (303, "")
    first = await me(house)
    assert (first["name"], first["role"], first["email"]) == ("Lena Lang", "learner", "lena@school.org")
    provider.claims = {
        "sub": "u-1",
        "name": "Lena Married",
        "email": "other@school.org",
        "email_verified": True,
    }
    provider.kid = "k2"  # the provider's key has changed
    assert (await come(house))[0] == 303
    assert (await me(house))["id"] == first["id"]


async def test_an_account_made_for_the_address_is_theirs_unless_it_has_a_password(
    house: House, provider: OpenIdProvider
) -> None:
    tara = await house.server.stores.accounts.add_person("Tara", Role.TEACHER, "lena@school.org")
    assert (await come(house))[0] == 303
    assert (await me(house))["id"] == tara.id
    provider.claims |= {"sub": "u-2", "email": "teacher@example.org"}
    status, text = await come(house)
    assert status == 409 and "connect=yes" in text


async def test_who_is_signed_in_connects_their_account_only_when_they_say_so(
    house: House, provider: OpenIdProvider
) -> None:
    provider.claims["email_verified"] = False
    body = {"email": "teacher@example.org", "password": PASSWORD, "keep": "cookie"}
    assert (await house.ask("POST", "/auth/login", body))[0] == 200
    assert (await come(house))[0] == 303
    assert (await me(house))["role"] == "learner"  # a new account: somebody else sat there
    provider.claims["sub"] = "u-2"
    assert (await house.ask("POST", "/auth/login", body))[0] == 200
    assert (await come(house, "/sign-in/oidc?connect=yes"))[0] == 303
    assert (await me(house))["email"] == "teacher@example.org"
    body["email"] = "learner@example.org"
    assert (await house.ask("POST", "/auth/login", body))[0] == 200
    assert (await come(house, "/sign-in/oidc?connect=yes"))[0] == 409


async def test_an_address_that_the_provider_has_not_verified_says_nothing(
    house: House, provider: OpenIdProvider
) -> None:
    await house.server.stores.accounts.add_person("Tara", Role.TEACHER, "lena@school.org")
    provider.claims["email_verified"] = False
    assert (await come(house))[0] == 303
    assert ((await me(house))["role"], (await me(house))["email"]) == ("learner", None)


async def test_where_the_id_token_has_no_address_the_provider_is_asked_for_it(
    house: House, provider: OpenIdProvider
) -> None:
    provider.claims = {"sub": "u-1"}
    provider.userinfo = {"sub": "u-1", "email": "lena@school.org", "email_verified": True}
    assert (await come(house))[0] == 303
    assert (await me(house))["name"] == "lena"
    provider.claims, provider.userinfo = {"sub": "u-2"}, {"sub": "u-3"}
    assert (await come(house))[0] == 401


async def test_who_is_shut_out_stays_out(house: House, provider: OpenIdProvider) -> None:
    assert (await come(house))[0] == 303
    path = f"/admin/users/{(await me(house))['id']}"
    assert (await house.ask("PATCH", path, {"active": False}, by=Role.ADMIN, If_Match="*"))[0] == 200
    assert (await come(house))[0] == 403


async def test_where_strangers_get_no_account_only_those_who_have_one_come_in(
    tmp_path: Path, sqlite_template: Path, provider: OpenIdProvider
) -> None:
    async with open_house(tmp_path, sqlite_template, oidc_sign_up=False, **registered(provider)) as house:
        house.server.address = str(house.http.make_url("")).rstrip("/")
        assert (await come(house))[0] == 403
        await house.server.stores.accounts.add_person("Lena", Role.LEARNER, "lena@school.org")
        assert (await come(house))[0] == 303


@pytest.mark.parametrize(
    ("sign", "change"),
    [
        ("RS256", {"aud": "another client"}),
        ("RS256", {"aud": [CLIENT, "another client"]}),
        ("RS256", {"azp": "another client"}),
        ("RS256", {"iss": "https://evil.example"}),
        ("RS256", {"nonce": "of another login"}),
        ("RS256", {"nonce": None}),
        ("RS256", {"exp": datetime(2020, 1, 1, tzinfo=UTC)}),
        ("RS256", {"iat": datetime.now(UTC) + timedelta(days=1)}),
        ("other key", {}),
        ("HS256", {}),
        ("none", {}),
    ],
)
async def test_an_id_token_that_is_not_for_this_login_is_refused(
    house: House, provider: OpenIdProvider, sign: str, change: dict[str, Any]
) -> None:
    provider.sign, provider.change = sign, change
    assert (await come(house))[0] == 401
    assert not await me(house)


@pytest.mark.parametrize("change", ["other state", "no cookie", "other issuer", "no code", "used code"])
async def test_an_answer_that_belongs_to_no_login_of_this_browser_is_refused(
    house: House, provider: OpenIdProvider, change: str
) -> None:
    answer = await house.http.get("/sign-in/oidc", allow_redirects=False)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    async with house.http.session.get(answer.headers["Location"], allow_redirects=False) as there:
        back = there.headers["Location"].removeprefix(house.server.address)
    path, _, query = back.partition("?")
    parts = dict(part.split("=", 1) for part in query.split("&"))
    match change:
        case "other state":
            parts["state"] = "x"
        case "no cookie":
            house.http.session.cookie_jar.clear()
        case "other issuer":
            parts["iss"] = "https%3A%2F%2Fevil.example"
        case "no code":
            del parts["code"]
        case "used code":
            provider._codes.clear()
    joined = "&".join(f"{name}={value}" for name, value in parts.items())
    assert (await house.http.get(f"{path}?{joined}", allow_redirects=False)).status == 401


async def test_a_provider_that_is_down_is_said_in_a_sentence(tmp_path: Path, sqlite_template: Path) -> None:
    settings = {"oidc_issuer": "http://127.0.0.1:1", "oidc_client_id": "viva"}
    async with open_house(tmp_path, sqlite_template, **settings) as house:
        answer = await house.http.get("/sign-in/oidc", allow_redirects=False)
        assert answer.status == 503 and "provider" in await answer.text()
        german = {"Accept": "text/html", "Accept-Language": "de"}
        answer = await house.http.get("/sign-in/oidc", headers=german, allow_redirects=False)
        assert (answer.status, answer.content_type) == (503, "text/html")
        assert "Die Anmeldung deiner Schule antwortet gerade nicht." in await answer.text()


async def test_without_a_provider_there_is_no_such_page(tmp_path: Path, sqlite_template: Path) -> None:
    async with open_house(tmp_path, sqlite_template) as house:
        assert (await house.http.get("/sign-in/oidc")).status == 404


async def test_an_api_key_in_the_cookies_place_connects_nothing(
    house: House, provider: OpenIdProvider
) -> None:
    key, _ = await house.server.stores.accounts.issue(house.people[Role.ADMIN].id, TokenKind.API_KEY)
    house.http.session.cookie_jar.update_cookies({"viva_session": key}, house.http.make_url(""))
    assert (await come(house, "/sign-in/oidc?connect=yes"))[0] == 303
    assert (await me(house))["role"] == "learner"
