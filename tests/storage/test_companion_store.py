"""Companions and lessons."""

from dataclasses import replace

import pytest

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.companions import Companion, CompanionStatus, Patience, Style, Subject
from lms_core.courses import Lesson
from lms_core.errors import Conflict
from storage.companions import CompanionStore
from storage.demo import demo_lessons

FULL = Companion(
    "comp_1", "leo", "Leo", Subject.SCIENCE, "50% light_years", Style.SOCRATIC, "en-gb", 20, "en-GB", 1.25,
    Patience.HIGH, CompanionStatus.PUBLISHED, None, "lesson_1",
)  # fmt: skip
LESSON = Lesson(
    "lesson_1", "light", "Light", "# Light\n\nIt is fast.", "en",
    (QuizItem("How fast?", "very", QuizKind.MULTIPLE_CHOICE, ("quite",), ("slow", "very"), "It is.", ("think",)),),
)  # fmt: skip


async def test_a_companion_and_its_lesson_come_back_as_they_were(companions: CompanionStore) -> None:
    await companions.add(FULL, LESSON)
    assert await companions.find("comp_1") == FULL
    assert await companions.find("leo") == FULL
    assert await companions.lesson("lesson_1") == LESSON
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
    pages = [await companions.published(page=page, limit=2) for page in (1, 2, 3, 4)]
    assert [[one.id for one in page] for page, _ in pages] == [["c0", "c1"], ["c2", "c3"], ["c4"], []]
    assert {total for _, total in pages} == {5}
    found, total = await companions.published(subject="maths")
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
    assert (await companions.published(search=search))[1] == found


async def test_the_demo_lessons_survive_the_database(companions: CompanionStore) -> None:
    for demo in demo_lessons():
        await companions.add(demo.companion, demo.lesson)
        assert await companions.find(demo.companion.slug) == demo.companion
        assert await companions.lesson(demo.lesson.id) == demo.lesson
