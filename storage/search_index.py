"""Writing what search finds; part of the transaction that changes it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lms_core.companions import Companion
from lms_core.courses import Course, Lesson
from lms_core.search import Document, Found, words
from storage.tables import search_documents

_FTS5 = text("INSERT INTO search_index (rowid, title, body) VALUES (:number, :title, :body)")
_FTS5_DELETE = text("DELETE FROM search_index WHERE rowid = :number")
_TSVECTOR = text(
    "INSERT INTO search_index (number, words) VALUES (:number, CAST(CAST(:words AS text) AS tsvector))"
)
_LAST_POSITION = 16_383  # of a word in a tsvector


def of_course(course: Course) -> Document:
    body = "\n".join((course.description, *course.objectives, course.category, *course.tags))
    return Document(Found.COURSE, course.id, course.title, body)


def of_lesson(lesson: Lesson) -> Document:
    return Document(Found.LESSON, lesson.id, lesson.title, lesson.content)


def of_companion(companion: Companion) -> Document:
    return Document(Found.COMPANION, companion.id, companion.name, f"{companion.topic}\n{companion.subject}")


async def index(connection: AsyncConnection, documents: Sequence[Document]) -> None:
    """Each id once; what is there under them is replaced."""
    for kind in Found:
        some = {one.id: one for one in documents if one.kind is kind}
        if some:
            await forget(connection, kind, some.keys())
            await _add(connection, kind, some)


async def _add(connection: AsyncConnection, kind: Found, some: Mapping[str, Document]) -> None:
    rows = [{"kind": kind.value, "id": one.id, "title": one.title, "body": one.body} for one in some.values()]
    await connection.execute(insert(search_documents), rows)
    those = (search_documents.c.kind == kind.value) & search_documents.c.id.in_(some)
    numbers = await connection.execute(select(search_documents.c.number, search_documents.c.id).where(those))
    made = [(number, words(some[key].title), words(some[key].body)) for number, key in numbers]
    if connection.dialect.name == "sqlite":
        await connection.execute(
            _FTS5,
            [
                {"number": number, "title": " ".join(title), "body": " ".join(body)}
                for number, title, body in made
            ],
        )
    else:
        await connection.execute(
            _TSVECTOR, [{"number": number, "words": _vector(title, body)} for number, title, body in made]
        )


async def forget(connection: AsyncConnection, kind: Found, ids: Collection[str]) -> None:
    """Those that are not there are no error."""
    if not ids:
        return
    those = (search_documents.c.kind == kind.value) & search_documents.c.id.in_(ids)
    if connection.dialect.name == "sqlite":  # PostgreSQL deletes what refers to the documents
        rows = await connection.scalars(select(search_documents.c.number).where(those))
        if numbers := [{"number": one} for one in rows]:
            await connection.execute(_FTS5_DELETE, numbers)
    await connection.execute(delete(search_documents).where(those))


def _vector(title: Iterable[str], body: Iterable[str]) -> str:
    """A tsvector as PostgreSQL writes it: each word with its places; words of the title weigh more (A)."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    at = count(1)
    for some, weight in ((title, "A"), (body, "")):
        for word in some:
            places[word].append(f"{min(next(at), _LAST_POSITION)}{weight}")
    return " ".join(f"'{word}':{','.join(some)}" for word, some in places.items())  # words have no quotes
