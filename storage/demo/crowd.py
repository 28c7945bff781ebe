"""A made-up school of any size, to try Viva with and to measure it: the same rows for the same size and seed."""

import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Table, insert, select, text

from lms_core.companions import Companion, Style, Subject
from lms_core.courses import Difficulty
from lms_core.enrollment import Access
from lms_core.errors import Conflict
from lms_core.people import Role
from lms_core.progress import LessonStatus
from lms_core.slugs import slug_of
from storage.database import Database
from storage.demo import demo_lessons
from storage.tables import (
    companions,
    courses,
    enrollments,
    items,
    lesson_progress,
    lessons,
    modules,
    people,
    sessions,
)

_BATCH = 5_000
_MODULES, _LESSONS = 4, 5  # of a course, of a module
_TURNS = 2  # of a session
_TEACHER_EVERY = 50  # of the people, this one teaches
_NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)  # the school year begins; everything else was before
_FIRST = "Ada Ben Cleo Dana Emil Finn Greta Hugo Ida Jonas Kim Lena Milo Nora Otto Pia Quinn Rosa Sami Tessa".split()
_LAST = (
    "Adler Berg Cruz Diaz Eriksen Fischer Gupta Haas Ito Jensen Klein Lopez Meyer Novak Okafor Park".split()
)
_TOPICS = {
    Subject.MATHS: ["fractions", "equations", "triangles"], Subject.LANGUAGE: ["past tense", "letters", "poems"],
    Subject.SCIENCE: ["photosynthesis", "gravity", "seasons"], Subject.HISTORY: ["Rome", "the printing press", "1989"],
    Subject.CODING: ["loops", "functions", "lists"], Subject.GEOGRAPHY: ["rivers", "maps", "climate"],
    Subject.ECONOMICS: ["supply and demand", "trade"], Subject.FINANCE: ["interest", "budgets"],
    Subject.BUSINESS: ["a first plan", "customers"],
}  # fmt: skip
_Rows = Iterator[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each. Progress is spread over the enrollments, at most twenty lessons each."""

    people: int = 10_000
    courses: int = 1_000
    enrollments: int = 50_000
    progress: int = 500_000
    sessions: int = 100_000

    @property
    def companions(self) -> int:
        return self.courses


async def fill(database: Database, size: Size, report: Callable[[str, int], None], seed: int = 1) -> None:
    """All of it or nothing; `report` is told each table and how many rows it got.

    Raises Conflict if the database has a crowd already.
    """
    async with database.write() as connection:
        if await connection.scalar(select(people.c.id).where(people.c.id == _person(0))) is not None:
            raise Conflict("This database has demo data already; take a new data directory for more.")
        for table, rows in _Crowd(size, seed).tables():
            count = 0
            while batch := list(islice(rows, _BATCH)):
                await connection.execute(insert(table), batch)
                count += len(batch)
            report(table.name, count)
        await connection.execute(text("ANALYZE"))  # so that queries are planned for what is there now


def _person(number: int) -> str:
    return f"demo_person_{number}"


def _teachers(size: Size) -> int:
    return max(1, size.people // _TEACHER_EVERY)


class _Crowd:
    """Teachers are the first people, so that every number tells what it stands for."""

    def __init__(self, size: Size, seed: int) -> None:
        self._size = size
        self._random = random.Random(seed)  # noqa: S311  # nobody's secret
        self._lessons = [one.lesson for one in demo_lessons()]

    def tables(self) -> Iterator[tuple[Table, _Rows]]:
        """In an order that foreign keys allow."""
        yield people, self._people()
        yield courses, self._courses()
        yield modules, self._modules()
        yield lessons, self._lesson_rows()
        yield companions, self._companions()
        yield enrollments, self._enrollments()
        yield lesson_progress, self._progress()
        yield sessions, self._sessions()
        yield items, self._items()

    def _people(self) -> _Rows:
        for number in range(self._size.people):
            name = f"{self._random.choice(_FIRST)} {self._random.choice(_LAST)}"
            role = Role.TEACHER if number < _teachers(self._size) else Role.LEARNER
            yield {
                "id": _person(number), "name": name, "role": role.value,
                "email": f"demo{number}@example.org", "created_at": self._earlier(700),
            }  # fmt: skip

    def _courses(self) -> _Rows:
        for number in range(self._size.courses):
            subject, topic = self._topic()
            made = self._earlier(600)
            yield {
                "id": f"demo_course_{number}", "slug": f"demo-course-{number}", "title": f"{topic.capitalize()} {number}",
                "description": f"A course on {topic}, for beginners and for those who forgot.",
                "objectives": [f"Explain {topic}", f"Use {topic} every day"], "thumbnail": "", "banner": "",
                "category": subject.value, "difficulty": self._random.choice(list(Difficulty)).value, "language": "en",
                "author_id": _person(number % _teachers(self._size)), "published": number % 10 != 9,
                "featured": number % 50 == 0, "created_at": made, "updated_at": made,
            }  # fmt: skip

    def _modules(self) -> _Rows:
        for course in range(self._size.courses):
            for position in range(_MODULES):
                yield {
                    "id": f"demo_module_{course}_{position}", "course_id": f"demo_course_{course}",
                    "title": f"Part {position + 1}", "description": "", "position": position,
                }  # fmt: skip

    def _lesson_rows(self) -> _Rows:
        for course in range(self._size.courses):
            for number in range(_MODULES * _LESSONS):
                module, position = divmod(number, _LESSONS)
                text = self._lessons[number % len(self._lessons)]
                title = f"{text.title} {number + 1}"
                yield {
                    "id": _lesson(course, number), "slug": slug_of(title, "lesson"), "title": title,
                    "content": text.content, "language": text.language, "quiz": [],
                    "module_id": f"demo_module_{course}_{module}", "position": position,
                }  # fmt: skip

    def _companions(self) -> _Rows:
        for number in range(self._size.companions):
            subject, topic = self._topic()
            companion = Companion(
                f"demo_companion_{number}", f"demo-companion-{number}", self._random.choice(_FIRST), subject,
                f"{topic} {number}", self._random.choice(list(Style)), author_id=_person(number % _teachers(self._size)),
                lesson_id=_lesson(number, 0),
            )  # fmt: skip
            yield asdict(companion)

    def _enrollments(self) -> _Rows:
        for number in range(self._size.enrollments):
            course, person = self._enrollment(number)
            begun = self._earlier(300)
            yield {
                "course_id": f"demo_course_{course}", "person_id": person, "access": Access.OPEN.value,
                "enrolled_at": begun, "last_accessed_at": begun + timedelta(days=self._random.randrange(20)),
                "completed_at": None,
            }  # fmt: skip

    def _progress(self) -> _Rows:
        enrollments = self._size.enrollments
        for number in range(min(self._size.progress, enrollments * _MODULES * _LESSONS)):
            lesson, enrollment = divmod(number, enrollments)
            course, person = self._enrollment(enrollment)
            done = self._random.random() < 0.7
            at = self._earlier(200)
            yield {
                "lesson_id": _lesson(course, lesson), "person_id": person,
                "status": (LessonStatus.COMPLETED if done else LessonStatus.IN_PROGRESS).value, "last_accessed_at": at,
                "completed_at": at if done else None, "time_spent": self._random.randrange(60, 1800),
                "attempts": int(done), "score": self._random.randrange(40, 101) if done else None,
            }  # fmt: skip

    def _enrollment(self, number: int) -> tuple[int, str]:
        """Course and person of an enrollment; no pair comes twice while there are fewer than courses times learners."""
        first = _teachers(self._size)
        learners = max(1, self._size.people - first)
        again, learner = divmod(number, learners)
        return (learner * 7 + again) % self._size.courses, _person(first + learner)

    def _sessions(self) -> _Rows:
        first = _teachers(self._size)
        for number in range(self._size.sessions):
            began = _NOW - timedelta(minutes=3 * number)
            yield {
                "id": f"demo_session_{number}", "companion_id": f"demo_companion_{number % self._size.companions}",
                "person_id": _person(first + number * 13 % max(1, self._size.people - first)), "door": "realtime",
                "started_at": began, "ended_at": began + timedelta(minutes=12), "ended_reason": "finished",
                "snapshot": {"summary": "We went through the first part, and the quick check went well."},
            }  # fmt: skip

    def _items(self) -> _Rows:
        for number in range(self._size.sessions):
            for position in range(2 * _TURNS):
                spoken = position % 2 == 0
                text = (
                    "Is it one half?"
                    if spoken
                    else "Yes, one half is right. What do we call the bottom number?"
                )
                yield {
                    "session_id": f"demo_session_{number}", "id": f"item_{position}", "position": float(position),
                    "kind": "message", "role": "learner" if spoken else "tutor", "status": "completed",
                    "content": [{"kind": "input_audio" if spoken else "output_audio", "text": text}], "data": {},
                    "created_at": _NOW,
                }  # fmt: skip

    def _topic(self) -> tuple[Subject, str]:
        subject = self._random.choice(list(Subject))
        return subject, self._random.choice(_TOPICS[subject])

    def _earlier(self, days: int) -> datetime:
        return _NOW - timedelta(minutes=self._random.randrange(days * 1440))


def _lesson(course: int, number: int) -> str:
    return f"demo_lesson_{course}_{number}"
