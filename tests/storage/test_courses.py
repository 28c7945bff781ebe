"""Courses with what is in them, and learning them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lms_core.courses import Course, CourseFilter, CourseSort, Difficulty, Lesson, Module, ModuleOutline
from lms_core.errors import Conflict, InvalidInput, NotFound, NotPermitted
from lms_core.people import Principal, Role, TokenKind
from lms_core.progress import LessonStatus, Step
from storage.accounts import AccountStore
from storage.courses import CourseStore
from storage.database import Database
from storage.enrollments import Attendance, EnrollmentStore
from storage.lessons import LessonStore
from storage.progress import ProgressStore
from storage.updates import UpdateStore

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NEW = Course(
    "",
    "",
    "Fractions & Größen",
    NOW,
    NOW,
    description="# Hi",
    objectives=("halve", "double"),
    tags=("b", "a"),
)


class School:
    """The stores, a teacher and a learner."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.courses, self.lessons = CourseStore(database), LessonStore(database)
        self.enrollments, self.progress = EnrollmentStore(database), ProgressStore(database)

    async def person(self, name: str, role: Role = Role.LEARNER) -> Principal:
        made = await AccountStore(self.database).add_person(name, role)
        return Principal(made.id, role, TokenKind.API_KEY)

    async def course(self, teacher: Principal, *modules: tuple[str, ...], **fields: object) -> Course:
        """Published, with these modules of lessons with these titles."""
        course = await self.courses.create(teacher, replace(NEW, published=True, **fields))  # type: ignore[arg-type]
        for number, titles in enumerate(modules):
            module = await self.lessons.add_module(teacher, course.id, Module("", "", f"Module {number}"))
            for title in titles:
                await self.lessons.add_lesson(teacher, module.id, Lesson("", "", title, f"On {title}."))
        return course

    async def ids(self, course: Course, viewer: Principal) -> dict[str, str]:
        """Lessons' ids by title."""
        outline = await self.lessons.outline(viewer, course.id)
        return {lesson.title: lesson.id for one in outline for lesson in one.lessons}


@pytest.fixture
async def school(database: Database) -> School:
    return School(database)


@pytest.fixture
async def tina(school: School) -> Principal:
    return await school.person("Tina", Role.TEACHER)


@pytest.fixture
async def lena(school: School) -> Principal:
    return await school.person("Lena")


def titles(outline: tuple[ModuleOutline, ...]) -> list[list[str]]:
    return [[lesson.title for lesson in one.lessons] for one in outline]


async def test_a_course_comes_back_as_it_was(school: School, tina: Principal) -> None:
    made = await school.courses.create(tina, NEW)
    assert (made.slug, made.tags, made.author_id) == ("fractions-groen", ("a", "b"), tina.person_id)
    assert await school.courses.seen(tina, made.slug) == made == await school.courses.seen(tina, made.id)
    other = await school.courses.create(tina, replace(NEW, prerequisites=(made.id,)))
    assert other.slug == "fractions-groen-2" and await school.courses.seen(tina, other.id) == other
    changed = await school.courses.edit(
        tina, other.slug, lambda now: replace(now, tags=("c",), prerequisites=())
    )
    assert await school.courses.seen(tina, other.id) == changed and changed.tags == ("c",)
    await school.courses.delete(tina, other.id)
    assert await school.courses.seen(tina, other.id) is None


async def test_only_the_author_sees_and_changes_what_is_not_published(
    school: School, tina: Principal, lena: Principal
) -> None:
    made = await school.courses.create(tina, NEW)
    tom = await school.person("Tom", Role.TEACHER)
    admin = await school.person("Ann", Role.ADMIN)
    assert await school.courses.seen(lena, made.id) is await school.courses.seen(tom, made.id) is None
    assert await school.courses.seen(admin, made.id) == made
    for act in (
        school.courses.delete(tom, made.id),
        school.courses.edit(tom, made.id, lambda course: course),
        school.lessons.add_module(tom, made.id, Module("", "", "M")),
        school.lessons.outline(lena, made.id),
        school.enrollments.enroll(lena, made.id),
        school.enrollments.learners(tom, made.id, page=1, limit=10),
    ):
        with pytest.raises(NotFound):
            await act


