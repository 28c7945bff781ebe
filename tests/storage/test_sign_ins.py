"""Sign-ups, refresh tokens and signing keys, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from lms_core.errors import NotAuthenticated
from lms_core.people import Role, TokenKind
from storage.accounts import AccountStore, digest_of
from storage.database import Database
from storage.sign_ins import SignInStore
from storage.tables import people, tokens


@pytest.fixture
def sign_ins(database: Database) -> SignInStore:
    return SignInStore(database)


async def signed_up(sign_ins: SignInStore, email: str, **more: str | None) -> bool:
    return await sign_ins.sign_up("Lena", email, "hash", role=Role.LEARNER, invitation=more.get("invitation"))


async def test_an_address_signs_up_once(sign_ins: SignInStore, database: Database) -> None:
    both = await asyncio.gather(*(signed_up(sign_ins, "lena@example.org") for _ in range(5)))
    assert sorted(both) == [False] * 4 + [True]
    known = await sign_ins.credentials(email="lena@example.org")
    assert known is not None and (known.person.role, known.password) == (Role.LEARNER, "hash")
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(people)) == 1


async def test_an_invitation_gives_its_role_once_even_for_an_address_that_is_taken(
    sign_ins: SignInStore, accounts: AccountStore
) -> None:
    admin = await accounts.add_person("Ada", Role.ADMIN, "ada@example.org")
    invitations = [
        (
            await accounts.issue(
                admin.id, TokenKind.INVITATION, lasts=timedelta(1), config={"role": "teacher"}
            )
        )[0]
        for _ in range(2)
    ]
    assert await signed_up(sign_ins, "tara@example.org", invitation=invitations[0])
    assert not await signed_up(sign_ins, "ada@example.org", invitation=invitations[1])
    known = await sign_ins.credentials(email="tara@example.org")
    assert known is not None and known.person.role is Role.TEACHER
    for value in invitations:
        with pytest.raises(NotAuthenticated):
            await signed_up(sign_ins, "ben@example.org", invitation=value)
    assert await sign_ins.credentials(email="ben@example.org") is None


@pytest.mark.parametrize("change", [{"role": "learner"}, {"deactivated_at": datetime.now(UTC)}])
async def test_an_invitation_of_somebody_who_may_no_longer_invite_is_void(
    sign_ins: SignInStore, accounts: AccountStore, database: Database, change: dict[str, Any]
) -> None:
    teacher = await accounts.add_person("Tara", Role.TEACHER)
    value, _ = await accounts.issue(
        teacher.id, TokenKind.INVITATION, lasts=timedelta(1), config={"role": "learner"}
    )
    async with database.write() as connection:
        await connection.execute(update(people).values(change))
    with pytest.raises(NotAuthenticated):
        await signed_up(sign_ins, "ben@example.org", invitation=value)


async def test_a_refresh_token_changes_with_each_use(sign_ins: SignInStore, accounts: AccountStore) -> None:
    lena = await accounts.add_person("Lena", Role.LEARNER)
    first = await sign_ins.begin(lena.id, device="phone", address="192.0.2.1")
    second = await sign_ins.rotate(first.refresh_token)
    third = await sign_ins.rotate(second.refresh_token)
    assert len({one.refresh_token for one in (first, second, third)}) == 3
    assert {one.sign_in for one in (first, second, third)} == {first.sign_in}
    (kept,) = await accounts.tokens_of(lena.id, TokenKind.REFRESH)
    assert (kept.name, kept.address) == ("phone", "192.0.2.1")


async def test_a_refresh_token_used_twice_ends_the_sign_in_for_both_who_hold_it(
    sign_ins: SignInStore, accounts: AccountStore
) -> None:
    lena = await accounts.add_person("Lena", Role.LEARNER)
    stolen = await sign_ins.begin(lena.id, device="", address="")
    elsewhere = await sign_ins.begin(lena.id, device="", address="")
    fresh = await sign_ins.rotate(stolen.refresh_token)
    for value in (stolen.refresh_token, fresh.refresh_token):
        with pytest.raises(NotAuthenticated):
            await sign_ins.rotate(value)
    with pytest.raises(NotAuthenticated):
        await accounts.authenticate_digest(fresh.sign_in, TokenKind.REFRESH)
    assert await sign_ins.rotate(elsewhere.refresh_token)


async def test_of_many_who_refresh_at_once_at_most_one_goes_on(
    sign_ins: SignInStore, accounts: AccountStore
) -> None:
    lena = await accounts.add_person("Lena", Role.LEARNER)
    begun = await sign_ins.begin(lena.id, device="", address="")
    tries = [sign_ins.rotate(begun.refresh_token) for _ in range(10)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(one, Exception) for one in done) == 1


@pytest.mark.parametrize("bad", ["", "rt_", "rt_x.y", "viva_x", "rt_family"])
async def test_what_is_no_refresh_token_is_refused(sign_ins: SignInStore, bad: str) -> None:
    with pytest.raises(NotAuthenticated):
        await sign_ins.rotate(bad)


async def test_an_expired_sign_in_does_not_go_on(
    sign_ins: SignInStore, accounts: AccountStore, database: Database
) -> None:
    lena = await accounts.add_person("Lena", Role.LEARNER)
    begun = await sign_ins.begin(lena.id, device="", address="")
    async with database.write() as connection:
        await connection.execute(update(tokens).values(expires_at=datetime.now(UTC)))
    with pytest.raises(NotAuthenticated):
        await sign_ins.rotate(begun.refresh_token)


async def test_a_new_password_ends_all_sign_ins_but_the_one_that_set_it(
    sign_ins: SignInStore, accounts: AccountStore
) -> None:
    lena = await accounts.add_person("Lena", Role.LEARNER)
    here, there = [await sign_ins.begin(lena.id, device="", address="") for _ in range(2)]
    cookie, _ = await accounts.issue(lena.id, TokenKind.BROWSER)
    key, _ = await accounts.issue(lena.id, TokenKind.API_KEY)
    await sign_ins.change_password(lena.id, "new hash", keep=here.sign_in)
    assert await sign_ins.rotate(here.refresh_token)
    assert await accounts.authenticate(key, TokenKind.API_KEY)
    with pytest.raises(NotAuthenticated):
        await sign_ins.rotate(there.refresh_token)
    with pytest.raises(NotAuthenticated):
        await accounts.authenticate(cookie, TokenKind.BROWSER)


async def test_a_hash_is_renewed_only_in_place_of_the_one_that_was_checked(sign_ins: SignInStore) -> None:
    await signed_up(sign_ins, "lena@example.org")
    known = await sign_ins.credentials(email="lena@example.org")
    assert known is not None
    await sign_ins.renew_hash(known.person.id, "an older hash", "lost")
    await sign_ins.renew_hash(known.person.id, "hash", "renewed")
    again = await sign_ins.credentials(person_id=known.person.id)
    assert again is not None and again.password == "renewed"


async def test_no_part_of_a_refresh_token_is_stored(
    sign_ins: SignInStore, accounts: AccountStore, database: Database
) -> None:
    lena = await accounts.add_person("Lena", Role.LEARNER)
    begun = await sign_ins.begin(lena.id, device="", address="")
    async with database.read() as connection:
        stored = repr((await connection.execute(text("SELECT * FROM tokens"))).all())
    family, rotation = begun.refresh_token.removeprefix("rt_").split(".")
    assert family not in stored and rotation not in stored and digest_of(rotation) in stored
