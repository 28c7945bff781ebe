"""Search on both databases: the same words, the same finds, and nothing that one may not see."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text, update

from lms_core.companions import Companion, CompanionStatus, Subject
from lms_core.courses import Lesson
from lms_core.people import Principal, Role
from lms_core.search import Found
from storage.companions import CompanionStore
from storage.database import Database
from storage.search import SearchStore
from storage.search_index import forget
from storage.tables import lessons
from tests.storage.rows import ADA
from tests.storage.test_courses import School
from tests.storage.test_courses import lena as lena
from tests.storage.test_courses import school as school
from tests.storage.test_courses import tina as tina


@pytest.fixture
def search(database: Database) -> SearchStore:
    return SearchStore(database)


async def finds(search: SearchStore, viewer: Principal, query: str, *kinds: Found) -> list[tuple[str, str]]:
    found, total = await search.find(viewer, query, kinds=kinds)
    assert total == len(found)
    return [(one.kind.value, one.title.text) for one in found]


async def test_all_words_or_their_beginnings_are_found_in_any_order_and_case(
    search: SearchStore, school: School, tina: Principal
) -> None:
    await school.course(
        tina, title="Brüche", description="halves and Thirds", objectives=("1/2",), tags=("maths",)
    )
    for query in ("bruche", "BRÜCHE", "bru", "thirds brüche", "hal thi", "maths", "1 2"):
        assert await finds(search, tina, query) == [("course", "Brüche")], query
    for query in ("rüche", "b", "brüche fifths", "", "!?", "'"):
        assert await finds(search, tina, query) == [], query


@pytest.mark.parametrize(
    "query", ['"', "a OR b", "NEAR(a b)", "title:a", "a & !b", "'; DROP", "a*", "-a", "\\", "%_", "^a"]
)
async def test_no_syntax_of_a_database_is_understood(
    search: SearchStore, lena: Principal, query: str
) -> None:
    assert await finds(search, lena, query) == []


async def test_a_title_weighs_more_than_a_body(search: SearchStore, school: School, tina: Principal) -> None:
    await school.course(tina, title="Other", description="light " * 3 + "and much else")
    await school.course(tina, title="Light", description="and nothing else")
    assert [title for _, title in await finds(search, tina, "light")] == ["Light", "Other"]
    (hit,), total = await search.find(tina, "light", page=2, limit=1)
    assert (hit.title.text, total, hit.snippet.marks[0]) == ("Other", 2, (0, 5))


async def test_of_many_matches_some_are_ranked_and_titles_are_not_lost_among_them(
    search: SearchStore, school: School, tina: Principal, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.search.MOST_HITS", 3)
    await school.course(tina, *(tuple("abc") for _ in range(3)), title="Other")
    async with database.write() as connection:
        await connection.execute(update(lessons).values(content="light"))
        await forget(connection, Found.LESSON, list(await connection.scalars(select(lessons.c.id))))
    await search.fill()
    await school.course(tina, title="Light")
    found, total = await search.find(tina, "ligh")
    assert found[0].title.text == "Light" and 3 < total < 9
    assert await search.find(tina, "ligh", page=3) == ([], total)


async def test_one_finds_what_one_may_see(
    search: SearchStore, school: School, tina: Principal, lena: Principal, companions: CompanionStore
) -> None:
    course = await school.course(tina, ("light one", "light two"), title="light")
    await school.courses.edit(tina, course.id, lambda now: replace(now, published=False))
    draft = Companion(
        "c", "c", "light", Subject.SCIENCE, "t", status=CompanionStatus.DRAFT, author_id=tina.person_id
    )
    await companions.add(draft, Lesson("own", "own", "light own", "x"))
    assert await finds(search, lena, "light") == []
    assert len(await finds(search, tina, "light")) == 4
    assert len(await finds(search, await school.person("Ann", Role.ADMIN), "light")) == 5
    await school.courses.edit(tina, course.id, lambda now: replace(now, published=True))
    await companions.edit(tina, "c", lambda now: replace(now, status=CompanionStatus.PUBLISHED))
    assert {kind for kind, _ in await finds(search, lena, "light")} == {"course", "companion"}
    await school.enrollments.enroll(lena, course.id)
    assert len(await finds(search, lena, "light", Found.LESSON)) == 2


async def test_what_changes_is_found_anew_and_what_is_gone_no_more(
    search: SearchStore, school: School, tina: Principal, companions: CompanionStore, database: Database
) -> None:
    course = await school.course(tina, ("alpha", "beta"), ("gamma",))
    ids = await school.ids(course, tina)
    await school.lessons.edit_lesson(tina, ids["alpha"], lambda now: replace(now, title="delta", content=""))
    assert await finds(search, tina, "alpha") == [] and await finds(search, tina, "delta") == [
        ("lesson", "delta")
    ]
    await school.lessons.delete_lesson(tina, ids["beta"])
    outline = await school.lessons.outline(tina, course.id)
    await school.lessons.delete_module(tina, outline[1].module.id)
    await companions.create(tina, replace(ADA, name="Epsilon"))
    await companions.delete(tina, "epsilon")
    await school.courses.delete(tina, course.id)
    async with database.read() as connection:
        for table in ("search_documents", "search_index"):
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0


async def test_what_was_written_without_the_index_is_indexed_at_the_start(
    search: SearchStore, school: School, tina: Principal, companions: CompanionStore, database: Database
) -> None:
    await school.course(tina, ("alpha one", "alpha two"), title="alpha")
    await companions.add(replace(ADA, name="Alpha"))
    async with database.write() as connection:
        number = "rowid" if database.is_sqlite else "number"
        await connection.execute(text(f"DELETE FROM search_index WHERE {number} > 1"))
        await connection.execute(text("DELETE FROM search_documents WHERE number > 1"))
    assert len(await finds(search, tina, "alpha")) == 1
    await search.fill()
    await search.fill()
    assert len(await finds(search, tina, "alpha")) == 4