async def test_courses_are_filtered_sorted_and_paged(
    school: School, tina: Principal, lena: Principal
) -> None:
    for title, fields in {
        "B": {"category": "maths", "tags": ("x",)},
        "A": {"difficulty": Difficulty.ADVANCED, "featured": True},
        "C": {"category": "maths", "language": "de", "tags": ("x", "y")},
    }.items():
        await school.course(tina, title=title, **fields)
    await school.courses.create(tina, replace(NEW, title="Draft"))

    async def found(**wanted: object) -> str:
        rows, total = await school.courses.listed(lena, CourseFilter(**wanted))  # type: ignore[arg-type]
        assert total == len(rows) or "limit" in wanted
        return "".join(one.title for one in rows)

    assert await found() == "ABC"
    assert await found(sort=CourseSort.TITLE_DOWN) == "CBA" and await found(sort=CourseSort.NEWEST) == "CAB"
    assert await found(category="maths") == "BC" and await found(tag="y") == "C"
    assert await found(difficulty=Difficulty.ADVANCED) == await found(featured=True) == "A"
    assert await found(language="de", tag="x") == "C" and await found(mine=True) == ""
    assert await found(limit=2) == "AB" and await found(limit=2, page=2) == "C"
    assert len((await school.courses.listed(tina, CourseFilter(mine=True)))[0]) == 4


async def test_a_course_cannot_build_on_itself_nor_on_what_is_not_there(
    school: School, tina: Principal
) -> None:
    first = await school.courses.create(tina, NEW)
    second = await school.courses.create(tina, replace(NEW, prerequisites=(first.id,)))
    for wrong in (second.id, first.id, "nothing"):
        with pytest.raises(InvalidInput):
            await school.courses.edit(
                tina, first.id, lambda now, one=wrong: replace(now, prerequisites=(one,))
            )
    assert await school.courses.seen(tina, first.id) == first


async def test_order_has_no_holes_and_lessons_move_between_modules(school: School, tina: Principal) -> None:
    course = await school.course(tina, ("a", "b", "a"), ("c",), ())
    outline = await school.lessons.outline(tina, course.id)
    assert titles(outline) == [["a", "b", "a"], ["c"], []]
    assert [lesson.slug for lesson in outline[0].lessons] == ["a", "b", "a-2"]
    (one, two, three), ids = (
        [module.module.id for module in outline],
        [x.id for m in outline for x in m.lessons],
    )
    wanted = {three: [ids[3], ids[0]], one: [ids[2]], two: [ids[1]]}
    seen: list[object] = []
    moved = await school.lessons.reorder(tina, course.id, wanted, seen.append)
    assert titles(moved) == [["c", "a"], ["a"], ["b"]] and seen == [outline]
    with pytest.raises(InvalidInput):
        await school.lessons.reorder(tina, course.id, {one: ids}, seen.append)
    await school.lessons.delete_lesson(tina, ids[3])
    await school.lessons.delete_module(tina, one)
    left = await school.lessons.outline(tina, course.id)
    assert [(one.module.position, [x.position for x in one.lessons]) for one in left] == [(0, [0]), (1, [0])]


async def test_content_is_for_who_is_enrolled_and_free_previews_for_all(
    school: School, tina: Principal, lena: Principal
) -> None:
    course = await school.course(tina, ("a", "b"))
    ids = await school.ids(course, lena)
    await school.lessons.edit_lesson(tina, ids["b"], lambda now: replace(now, free_preview=True))
    with pytest.raises(NotFound):
        await school.lessons.read(lena, ids["a"])
    assert (await school.lessons.read(lena, ids["b"])).content == "On b."
    await school.enrollments.enroll(lena, course.slug)
    assert (await school.lessons.read(lena, ids["a"])).content == "On a."
    await school.courses.edit(tina, course.id, lambda now: replace(now, published=False))
    with pytest.raises(NotFound):
        await school.lessons.read(lena, ids["a"])
    assert (await school.lessons.read(tina, ids["a"])).title == "a"


