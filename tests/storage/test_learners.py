"""A teacher sees of a learner what belongs to the teacher's own courses and companions, and nothing else."""

from dataclasses import replace

import pytest

from lms_core.assessment.answers import Words
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.quizzes import Quiz
from lms_core.companions import Companion, CompanionStatus, Subject
from lms_core.errors import NotFound
from lms_core.people import Principal, Role
from storage.attempts import AttemptStore
from storage.companions import CompanionStore
from storage.learners import LearnerStore
from storage.quiz_rows import PlacedItem
from storage.quizzes import QuizStore
from storage.sessions import SessionStore
from tests.storage.test_courses import School
from tests.storage.test_courses import lena as lena
from tests.storage.test_courses import school as school
from tests.storage.test_courses import tina as tina

ADA = Companion("", "", "Ada", Subject.MATHS, "fractions", status=CompanionStatus.PUBLISHED)
ITEMS = [
    PlacedItem(QuizItem("3 + 4?", "7", QuizKind.NUMERIC)),
    PlacedItem(QuizItem("4 + 4?", "8", QuizKind.NUMERIC)),
]


async def taken(school: School, teacher: Principal, learner: Principal, title: str) -> str:
    """A course of the teacher's that the learner takes, with a lesson of this title, whose quiz was half right; the attempt's id."""
    course = await school.course(teacher, (title,), title=title)
    lesson = (await school.ids(course, teacher))[title]
    quizzes, attempts = QuizStore(school.database), AttemptStore(school.database)
    quiz = await quizzes.create_for_lesson(teacher, lesson, Quiz("", title))
    await quizzes.put_items(teacher, quiz.id, ITEMS, lambda _: None)
    await school.enrollments.enroll(learner, course.id)
    whole = await attempts.start(learner, quiz.id)
    for placed in whole.items:
        await attempts.answer(learner, whole.attempt.id, placed.item.id, Words("seven"))
    await attempts.submit(learner, whole.attempt.id)
    return whole.attempt.id


async def test_teachers_see_their_own_part_of_a_learner_and_admins_all(
    school: School, tina: Principal, lena: Principal
) -> None:
    otto = await school.person("Otto", Role.TEACHER)
    admin = await school.person("Ann", Role.ADMIN)
    hers, his = await taken(school, tina, lena, "sums"), await taken(school, otto, lena, "rivers")
    learners, who = LearnerStore(school.database), lena.person_id
    for teacher, titles in ((tina, {"sums"}), (otto, {"rivers"}), (admin, {"sums", "rivers"})):
        assert (await learners.find(teacher, who)).name == "Lena"
        courses = await learners.courses(teacher, who)
        assert {one.title for one in courses} == titles
        assert {lesson.title for one in courses for lesson in one.lessons} == titles
        attempts, total = await learners.attempts(teacher, who)
        assert ({one.quiz.title for one in attempts}, total) == (titles, len(titles))
        hard = await learners.hardest(teacher, who)
        assert {(one.quiz_title, one.question, one.score) for one in hard} == {
            (t, "4 + 4?", 0) for t in titles
        }
    learner, whole = await learners.attempt(tina, hers)
    assert (learner.id, whole.attempt.score, len(whole.answers)) == (who, 50, 2)
    with pytest.raises(NotFound):
        await learners.attempt(tina, his)


async def test_who_takes_no_course_of_theirs_is_not_theirs(
    school: School, tina: Principal, lena: Principal, companions: CompanionStore
) -> None:
    otto = await school.person("Otto", Role.TEACHER)
    await taken(school, otto, lena, "rivers")
    ada = await companions.create(tina, ADA)
    await SessionStore(school.database).open("sess_1", ada.id, lena.person_id, "realtime")
    learners = LearnerStore(school.database)
    with pytest.raises(NotFound):
        await learners.find(tina, lena.person_id)
    assert await learners.talk(tina, "sess_1") is None, "a stranger who talked to her companion"
    assert await learners.talks(tina, lena.person_id) == ([], 0)


async def test_talks_are_those_with_ones_companions_or_about_ones_lessons(
    school: School, tina: Principal, lena: Principal, companions: CompanionStore
) -> None:
    otto = await school.person("Otto", Role.TEACHER)
    course = await school.course(tina, ("sums",))
    lesson = (await school.ids(course, tina))["sums"]
    await school.enrollments.enroll(lena, course.id)
    hers, his = await companions.create(tina, ADA), await companions.create(otto, replace(ADA, name="Bo"))
    sessions = SessionStore(school.database)
    await sessions.open("with_hers", hers.id, lena.person_id, "realtime")
    await sessions.open("about_hers", his.id, lena.person_id, "realtime", lesson_id=lesson)
    await sessions.open("neither", his.id, lena.person_id, "realtime")
    learners = LearnerStore(school.database)
    found, total = await learners.talks(tina, lena.person_id)
    assert ({one.id for one in found}, total) == ({"with_hers", "about_hers"}, 2)
    assert {one.id for one in await learners.talks_of(tina, [lena.person_id], limit=9)} == {
        "with_hers",
        "about_hers",
    }
    assert await learners.talks_of(tina, [otto.person_id], limit=9) == []
    assert await learners.talk(tina, "neither") is None
    assert await learners.talk(tina, "about_hers") is not None
