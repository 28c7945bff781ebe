"""Forgotten passwords, with a real mail server and without any."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from lms_core.people import Role, TokenKind
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.api.house import House, open_house
from tests.tutor.api.house import house as house
from tests.tutor.mailbox import Mailbox, open_mailbox

_NEW = "rain on the roof"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with open_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
async def mailing(tmp_path: Path, sqlite_template: Path, mailbox: Mailbox) -> AsyncIterator[House]:
    settings = {"smtp_url": f"smtp://{mailbox.url}", "public_url": "https://viva.school.org"}
    async with open_house(tmp_path, sqlite_template, **settings) as house:
        yield house


async def ask_for_reset(house: House, email: str) -> None:
    """Returns when the letter is out, if there is one."""
    assert await house.ask("POST", "/auth/password/reset-request", {"email": email}) == (204, None)
    await house.server.resets._asked.join()


def token_in(text: str) -> str:
    found = re.search(r"/reset#(rst_\S+)", text)
    assert found is not None, text
    return found[1]


async def test_the_link_of_the_letter_sets_a_new_password_once_and_ends_all_sign_ins(
    mailing: House, mailbox: Mailbox
) -> None:
    tokens = (await mailing.log_in(Role.LEARNER))["tokens"]
    await ask_for_reset(mailing, "Learner@Example.org ")
    (letter,) = mailbox.letters
    (text,) = mailbox.texts
    assert (letter["To"], letter["From"]) == ("learner@example.org", "viva@viva.school.org")
    assert "Hello The learner" in text and "https://viva.school.org/reset#rst_" in text
    body = {"token": token_in(text), "new": _NEW}
    assert (await mailing.ask("POST", "/auth/password/reset", {**body, "new": "short"}))[0] == 400
    assert (await mailing.ask("POST", "/auth/password/reset", body))[0] == 204
    await mailing.log_in("learner@example.org", _NEW)
    assert (await mailing.ask("POST", "/auth/password/reset", {**body, "new": "another long one"}))[0] == 401
    assert (await mailing.ask("GET", "/sessions", by=tokens["access_token"]))[0] == 401
    assert (await mailing.ask("POST", "/auth/refresh", {"refresh_token": tokens["refresh_token"]}))[0] == 401
    assert (await mailing.ask("GET", "/sessions", by=Role.LEARNER))[0] == 200  # API keys stay


async def test_a_page_that_sets_a_new_password_is_signed_in_by_it(mailing: House, mailbox: Mailbox) -> None:
    await ask_for_reset(mailing, "learner@example.org")
    body = {"token": token_in(mailbox.texts[0]), "new": _NEW, "keep": "cookie"}
    for token, status, signed_in in (("rst_no", 401, False), (body["token"], 204, True)):
        answer = await mailing.http.post("/api/v1/auth/password/reset", json={**body, "token": token})
        assert (answer.status, "viva_session" in answer.cookies) == (status, signed_in)


async def test_an_unknown_address_gets_the_same_answer_and_no_letter(
    mailing: House, mailbox: Mailbox
) -> None:
    await ask_for_reset(mailing, "nobody@example.org")
    assert not mailbox.letters


async def test_only_the_newest_link_works(mailing: House, mailbox: Mailbox) -> None:
    for _ in range(2):
        await ask_for_reset(mailing, "learner@example.org")
    old, new = map(token_in, mailbox.texts)
    assert (await mailing.ask("POST", "/auth/password/reset", {"token": old, "new": _NEW}))[0] == 401
    assert (await mailing.ask("POST", "/auth/password/reset", {"token": new, "new": _NEW}))[0] == 204


async def test_a_dead_mail_server_stops_nobody_but_this_letter(tmp_path: Path, sqlite_template: Path) -> None:
    async with open_house(tmp_path, sqlite_template, smtp_url="smtp://127.0.0.1:1") as house:
        with capture_logs() as logs:
            for _ in range(2):
                await ask_for_reset(house, "learner@example.org")
    assert [one["event"] for one in logs] == ["reset.failed"] * 2


async def test_without_a_mail_server_the_log_says_so_and_an_admin_gets_the_link(house: House) -> None:
    with capture_logs() as logs:
        await ask_for_reset(house, "learner@example.org")
    (line,) = [one for one in logs if one["event"] == "reset.asked"]
    learner = house.people[Role.LEARNER].id
    assert line["person_id"] == learner and "rst_" not in repr(logs)
    assert (await house.ask("POST", f"/admin/users/{learner}/reset-link", by=Role.TEACHER))[0] == 403
    assert (await house.ask("POST", "/admin/users/pers_nobody/reset-link", by=Role.ADMIN))[0] == 404
    status, answer = await house.ask("POST", f"/admin/users/{learner}/reset-link", by=Role.ADMIN)
    assert status == 201
    body = {"token": token_in(answer["data"]["link"]), "new": _NEW}
    assert (await house.ask("POST", "/auth/password/reset", body))[0] == 204


@pytest.mark.parametrize("kind", [TokenKind.API_KEY, TokenKind.SIGN_IN, TokenKind.INVITATION])
async def test_no_other_token_sets_a_password(house: House, kind: TokenKind) -> None:
    value, _ = await house.server.stores.accounts.issue(house.people[Role.LEARNER].id, kind)
    assert (await house.ask("POST", "/auth/password/reset", {"token": value, "new": _NEW}))[0] == 401


async def test_the_page_of_the_link_is_there(house: House) -> None:
    answer = await house.http.get("/reset")
    assert answer.status == 200 and "/static/reset.js" in await answer.text()


async def test_where_letters_are_sent_who_was_not_invited_proves_the_address_by_one(
    tmp_path: Path, sqlite_template: Path, mailbox: Mailbox
) -> None:
    async with open_house(
        tmp_path, sqlite_template, smtp_url=f"smtp://{mailbox.url}", sign_up="open"
    ) as house:
        answers = []
        for email in ("new@example.org", "learner@example.org"):
            new = {"name": "Imposter", "email": email, "password": "rain on the roof"}
            answers.append(await house.ask("POST", "/auth/sign-up", new))
        assert answers[0] == answers[1] == (200, {"data": {"by_letter": True}, "metadata": {}})
        await house.server.resets._asked.join()
        assert [letter["To"] for letter in mailbox.letters] == ["new@example.org", "learner@example.org"]
        assert "Imposter" not in "".join(mailbox.texts)  # a name can say anything, and it is not theirs yet
        login = {"email": "new@example.org", "password": "rain on the roof"}
        assert (await house.ask("POST", "/auth/login", login))[0] == 401
        body = {"token": token_in(mailbox.texts[0]), "new": _NEW}
        assert (await house.ask("POST", "/auth/password/reset", body))[0] == 204
        assert (await house.ask("POST", "/auth/login", login))[0] == 200
        assert (await house.log_in(Role.LEARNER))["name"] == "The learner"  # untouched