async def test_a_course_is_completed_with_its_last_lesson(
    school: School, tina: Principal, lena: Principal
) -> None:
    course = await school.course(tina, ("a",), ("b",))
    ids = await school.ids(course, lena)
    await school.enrollments.enroll(lena, course.id)
    await school.progress.step(lena, ids["a"], Step(NOW, seconds=30))
    first = await school.progress.step(lena, ids["a"], Step(NOW + timedelta(1), 20, score=80, completed=True))
    assert (first.status, first.time_spent, first.attempts, first.score) == (
        LessonStatus.COMPLETED,
        50,
        1,
        80,
    )
    assert await school.progress.of_lesson(lena, ids["a"]) == first
    half = await school.progress.of_course(lena, course.slug)
    assert (half.progress.percent, half.progress.time_spent, half.progress.score) == (50, 50, 80)
    assert half.next_lesson == ids["b"] and [one.lesson_id for one in half.lessons] == [ids["a"], ids["b"]]
    await school.progress.step(lena, ids["b"], Step(NOW + timedelta(2), completed=True))
    (mine,), total = await school.enrollments.mine(lena, page=1, limit=5)
    assert (mine.course, mine.progress.percent, total) == (course, 100, 1)
    assert mine.enrollment.completed_at == mine.enrollment.last_accessed_at == NOW + timedelta(2)
    (seen,), _ = await school.enrollments.learners(tina, course.id, page=1, limit=5)
    assert (seen.name, seen.progress, seen.enrollment) == ("Lena", mine.progress, mine.enrollment)
    for days, lately in ((2, 1), (3, 0)):
        found = await school.enrollments.attendance(tina, [course.id], since=NOW + timedelta(days))
        assert found == {course.id: Attendance(learners=1, lately=lately)}
    assert await school.enrollments.attendance(lena, [course.id], since=NOW) == {}


async def test_who_completed_all_but_a_deleted_lesson_has_completed_the_course(
    school: School, tina: Principal, lena: Principal
) -> None:
    course = await school.course(tina, ("a", "b"), ("c",))
    ids = await school.ids(course, lena)
    leo = await school.person("Leo")
    for learner in (lena, leo):
        await school.enrollments.enroll(learner, course.id)
    await school.progress.step(lena, ids["a"], Step(NOW, completed=True))
    await school.lessons.delete_lesson(tina, ids["b"])
    assert not (await school.enrollments.mine(lena, page=1, limit=5))[0][0].enrollment.completed_at
    await school.lessons.delete_module(tina, (await school.lessons.outline(tina, course.id))[1].module.id)
    assert (await school.enrollments.mine(lena, page=1, limit=5))[0][0].enrollment.completed_at
    assert not (await school.enrollments.mine(leo, page=1, limit=5))[0][0].enrollment.completed_at
    await school.lessons.delete_lesson(tina, ids["a"])
    assert not (await school.enrollments.mine(leo, page=1, limit=5))[0][0].enrollment.completed_at


async def test_a_course_stays_editable_when_one_that_it_builds_on_is_taken_back(
    school: School, tina: Principal
) -> None:
    tom = await school.person("Tom", Role.TEACHER)
    first = await school.course(tom)
    second = await school.courses.create(tina, replace(NEW, prerequisites=(first.id,)))
    await school.courses.edit(tom, first.id, lambda now: replace(now, published=False))
    edited = await school.courses.edit(tina, second.id, lambda now: replace(now, published=True))
    assert edited.prerequisites == (first.id,)


async def test_last_lessons_completed_at_once_complete_the_course(
    school: School, tina: Principal, lena: Principal
) -> None:
    course = await school.course(tina, tuple("abcdef"))
    await school.enrollments.enroll(lena, course.id)
    ids = await school.ids(course, lena)
    await asyncio.gather(
        *(school.progress.step(lena, one, Step(NOW, completed=True)) for one in ids.values())
    )
    (mine,), _ = await school.enrollments.mine(lena, page=1, limit=5)
    assert mine.progress.is_complete and mine.enrollment.completed_at == NOW


