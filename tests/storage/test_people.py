"""People as admins see them, and the audit log, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lms_core.audit import Act
from lms_core.errors import Changed, Conflict, NotAuthenticated, NotFound
from lms_core.people import PeopleFilter, Role, TokenKind
from lms_core.plans import Plan
from storage.accounts import AccountStore
from storage.audit import Acting, AuditFilter, AuditStore, acting
from storage.database import Database
from storage.people import PeopleStore
from storage.plans import PlanStore
from storage.sign_ins import SignInStore


@pytest.fixture
def store(database: Database) -> PeopleStore:
    return PeopleStore(database)


@pytest.fixture
def audit(database: Database) -> AuditStore:
    return AuditStore(database)


async def test_people_are_found_by_name_address_role_and_whether_they_are_active(
    store: PeopleStore, accounts: AccountStore
) -> None:
    lena = await accounts.add_person("Lena_1", Role.LEARNER, "l@school.org")
    await accounts.add_person("Ben", Role.TEACHER, "ben@lenape.org")
    await accounts.add_person("Ann", Role.LEARNER)
    await store.edit(lena.id, lambda one: replace(one, active=False))

    async def names(*wanted: object) -> list[str]:
        found, total = await store.listed(PeopleFilter(*wanted), 1, 10)  # type: ignore[arg-type]
        assert total == len(found)
        return [one.name for one in found]

    assert await names() == ["Ann", "Ben", "Lena_1"]
    assert await names("LENA") == ["Ben", "Lena_1"]
    assert await names("a_1") == ["Lena_1"]
    assert await names("", Role.LEARNER, True) == ["Ann"]
    assert await names("", None, False) == ["Lena_1"]
    second, total = await store.listed(PeopleFilter(), 2, 2)
    assert ([one.name for one in second], total) == (["Lena_1"], 3)


async def test_the_last_admin_stays_and_two_cannot_remove_each_other_at_once(
    store: PeopleStore, accounts: AccountStore
) -> None:
    ada, ann = [await accounts.add_person(name, Role.ADMIN) for name in ("Ada", "Ann")]
    done = await asyncio.gather(
        store.edit(ada.id, lambda one: replace(one, role=Role.LEARNER)),
        store.edit(ann.id, lambda one: replace(one, active=False)),
        return_exceptions=True,
    )
    assert [type(one) for one in done].count(Conflict) == 1
    assert await accounts.first_admin() is not None


async def test_who_is_shut_out_cannot_come_in_until_they_are_let_in_again(
    store: PeopleStore, accounts: AccountStore, database: Database
) -> None:
    sign_ins = SignInStore(database)
    lena = await accounts.add_person("Lena", Role.LEARNER, "lena@school.org")
    key, _ = await accounts.issue(lena.id, TokenKind.API_KEY)
    begun = await sign_ins.begin(lena.id, device="", address="")
    await store.edit(lena.id, lambda one: replace(one, active=False))
    with pytest.raises(NotAuthenticated):
        await accounts.authenticate(key, TokenKind.API_KEY)
    assert await sign_ins.credentials(email="lena@school.org") is None
    await store.edit(lena.id, lambda one: replace(one, active=True))
    assert await accounts.authenticate(key, TokenKind.API_KEY)
    with pytest.raises(NotAuthenticated):
        await sign_ins.rotate(begun.refresh_token)


async def test_an_act_that_fails_leaves_no_entry(
    store: PeopleStore, accounts: AccountStore, audit: AuditStore
) -> None:
    ada = await accounts.add_person("Ada", Role.ADMIN)
    _, before = await audit.entries(AuditFilter(), 1, 10)

    def refuse(_: object) -> None:
        raise Changed("meanwhile")

    for change in (refuse, lambda one: replace(one, active=False)):
        with pytest.raises((Changed, Conflict)):
            await store.edit(ada.id, change)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await PlanStore(store._database).set_plan("pers_nobody", Plan.PRO)
    assert (await audit.entries(AuditFilter(), 1, 10))[1] == before


async def test_the_log_says_who_did_what_to_whom_and_is_filtered(
    store: PeopleStore, accounts: AccountStore, audit: AuditStore, database: Database
) -> None:
    ada = await accounts.add_person("Ada", Role.ADMIN)
    lena = await accounts.add_person("Lena", Role.LEARNER)
    acting.set(Acting(ada.id, "192.0.2.7"))
    value, _ = await accounts.issue(lena.id, TokenKind.API_KEY, name="Lena's laptop")
    await store.edit(lena.id, lambda one: replace(one, role=Role.TEACHER))
    await PlanStore(database).set_plan(lena.id, Plan.PRO)
    entries, total = await audit.entries(AuditFilter(actor_id=ada.id), 1, 10)
    assert total == 3
    assert [(one.act, one.person_id, one.address) for one in entries] == [
        (Act.PLAN_CHANGED, lena.id, "192.0.2.7"),
        (Act.ROLE_CHANGED, lena.id, "192.0.2.7"),
        (Act.KEY_MADE, lena.id, "192.0.2.7"),
    ]
    assert entries[1].details == {"before": "learner", "after": "teacher"}
    assert value not in repr(entries) and "laptop" not in repr(entries)
    now = datetime.now(UTC)
    for wanted, count in (
        (AuditFilter(act=Act.PERSON_ADDED), 2),
        (AuditFilter(person_id=lena.id), 4),
        (AuditFilter(since=now + timedelta(seconds=1)), 0),
        (AuditFilter(until=now + timedelta(seconds=1), actor_id=ada.id), 3),
    ):
        assert (await audit.entries(wanted, 1, 10))[1] == count
