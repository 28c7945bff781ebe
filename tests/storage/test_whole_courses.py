"""A course out of the database and in again, on both."""

from dataclasses import replace

import pytest

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.quizzes import Quiz
from lms_core.errors import NotFound
from lms_core.people import Principal, Role
from lms_core.search import Found
from storage.quiz_rows import PlacedItem
from storage.search import SearchStore
from storage.whole_courses import WholeCourse, WholeCourseStore, WholeLesson, WholeModule, WholeQuiz
from tests.storage.test_courses import NOW, School
from tests.storage.test_courses import school as school
from tests.storage.test_courses import tina as tina

ITEMS = (
    PlacedItem(QuizItem("2 + 2?", "4", QuizKind.NUMERIC, tolerance=0.5, hints=("more than 3",)), 3),
    PlacedItem(QuizItem("Match", kind=QuizKind.MATCHING, pairs=(("a", "1"), ("b", "2")))),
)
QUIZ = WholeQuiz(Quiz("", "Quiz", pass_percent=70, time_limit_seconds=60, max_attempts=3), ITEMS)


def bare(whole: WholeCourse) -> WholeCourse:
    """Without what is new each time."""

    def quiz(one: WholeQuiz) -> WholeQuiz:
        items = tuple(replace(placed, item=replace(placed.item, id="")) for placed in one.items)
        return WholeQuiz(replace(one.quiz, id="", lesson_id=None, course_id=None), items)

    def lesson(one: WholeLesson) -> WholeLesson:
        plain = replace(one.lesson, id="", module_id=None)
        return WholeLesson(plain, quiz(one.quiz) if one.quiz else None)

    return WholeCourse(
        replace(whole.course, id="", slug="", author_id=None, created_at=NOW, updated_at=NOW),
        tuple(
            WholeModule(replace(one.module, id="", course_id=""), tuple(map(lesson, one.lessons)))
            for one in whole.modules
        ),
        tuple(map(quiz, whole.quizzes)),
    )


async def test_a_whole_course_comes_back_as_it_was(school: School, tina: Principal) -> None:
    courses = WholeCourseStore(school.database)
    written = await school.course(tina, ("alpha", "beta"), (), ("gamma",), title="alphabet")
    found = await courses.read(tina, written.slug)
    first, *others = found.modules[0].lessons
    module = replace(found.modules[0], lessons=(replace(first, quiz=QUIZ), *others))
    full = replace(found, modules=(module, *found.modules[1:]), quizzes=(QUIZ, QUIZ))
    made = await courses.add(tina, full)
    again = await courses.read(tina, made.id)
    assert made.id != written.id and made.slug == "alphabet-2"
    assert bare(again) == bare(full)
    hits, total = await SearchStore(school.database).find(tina, "alpha")
    assert total == 4 and {one.kind for one in hits} == {Found.COURSE, Found.LESSON}


async def test_only_who_may_change_a_course_reads_it_whole(school: School, tina: Principal) -> None:
    course = await school.course(tina, ("a",))
    courses = WholeCourseStore(school.database)
    with pytest.raises(NotFound):
        await courses.read(await school.person("Tom", Role.TEACHER), course.id)
    assert (await courses.read(await school.person("Ann", Role.ADMIN), course.id)).course == course
