"""Erasing and exporting a person. Both hold for every table there is, also for those that come after these tests."""

import json
import re

import pytest
from sqlalchemy import select

from lms_core.companions import Companion, CompanionStatus, Subject
from lms_core.errors import Conflict, NotFound
from lms_core.people import Role, TokenKind
from storage.accounts import AccountStore
from storage.audit import Acting, AuditFilter, AuditStore, acting
from storage.companions import CompanionStore
from storage.database import Database
from storage.people import PeopleStore
from storage.personal import PersonalStore, goes_with_a_person, rows_of
from storage.sign_ins import SignInStore
from storage.tables import metadata, people
from tests.storage.any_row import seed

_OF_A_PERSON = re.compile(
    r"(^|_)(person|people|user|owner|author|actor|learner|teacher|tutor|grader|student)_id$"
)


@pytest.fixture
def personal(database: Database) -> PersonalStore:
    return PersonalStore(database)


async def everything(database: Database) -> dict[str, str]:
    """Every column of every table, as text."""
    found = {}
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            found[table.name] = repr((await connection.execute(select(table))).all())
    return found


async def test_no_column_of_any_table_knows_an_erased_person(
    personal: PersonalStore, database: Database
) -> None:
    mine = await seed(database, "quux")
    others = await seed(database, "zaphod")
    before = await everything(database)
    for table in metadata.sorted_tables:
        if goes_with_a_person(table) and any(isinstance(value, str) for value in mine[table.name].values()):
            assert "quux" in before[table.name], f"{table.name}: nothing was seeded"
    await personal.erase(mine["people"]["id"])
    after = await everything(database)
    for table in metadata.sorted_tables:
        assert "quux" not in after[table.name], f"{table.name} still knows the person"
        if table.name != "audit":
            assert after[table.name].count("zaphod") == before[table.name].count("zaphod"), table.name
    assert await PeopleStore(database).find(others["people"]["id"])


def test_every_column_that_names_a_person_refers_to_them_and_says_what_becomes_of_it() -> None:
    for table in metadata.sorted_tables:
        for column in table.c:
            keys = [key for key in column.foreign_keys if key.column.table is people]
            assert all(key.ondelete in ("CASCADE", "SET NULL") for key in keys), f"{table.name}.{column.name}"
            if _OF_A_PERSON.search(column.name):
                assert keys, f"{table.name}.{column.name} needs a foreign key, or erasing misses it"
            if "email" in column.name:
                assert goes_with_a_person(table), f"{table.name}.{column.name} would stay"


async def test_what_somebody_made_for_others_stays_and_is_nobodys_and_private_drafts_go(
    personal: PersonalStore, accounts: AccountStore, companions: CompanionStore, database: Database
) -> None:
    tara = await accounts.add_person("Tara", Role.TEACHER)
    for number, status in enumerate(CompanionStatus):
        await companions.add(
            Companion(
                f"comp_{number}", f"c{number}", "Ada", Subject.MATHS, "x", status=status, author_id=tara.id
            )
        )
    await personal.erase(tara.id)
    kept = await companions.find("c1" if list(CompanionStatus)[1] is CompanionStatus.PUBLISHED else "c0")
    assert kept is not None and kept.author_id is None and kept.status is CompanionStatus.PUBLISHED
    assert (
        sum([await companions.find(f"c{number}") is not None for number in range(len(CompanionStatus))]) == 1
    )


async def test_the_log_keeps_that_somebody_was_erased_and_not_who(
    personal: PersonalStore, accounts: AccountStore, database: Database
) -> None:
    lena = await accounts.add_person("Lena", Role.LEARNER)
    acting.set(Acting(lena.id, "192.0.2.66"))
    await accounts.issue(lena.id, TokenKind.API_KEY)
    await personal.erase(lena.id)
    entries, _ = await AuditStore(database).entries(AuditFilter(), 1, 10)
    assert entries[0].act == "erased" and entries[0].details == {"role": "learner"}
    assert "192.0.2.66" not in repr(entries) and lena.id not in repr(entries)


async def test_the_last_admin_and_nobody_cannot_be_erased(
    personal: PersonalStore, accounts: AccountStore
) -> None:
    ada = await accounts.add_person("Ada", Role.ADMIN)
    with pytest.raises(Conflict):
        await personal.erase(ada.id)
    with pytest.raises(NotFound):
        await personal.erase("pers_nobody")


async def test_an_export_has_a_row_of_every_table_that_is_about_the_person_and_none_of_others(
    personal: PersonalStore, database: Database
) -> None:
    mine = await seed(database, "quux")
    others = await seed(database, "zaphod")
    found = await personal.export(mine["people"]["id"])
    assert set(found) == {
        table.name for table in metadata.sorted_tables if rows_of(table, "pers_x") is not None
    }
    assert all(found.values())
    text = json.dumps(found, default=str)
    assert "zaphod" not in text and others["people"]["id"] not in text


async def test_an_export_has_what_was_said_and_nothing_that_opens_the_account(
    personal: PersonalStore, accounts: AccountStore, companions: CompanionStore, database: Database
) -> None:
    sign_ins = SignInStore(database)
    await sign_ins.sign_up("Lena", "lena@school.org", "the-hash", role=Role.LEARNER, invitation=None)
    known = await sign_ins.credentials(email="lena@school.org")
    assert known is not None
    begun = await sign_ins.begin(known.person.id, device="phone", address="192.0.2.1")
    found = await personal.export(known.person.id)
    text = json.dumps(found, default=str)
    assert "lena@school.org" in text and "phone" in text
    assert "the-hash" not in text and begun.sign_in not in json.dumps(found["tokens"], default=str)
