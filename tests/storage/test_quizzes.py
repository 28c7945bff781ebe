"""Attempts and what moves with them, in one transaction."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

import storage
from lms_core.assessment.answers import Places, Words
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.quizzes import Quiz
from lms_core.assessment.spoken_quiz import with_answer
from lms_core.errors import Conflict, NotFound
from lms_core.people import Principal, Role, TokenKind
from lms_core.sessions import SaveItem, SaveSnapshot
from storage.attempts import AttemptStore
from storage.audit import AuditStore
from storage.companions import CompanionStore
from storage.database import Database
from storage.quiz_rows import PlacedItem
from storage.quizzes import QuizStore
from storage.sessions import SessionStore
from storage.tables import (
    courses,
    enrollments,
    lesson_progress,
    lessons,
    modules,
    quiz_attempts,
    sessions,
    xp_entries,
)
from storage.writer import SessionWriter
from tests.storage.rows import item, learner_with_sessions
from tests.storage.test_writer import running
from tutor.retention import Retention

NOW = datetime.now(UTC)
ITEMS = [
    PlacedItem(QuizItem("3 + 4?", "7", QuizKind.NUMERIC, explanation="Count on.")),
    PlacedItem(QuizItem("Which?", "b", QuizKind.MULTIPLE_CHOICE, choices=("a", "b", "c"))),
]


async def course_with_lesson(database: Database, *learner_ids: str) -> None:
    async with database.write() as connection:
        await connection.execute(
            insert(courses).values(
                id="course_1", slug="c", title="C", description="", objectives=[], thumbnail="", banner="",
                category="", difficulty="beginner", language="en", published=True, created_at=NOW, updated_at=NOW,
            )
        )  # fmt: skip
        await connection.execute(
            insert(modules).values(id="m1", course_id="course_1", title="M", description="", position=0)
        )
        await connection.execute(
            insert(lessons).values(id="l1", slug="l", title="L", content="", language="en", module_id="m1")
        )
        for person_id in learner_ids:
            await connection.execute(
                insert(enrollments).values(
                    course_id="course_1",
                    person_id=person_id,
                    access="open",
                    enrolled_at=NOW,
                    last_accessed_at=NOW,
                )
            )
        await connection.execute(update(sessions).values(lesson_id="l1"))


async def setting(database: Database, **settings: object) -> tuple[Principal, Quiz, tuple[PlacedItem, ...]]:
    """A learner who is enrolled, and the quiz of the course's only lesson."""
    person = await learner_with_sessions(database, "s1", "s2")
    await course_with_lesson(database, person.id)
    admin = Principal("admin", Role.ADMIN, TokenKind.API_KEY)
    store = QuizStore(database)
    quiz = await store.create_for_lesson(admin, "l1", Quiz("", "Quiz", **settings))  # type: ignore[arg-type]
    items = await store.put_items(admin, quiz.id, ITEMS, lambda _present: None)
    return Principal(person.id, Role.LEARNER, TokenKind.API_KEY), quiz, items


async def progress(database: Database) -> tuple[str, int, int | None]:
    async with database.read() as connection:
        row = (await connection.execute(select(lesson_progress))).one()
    return row.status, row.attempts, row.score


async def test_a_submitted_attempt_moves_progress_and_gives_xp_once(database: Database) -> None:
    learner, quiz, (seven, choice) = await setting(database)
    store = AttemptStore(database)
    started = await store.start(learner, quiz.id)
    assert (await store.start(learner, quiz.id)).attempt == started.attempt
    await store.answer(learner, started.attempt.id, seven.item.id, Words("eight"))
    await store.answer(learner, started.attempt.id, seven.item.id, Words("seven"))
    first = await store.submit(learner, started.attempt.id)
    assert (first.attempt.score, await progress(database)) == (50, ("in_progress", 1, 50))
    with pytest.raises(Conflict):
        await store.answer(learner, started.attempt.id, choice.item.id, Places((1,)))
    again = (await store.start(learner, quiz.id)).attempt
    await store.answer(learner, again.id, seven.item.id, Words("seven"))
    await store.answer(learner, again.id, choice.item.id, Places((1,)))
    results = await asyncio.gather(*(store.submit(learner, again.id) for _ in range(5)))
    assert {one.attempt.score for one in results} == {100}
    assert await progress(database) == ("completed", 2, 100)
    found, total = await store.of_quiz(learner, quiz.id, page=1, limit=10)
    assert total == 2 and [one.score for one in found] == [100, 50]
    async with database.read() as connection:
        rows = await connection.execute(select(xp_entries.c.reason, xp_entries.c.source))
        assert set(rows.all()) == {
            ("quiz", quiz.id), ("perfect_quiz", quiz.id), ("lesson", "l1"), ("course", "course_1"),
        }  # fmt: skip