async def test_in_a_sequential_course_lessons_open_one_after_the_other(
    school: School, tina: Principal, lena: Principal
) -> None:
    course = await school.course(tina, ("a", "b"), ("c",), sequential=True)
    ids = await school.ids(course, lena)
    await school.enrollments.enroll(lena, course.id)
    assert [one.locked for one in (await school.progress.of_course(lena, course.id)).lessons] == [
        False,
        True,
        True,
    ]
    with pytest.raises(NotPermitted) as refused:
        await school.progress.step(lena, ids["c"], Step(NOW, completed=True))
    assert refused.value.details["next_lesson"] == ids["a"]
    await school.progress.step(lena, ids["a"], Step(NOW, completed=True))
    await school.lessons.read(lena, ids["b"])
    await school.lessons.read(tina, ids["c"])


async def test_enrolling_takes_the_prerequisites_once_and_leaving_keeps_progress(
    school: School, tina: Principal, lena: Principal
) -> None:
    first = await school.course(tina, ("a",))
    second = await school.course(tina, ("b",), prerequisites=(first.id,))
    with pytest.raises(Conflict):
        await school.enrollments.enroll(lena, second.id)
    twice = await asyncio.gather(*(school.enrollments.enroll(lena, first.id) for _ in range(4)))
    assert len(set(twice)) == 1
    only = (await school.ids(first, lena))["a"]
    await school.progress.step(lena, only, Step(NOW, completed=True))
    await school.enrollments.enroll(lena, second.id)
    await school.enrollments.leave(lena, first.id)
    with pytest.raises(NotFound):
        await school.enrollments.leave(lena, first.id)
    await school.enrollments.enroll(lena, first.id)
    assert (await school.progress.of_course(lena, first.id)).progress.percent == 100


async def test_a_closed_course_is_entered_by_its_teachers_grace(
    school: School, tina: Principal, lena: Principal
) -> None:
    course = await school.course(tina, ("a",), open_enrollment=False)
    with pytest.raises(NotPermitted):
        await school.enrollments.enroll(lena, course.id)
    granted = await school.enrollments.grant(tina, course.id, lena.person_id)
    assert granted == await school.enrollments.enroll(lena, course.id)
    (told,) = await UpdateStore(school.database).after(lena.person_id, 0)
    assert (told.type, told.data) == ("course.granted", {"course_id": course.id})
    await school.enrollments.withdraw(tina, course.id, lena.person_id)
    with pytest.raises(NotFound):
        await school.enrollments.grant(tina, course.id, "nobody")


async def test_who_learns_in_a_course_hears_of_every_change_of_it_and_nobody_else(database: Database) -> None:
    school, updates = School(database), UpdateStore(database)
    teacher = await school.person("Tina", Role.TEACHER)
    mia, ben, uma = [await school.person(name) for name in ("Mia", "Ben", "Uma")]
    course, other = await school.course(teacher, ("Halves",)), await school.course(teacher, ("Rome",))
    for learner in (mia, ben):
        await school.enrollments.enroll(learner, course.id)
    await school.enrollments.enroll(uma, other.id)
    lesson_id = (await school.ids(course, teacher))["Halves"]
    await school.lessons.edit_lesson(teacher, lesson_id, lambda one: replace(one, title="Thirds"))
    await school.courses.edit(teacher, course.id, lambda one: replace(one, title="Parts"))
    for learner in (mia, ben):
        told = [one for one in await updates.after(learner.person_id, 0) if one.type == "course.changed"]
        assert [one.data for one in told] == [{"course_id": course.id}] * 2
    assert "course.changed" not in [one.type for one in await updates.after(uma.person_id, 0)]


async def test_only_who_may_change_a_lesson_gets_it_to_edit(
    school: School, tina: Principal, lena: Principal
) -> None:
    course = await school.course(tina, ("a",))
    other = await school.person("Tom", Role.TEACHER)
    admin = await school.person("Ada", Role.ADMIN)
    lesson_id = (await school.ids(course, tina))["a"]
    for editor in (tina, admin):
        lesson, around = await school.lessons.to_edit(editor, lesson_id)
        assert (lesson.id, around.id) == (lesson_id, course.id)
        assert (await school.courses.to_edit(editor, course.slug)).id == course.id
    for stranger in (other, lena):
        with pytest.raises(NotFound):
            await school.lessons.to_edit(stranger, lesson_id)
        with pytest.raises(NotFound):
            await school.courses.to_edit(stranger, course.id)
