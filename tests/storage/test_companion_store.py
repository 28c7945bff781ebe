"""Companions and lessons."""

import asyncio
from dataclasses import replace

import pytest

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.companions import Companion, CompanionFilter, CompanionStatus, Patience, Style, Subject
from lms_core.courses import Lesson
from lms_core.errors import Conflict, InvalidInput
from lms_core.people import Principal, Role, TokenKind
from storage.accounts import AccountStore
from storage.companions import CompanionStore
from storage.database import Database
from storage.demo import demo_lessons
from tests.storage.rows import ADA, learner_with_sessions

LENA = Principal("pers_lena", Role.LEARNER, TokenKind.API_KEY)
FULL = Companion(
    "comp_1", "leo", "Leo", Subject.SCIENCE, "50% light_years", Style.SOCRATIC, "en-gb", 20, "en-GB", 1.25,
    Patience.HIGH, CompanionStatus.PUBLISHED, None, "lesson_1",
)  # fmt: skip
LESSON = Lesson(
    "lesson_1", "light", "Light", "# Light\n\nIt is fast.", "en",
    (QuizItem("How fast?", "very", QuizKind.MULTIPLE_CHOICE, ("quite",), ("slow", "very"), "It is.", ("think",)),),
)  # fmt: skip


def without_item_ids(lesson: Lesson | None) -> Lesson | None:
    return lesson and replace(lesson, quiz=tuple(replace(item, id="") for item in lesson.quiz))


async def test_a_companion_and_its_lesson_come_back_as_they_were(companions: CompanionStore) -> None:
    await companions.add(FULL, LESSON)
    assert await companions.find("comp_1") == FULL
    assert await companions.find("leo") == FULL
    assert without_item_ids(await companions.lesson("lesson_1")) == LESSON
    assert await companions.find("nobody") is None
    assert await companions.lesson(None) is None


async def test_an_id_is_meant_rather_than_anothers_slug(companions: CompanionStore) -> None:
    one = replace(FULL, lesson_id=None)
    await companions.add(replace(one, id="comp_2", slug="comp_1", name="A"))
    await companions.add(one)
    assert await companions.find("comp_1") == one


async def test_a_taken_slug_is_a_conflict_and_its_lesson_is_not_left_behind(
    companions: CompanionStore,
) -> None:
    await companions.add(FULL, LESSON)
    with pytest.raises(Conflict):
        await companions.add(
            replace(FULL, id="comp_2", lesson_id="lesson_2"), replace(LESSON, id="lesson_2", slug="light-2")
        )
    assert await companions.lesson("lesson_2") is None


async def test_only_published_ones_are_listed_page_by_page(companions: CompanionStore) -> None:
    for number in range(5):
        subject = Subject.MATHS if number % 2 else Subject.SCIENCE
        await companions.add(Companion(f"c{number}", f"s{number}", f"Name {number}", subject, "t"))
    await companions.add(Companion("d", "d", "Draft", Subject.MATHS, "t", status=CompanionStatus.DRAFT))
    pages = [await companions.listed(LENA, CompanionFilter(page=page, limit=2)) for page in (1, 2, 3, 4)]
    assert [[one.id for one in page] for page, _ in pages] == [["c0", "c1"], ["c2", "c3"], ["c4"], []]
    assert {total for _, total in pages} == {5}
    found, total = await companions.listed(LENA, CompanionFilter(subject=Subject.MATHS))
    assert ([one.id for one in found], total) == (["c1", "c3"], 2)


@pytest.mark.parametrize(
    ("search", "found"),
    [("leo", 1), ("LIGHT", 1), ("50%", 1), ("%", 1), ("t_y", 1), ("x_y", 0), ("\\", 0), ("'", 0)],
)
async def test_search_takes_every_character_as_itself(
    companions: CompanionStore, search: str, found: int
) -> None:
    await companions.add(replace(FULL, lesson_id=None))
    await companions.add(Companion("c2", "s2", "Mia", Subject.MATHS, "numbers"))
    assert (await companions.listed(LENA, CompanionFilter(search=search)))[1] == found


async def test_the_demo_lessons_survive_the_database(companions: CompanionStore) -> None:
    for demo in demo_lessons():
        await companions.add(demo.companion, demo.lesson)
        assert await companions.find(demo.companion.slug) == demo.companion
        assert without_item_ids(await companions.lesson(demo.lesson.id)) == demo.lesson


async def test_one_that_was_talked_with_is_archived_another_is_deleted(
    database: Database, companions: CompanionStore
) -> None:
    await learner_with_sessions(database, "s1")
    admin = replace(LENA, role=Role.ADMIN)
    await companions.add(replace(FULL, lesson_id=None))
    assert await companions.delete(admin, FULL.slug) is True
    assert await companions.find(FULL.id) is None
    assert await companions.delete(admin, ADA.id) is False
    assert (await companions.find(ADA.id)) == replace(ADA, status=CompanionStatus.ARCHIVED)


async def test_authors_of_the_same_name_get_slugs_of_their_own(
    database: Database, companions: CompanionStore
) -> None:
    authors = [await AccountStore(database).add_person(f"P{n}", Role.TEACHER) for n in range(8)]
    made = await asyncio.gather(
        *(
            companions.create(replace(LENA, person_id=one.id), replace(FULL, lesson_id=None))
            for one in authors
        )
    )
    assert sorted(one.slug for one in made) == ["leo", *(f"leo-{n}" for n in range(2, 9))]


async def test_a_lesson_that_is_not_there_is_wrong_input(
    database: Database, companions: CompanionStore
) -> None:
    learner = await learner_with_sessions(database)
    with pytest.raises(InvalidInput):
        await companions.create(replace(LENA, person_id=learner.id), FULL)
