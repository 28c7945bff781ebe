"""Companions that teach lessons of courses: which lesson it is, who may hear it, and what the talk does to progress."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from lms_core.companions import Companion, CompanionStatus, Subject
from lms_core.courses import Course, Lesson
from lms_core.errors import InvalidInput, NotPermitted
from lms_core.people import Principal
from lms_core.progress import LessonStatus, Step
from lms_core.sessions import SaveItem, SaveSnapshot, Write
from storage.companions import CompanionStore
from storage.rows import RowWriter
from storage.sessions import SessionStore
from storage.tables import xp_entries
from tests.storage.rows import item
from tests.storage.test_courses import School
from tests.storage.test_courses import lena as lena
from tests.storage.test_courses import school as school
from tests.storage.test_courses import tina as tina

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NEW = Companion("", "", "Ada", Subject.MATHS, "fractions", status=CompanionStatus.PUBLISHED)


async def talk(
    school: School,
    learner: Principal,
    companion: Companion,
    snapshot: Mapping[str, Any],
    *,
    session: str = "sess_1",
    spoken: bool = True,
) -> str | None:
    """Open and end a session; returns the lesson that was taught."""
    lesson_id = await CompanionStore(school.database).lesson_to_teach(learner, companion)
    sessions = SessionStore(school.database)
    await sessions.open(session, companion.id, learner.person_id, "realtime", lesson_id=lesson_id)
    writer = RowWriter(school.database.is_sqlite)
    said: list[Write] = [SaveItem(session, item("item_1"))] if spoken else []
    over = SaveSnapshot(session, {"turns": 2, "talked_seconds": 61.4, **snapshot}, "finished")
    for _ in range(2):  # that it ends is told once
        await school.database.transact(lambda connection: writer.write(connection, [*said, over]))
    stored = await sessions.find(session, None)
    assert stored is not None and stored.lesson_id == lesson_id
    return lesson_id


async def ada_of(companions: CompanionStore, tina: Principal, **place: str) -> Companion:
    return await companions.create(tina, replace(NEW, **place))


async def test_a_companion_of_a_course_teaches_the_learners_next_lesson(
    school: School, companions: CompanionStore, tina: Principal, lena: Principal
) -> None:
    course = await school.course(tina, ("a",), ("b", "c"))
    ids = await school.ids(course, tina)
    second = (await school.lessons.outline(tina, course.id))[1].module.id
    of_course, of_module = (
        await ada_of(companions, tina, course_id=course.id),
        await ada_of(companions, tina, module_id=second),
    )
    of_lesson = await ada_of(companions, tina, lesson_id=ids["c"], course_id=course.id)
    await school.enrollments.enroll(lena, course.id)

    async def now(companion: Companion) -> str:
        taught = await companions.lesson_to_teach(lena, companion)
        return next(title for title, lesson in ids.items() if lesson == taught)

    assert [await now(one) for one in (of_course, of_module, of_lesson)] == ["a", "b", "c"]
    for minute, title in enumerate(("b", "a", "c")):
        await school.progress.step(lena, ids[title], Step(NOW.replace(minute=minute), completed=True))
    assert [await now(one) for one in (of_course, of_module, of_lesson)] == [
        "b",
        "b",
        "c",
    ]  # longest not looked at


async def test_who_is_not_enrolled_does_not_hear_the_lesson(
    school: School, companions: CompanionStore, tina: Principal, lena: Principal
) -> None:
    course = await school.course(tina, ("a", "b"), sequential=True)
    ids = await school.ids(course, tina)
    for place in ({"course_id": course.id}, {"lesson_id": ids["a"]}):
        with pytest.raises(NotPermitted, match="Enroll"):
            await companions.lesson_to_teach(lena, await ada_of(companions, tina, **place))
    await school.enrollments.enroll(lena, course.id)
    with pytest.raises(NotPermitted, match="before"):
        await companions.lesson_to_teach(lena, await ada_of(companions, tina, lesson_id=ids["b"]))


async def test_a_companion_is_attached_to_what_its_author_sees(
    school: School, companions: CompanionStore, tina: Principal, lena: Principal
) -> None:
    course = await school.course(tina, ("a",))
    ids = await school.ids(course, tina)
    module = (await school.lessons.outline(tina, course.id))[0].module.id
    await companions.add(
        replace(NEW, id="c", slug="c", status=CompanionStatus.DRAFT, lesson_id="own"),
        Lesson("own", "own", "T", ""),
    )
    places = [{"course_id": course.id}, {"module_id": module}, {"lesson_id": ids["a"]}]
    for place in places:
        made = await companions.create(lena, replace(NEW, status=CompanionStatus.DRAFT, **place))
        await companions.delete(lena, made.id)
    await school.courses.edit(tina, course.id, lambda now: replace(now, published=False))
    for place in [*places, {"lesson_id": "own"}, {"lesson_id": "none"}, {"course_id": "none"}]:
        with pytest.raises(InvalidInput):
            await companions.create(lena, replace(NEW, **place))
    mine = await companions.create(lena, replace(NEW, status=CompanionStatus.DRAFT))
    with pytest.raises(InvalidInput):
        await companions.edit(lena, mine.id, lambda now: replace(now, course_id=course.id))


async def course_with_lena(
    school: School, companions: CompanionStore, tina: Principal, lena: Principal
) -> tuple[Course, Companion]:
    course = await school.course(tina, ("a",))
    await school.enrollments.enroll(lena, course.id)
    return course, await ada_of(companions, tina, course_id=course.id)


async def test_a_talk_that_taught_all_completes_the_lesson_and_the_course(
    school: School, companions: CompanionStore, tina: Principal, lena: Principal
) -> None:
    _, ada = await course_with_lena(school, companions, tina, lena)
    lesson = await talk(school, lena, ada, {"results": {"graded": {"0": 1.0, "1": 0.5}, "taught": True}})
    assert lesson is not None
    progress = await school.progress.of_lesson(lena, lesson)
    assert (progress.status, progress.time_spent, progress.attempts, progress.score) == (
        LessonStatus.COMPLETED,
        61,
        1,
        75,
    )
    (mine,), _ = await school.enrollments.mine(lena, page=1, limit=1)
    assert mine.progress.is_complete and mine.enrollment.completed_at == progress.completed_at
    async with school.database.read() as connection:
        xp = await connection.scalar(select(func.sum(xp_entries.c.amount)))
    assert xp == 230  # the lesson and the course; the talk was too short to count by itself


async def test_a_talk_that_broke_off_adds_its_time_and_nobodys_silence_moves_anything(
    school: School, companions: CompanionStore, tina: Principal, lena: Principal
) -> None:
    _, ada = await course_with_lena(school, companions, tina, lena)
    lesson = await talk(school, lena, ada, {}, session="sess_0", spoken=False)
    assert lesson is not None
    assert (await school.progress.of_lesson(lena, lesson)).status is LessonStatus.NOT_STARTED
    await talk(school, lena, ada, {"results": {"graded": {}, "taught": False}})
    progress = await school.progress.of_lesson(lena, lesson)
    assert (progress.status, progress.time_spent, progress.attempts) == (LessonStatus.IN_PROGRESS, 61, 0)


async def test_a_session_that_is_given_up_counts_as_far_as_it_was_saved(
    school: School, companions: CompanionStore, tina: Principal, lena: Principal
) -> None:
    _, ada = await course_with_lena(school, companions, tina, lena)
    lesson = await companions.lesson_to_teach(lena, ada)
    assert lesson is not None
    sessions = SessionStore(school.database)
    await sessions.open("sess_1", ada.id, lena.person_id, "realtime", lesson_id=lesson)
    saved = [SaveItem("sess_1", item("item_1")), SaveSnapshot("sess_1", {"talked_seconds": 9}, None)]
    await school.database.transact(
        lambda connection: RowWriter(school.database.is_sqlite).write(connection, saved)
    )
    await sessions.end("sess_1", "learner_left")
    await sessions.end("sess_1", "learner_left")
    assert (await school.progress.of_lesson(lena, lesson)).time_spent == 9