async def test_of_many_starts_at_once_one_attempt_comes(database: Database) -> None:
    learner, quiz, _ = await setting(database, max_attempts=1)
    store = AttemptStore(database)
    started = await asyncio.gather(*(store.start(learner, quiz.id) for _ in range(10)))
    assert len({one.attempt.id for one in started}) == 1
    await store.submit(learner, started[0].attempt.id)
    with pytest.raises(Conflict):
        await store.start(learner, quiz.id)


async def test_when_the_time_is_up_what_was_answered_counts(database: Database) -> None:
    learner, quiz, (seven, _) = await setting(database, time_limit_seconds=60)
    store = AttemptStore(database)
    late = (await store.start(learner, quiz.id)).attempt
    await store.answer(learner, late.id, seven.item.id, Words("seven"))
    async with database.write() as connection:
        await connection.execute(update(quiz_attempts).values(started_at=NOW - timedelta(minutes=5)))
    with pytest.raises(Conflict, match="time is up"):
        await store.answer(learner, late.id, seven.item.id, Words("eight"))
    assert (await store.start(learner, quiz.id)).attempt.number == 2
    assert (await store.find(learner, late.id)).attempt.score == 50


async def test_attempts_are_their_learners_own(database: Database) -> None:
    learner, quiz, (seven, _) = await setting(database)
    store = AttemptStore(database)
    mine = (await store.start(learner, quiz.id)).attempt
    stranger = Principal("stranger", Role.LEARNER, TokenKind.API_KEY)
    for act in (
        store.find(stranger, mine.id), store.submit(stranger, mine.id), store.start(stranger, quiz.id),
        store.answer(stranger, mine.id, seven.item.id, Words("7")),
        store.answer(learner, mine.id, "item_of_another", Words("7")),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            await act


async def test_what_was_said_becomes_an_attempt_when_the_session_ends(database: Database) -> None:
    learner, quiz, (seven, choice) = await setting(database, max_attempts=1)
    memory = with_answer(with_answer({}, seven.item.id, "um I think seven"), choice.item.id, "the second one")
    memory = with_answer(memory, "item_gone", "whatever")
    writer = SessionWriter(database)
    async with running(writer):
        for _ in range(2):
            said = SaveItem("s1", item("item_1"))
            await writer.commit([said, SaveSnapshot("s1", {"turns": 4, "memory": memory}, "finished")])
    store = AttemptStore(database)
    (spoken,), _ = await store.of_quiz(learner, quiz.id, page=1, limit=10)
    assert (spoken.session_id, spoken.score) == ("s1", 100)
    assert await progress(database) == ("completed", 1, 100)
    whole = await store.find(learner, spoken.id)
    assert whole.answers[choice.item.id].answer == Words("the second one")
    await store.start(learner, quiz.id)  # what was asked by voice takes no attempt away


async def test_what_a_talk_asked_of_a_quiz_can_be_gone_on_with_by_click_or_in_the_next_talk(
    database: Database,
) -> None:
    learner, quiz, (seven, choice) = await setting(database)
    store = AttemptStore(database)
    await talk(database, "s1", with_answer({}, seven.item.id, "um I think seven"))
    (half,), _ = await store.of_quiz(learner, quiz.id, page=1, limit=10)
    assert (half.session_id, half.score) == ("s1", None)
    assert await progress(database) == ("in_progress", 0, None)
    goes_on = await store.start(learner, quiz.id)
    assert goes_on.attempt == half and goes_on.answers[seven.item.id].correct
    more = with_answer(with_answer({}, seven.item.id, "eight"), choice.item.id, "the second one")
    await talk(database, "s2", more)
    (whole,), _ = await store.of_quiz(learner, quiz.id, page=1, limit=10)
    assert (whole.id, whole.score) == (half.id, 100)
    assert await progress(database) == ("completed", 1, 100)


@pytest.mark.parametrize("limit", ["max_attempts", "time_limit_seconds"])
async def test_of_a_quiz_with_limits_a_talk_leaves_nothing_open(database: Database, limit: str) -> None:
    learner, quiz, (seven, _) = await setting(database, **{limit: 60})
    await talk(database, "s1", with_answer({}, seven.item.id, "seven"))
    (done,), _ = await AttemptStore(database).of_quiz(learner, quiz.id, page=1, limit=10)
    assert done.score == 50


async def test_a_talk_that_nobody_came_back_to_counts_once_it_is_given_up(database: Database) -> None:
    learner, quiz, (seven, choice) = await setting(database)
    memory = with_answer(with_answer({}, seven.item.id, "seven"), choice.item.id, "b")
    await talk(database, "s1", memory, ended=None)
    store, day = SessionStore(database), timedelta(days=1)
    retention = Retention(AuditStore(database), store, lambda: 365)
    await retention.once(NOW)
    assert (await AttemptStore(database).of_quiz(learner, quiz.id, page=1, limit=1))[1] == 0
    for _ in range(2):
        await retention.once(datetime.now(UTC) + day)
    (spoken,), _ = await AttemptStore(database).of_quiz(learner, quiz.id, page=1, limit=10)
    assert spoken.score == 100
    left = await store.find("s1", None)
    assert left is not None and left.ended_at is not None and left.ended_reason == "abandoned"
    assert left.ended_at < datetime.now(UTC), "it ended with its last word"


async def talk(
    database: Database, session_id: str, memory: dict[str, Any], ended: str | None = "finished"
) -> None:
    writer = SessionWriter(database)
    async with running(writer):
        said = SaveItem(session_id, item("item_1"))
        await writer.commit([said, SaveSnapshot(session_id, {"turns": 4, "memory": memory}, ended)])


async def test_companions_ask_the_items_of_their_lessons_quiz(database: Database) -> None:
    _, quiz, items = await setting(database)
    lesson = await CompanionStore(database).lesson("l1")
    assert lesson is not None and lesson.quiz == tuple(one.item for one in items)
    admin = Principal("admin", Role.ADMIN, TokenKind.API_KEY)
    turned = await QuizStore(database).put_items(admin, quiz.id, [items[1]], lambda _present: None)
    assert turned == (items[1],)
    lesson = await CompanionStore(database).lesson("l1")
    assert lesson is not None and lesson.quiz == (items[1].item,)


def _before(name: str) -> str:
    """The revision that the migration with this name follows."""
    (path,) = Path(storage.__file__).parent.glob(f"migrations/versions/*_{name}.py")
    return f"{int(path.name[:4]) - 1:04}"


async def test_items_that_stood_in_lessons_are_moved_to_quizzes(
    bare_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    upgrade = command.upgrade
    database = Database(bare_database_url)
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", lambda config, _revision: upgrade(config, _before("quizzes")))
        await database.migrate()
    async with database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO lessons (id, slug, title, content, language, quiz) VALUES ('l', 'l', 'Old', 'c', 'en', "
                """'[{"question": "3 + 4?", "answer": "7", "kind": "numeric", "accept": ["seven"], "choices": [],"""
                """ "explanation": "", "hints": ["count"]}]')"""
            )
        )
    await database.migrate()
    lesson = await CompanionStore(database).lesson("l")
    assert lesson is not None
    (item,) = lesson.quiz
    assert (item.question, item.answer, item.accept, item.hints) == ("3 + 4?", "7", ("seven",), ("count",))
    await database.aclose()


async def test_learners_are_told_of_a_courses_quiz_once_that_has_questions(database: Database) -> None:
    learner, _, _ = await setting(database)
    admin, store = Principal("admin", Role.ADMIN, TokenKind.API_KEY), QuizStore(database)
    quiz = await store.create_for_course(admin, "course_1", Quiz("", "All"))
    assert await store.of_course(learner, "course_1", page=1, limit=10) == ([], 0)
    assert await store.of_course(admin, "course_1", page=1, limit=10) == ([quiz], 1)
    await store.put_items(admin, quiz.id, ITEMS, lambda _present: None)
    assert await store.of_course(learner, "course_1", page=1, limit=10) == ([quiz], 1)
