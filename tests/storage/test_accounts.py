"""People and tokens."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from lms_core.errors import Conflict, NotAuthenticated
from lms_core.people import Role, TokenKind
from storage.accounts import AccountStore, digest_of
from storage.database import Database
from storage.tables import tokens


async def test_a_token_tells_who_bears_it(accounts: AccountStore) -> None:
    teacher = await accounts.add_person("Tara", Role.TEACHER, "tara@example.org")
    value, expires = await accounts.issue(teacher.id, TokenKind.API_KEY, name="laptop")
    assert value.startswith("viva_")
    assert expires is None
    principal = await accounts.authenticate(value, TokenKind.BROWSER, TokenKind.API_KEY)
    assert (principal.person_id, principal.role, principal.kind) == (
        teacher.id,
        Role.TEACHER,
        TokenKind.API_KEY,
    )


async def test_the_database_never_holds_a_token_itself(accounts: AccountStore, database: Database) -> None:
    person = await accounts.add_person("Lena", Role.LEARNER)
    value, _ = await accounts.issue(
        person.id, TokenKind.CLIENT_SECRET, lasts=timedelta(minutes=1), config={"a": 1}
    )
    async with database.read() as connection:
        rows = (await connection.execute(text("SELECT * FROM tokens"))).all()
    assert value not in repr(rows)
    assert rows[0].digest == digest_of(value)


@pytest.mark.parametrize("how", ["unknown", "another kind", "expired", "spent", "revoked", "withdrawn"])
async def test_a_token_that_is_no_good_is_refused(accounts: AccountStore, how: str) -> None:
    person = await accounts.add_person("Lena", Role.LEARNER)
    kind = TokenKind.BROWSER if how == "another kind" else TokenKind.API_KEY
    lasts = timedelta(seconds=-1) if how == "expired" else timedelta(hours=1)
    value, _ = await accounts.issue(person.id, kind, lasts=lasts)
    match how:
        case "unknown":
            value += "x"
        case "spent":
            assert await accounts.spend(digest_of(value))
        case "revoked":
            await accounts.revoke(person.id, TokenKind.API_KEY)
        case "withdrawn":
            assert await accounts.revoke_token(person.id, digest_of(value))
            assert not await accounts.revoke_token(person.id, digest_of(value))
    with pytest.raises(NotAuthenticated):
        await accounts.authenticate(value, TokenKind.API_KEY)


async def test_a_client_secret_opens_one_session_however_many_try_at_once(
    accounts: AccountStore, database_url: str
) -> None:
    person = await accounts.add_person("Lena", Role.LEARNER)
    value, _ = await accounts.issue(
        person.id, TokenKind.CLIENT_SECRET, lasts=timedelta(minutes=1), config={"v": "x"}
    )
    principal = await accounts.authenticate(value, TokenKind.CLIENT_SECRET)
    assert principal.config == {"v": "x"}
    other = Database(database_url)  # a second server process has its own connections
    tries = [store.spend(principal.digest) for store in (accounts, AccountStore(other)) for _ in range(15)]
    assert sorted(await asyncio.gather(*tries)) == [False] * 29 + [True]
    await other.aclose()


async def test_an_expired_secret_cannot_be_spent(accounts: AccountStore) -> None:
    person = await accounts.add_person("Lena", Role.LEARNER)
    value, _ = await accounts.issue(person.id, TokenKind.CLIENT_SECRET, lasts=timedelta(seconds=-1))
    assert not await accounts.spend(digest_of(value))


async def test_a_spent_secret_still_authenticates_for_the_session_that_it_opened_until_it_is_revoked(
    accounts: AccountStore, database: Database
) -> None:
    person = await accounts.add_person("Lena", Role.LEARNER)
    value, _ = await accounts.issue(person.id, TokenKind.CLIENT_SECRET, lasts=timedelta(minutes=1))
    assert (await accounts.authenticate(value, TokenKind.CLIENT_SECRET)).session_id is None
    assert await accounts.spend(digest_of(value), "sess_1")
    async with database.write() as connection:
        await connection.execute(update(tokens).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert (await accounts.authenticate(value, TokenKind.CLIENT_SECRET)).session_id == "sess_1"
    assert not await accounts.spend(digest_of(value), "sess_2")
    assert await accounts.revoke_token(person.id, digest_of(value))
    with pytest.raises(NotAuthenticated):
        await accounts.authenticate(value, TokenKind.CLIENT_SECRET)


async def test_nobody_revokes_another_persons_key(accounts: AccountStore) -> None:
    lena, ben = [await accounts.add_person(name, Role.LEARNER) for name in ("Lena", "Ben")]
    value, _ = await accounts.issue(lena.id, TokenKind.API_KEY)
    assert not await accounts.revoke_token(ben.id, digest_of(value))
    assert (await accounts.authenticate(value, TokenKind.API_KEY)).person_id == lena.id


async def test_a_key_shows_its_name_and_when_it_was_last_used_in_utc(accounts: AccountStore) -> None:
    person = await accounts.add_person("Lena", Role.LEARNER)
    value, _ = await accounts.issue(person.id, TokenKind.API_KEY, name="laptop")
    before = datetime.now(UTC)
    await accounts.authenticate(value, TokenKind.API_KEY)
    (key,) = await accounts.tokens_of(person.id, TokenKind.API_KEY)
    assert key.name == "laptop"
    assert key.last_used_at is not None
    assert before <= key.last_used_at <= datetime.now(UTC)
    await accounts.authenticate(value, TokenKind.API_KEY)
    assert (await accounts.tokens_of(person.id, TokenKind.API_KEY))[0].last_used_at == key.last_used_at


async def test_an_email_address_belongs_to_one_person(accounts: AccountStore) -> None:
    await accounts.add_person("Lena", Role.LEARNER, "lena@example.org")
    with pytest.raises(Conflict):
        await accounts.add_person("Imposter", Role.LEARNER, "lena@example.org")
    await accounts.add_person("Ben", Role.LEARNER)
    await accounts.add_person("Ann", Role.LEARNER)


async def test_tokens_long_expired_are_forgotten_and_others_stay(accounts: AccountStore) -> None:
    person = await accounts.add_person("Lena", Role.LEARNER)
    await accounts.issue(person.id, TokenKind.BROWSER, lasts=timedelta(days=8))
    key, _ = await accounts.issue(person.id, TokenKind.API_KEY)
    await accounts.issue(person.id, TokenKind.BROWSER, lasts=timedelta(days=-8))
    assert await accounts.forget_expired(datetime.now(UTC) - timedelta(days=7)) == 1
    assert len(await accounts.tokens_of(person.id, TokenKind.BROWSER)) == 1
    await accounts.authenticate(key, TokenKind.API_KEY)


async def test_a_persons_long_expired_tokens_go_when_they_get_a_new_one(accounts: AccountStore) -> None:
    lena, ben = [await accounts.add_person(name, Role.LEARNER) for name in ("Lena", "Ben")]
    for person in (lena, ben):
        await accounts.issue(person.id, TokenKind.BROWSER, lasts=timedelta(days=-8))
    await accounts.issue(lena.id, TokenKind.BROWSER, lasts=timedelta(days=-6))
    await accounts.issue(lena.id, TokenKind.API_KEY)
    counts = [len(await accounts.tokens_of(person.id, TokenKind.BROWSER)) for person in (lena, ben)]
    assert counts == [1, 1]
