"""Courses over REST."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from lms_core.courses import Course, CourseFilter, CourseSort, Difficulty
from lms_core.errors import NotFound
from lms_core.people import Permission
from storage.courses import CourseStore
from tutor.api.routing import UNSENT, Call, Model, Page, Paging, Route

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=20_000, description="Markdown")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Picture = Annotated[
    str,
    Field(
        pattern=r"^((https?:/)?/[^\s]+|media[:/][^\s/]+)?$",
        max_length=500,
        description="An address, media:<id>, or empty",
    ),
]
Category = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=50)]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]
Id = Annotated[str, Field(max_length=40)]
Objectives = Annotated[tuple[Line, ...], Field(max_length=20)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=20)]
Prerequisites = Annotated[
    tuple[Id, ...], Field(max_length=20, description="Ids of courses to complete first")
]


class CourseQuery(Paging):
    """Published ones; with `mine` those that I wrote; with `everything` all that I may see, drafts too."""

    category: str | None = Field(None, max_length=100)
    difficulty: Difficulty | None = None
    tag: str | None = Field(None, max_length=50)
    language: str | None = Field(None, max_length=20)
    featured: bool | None = None
    mine: bool = False
    everything: bool = False
    sort: CourseSort = CourseSort.TITLE


class CourseIn(Model):
    title: Title
    description: Text = ""
    objectives: Objectives = ()
    thumbnail: Picture = ""
    banner: Picture = ""
    category: Category = ""
    tags: Tags = ()
    difficulty: Difficulty = Difficulty.BEGINNER
    language: Language = "en"
    open_enrollment: bool = True
    sequential: bool = False
    prerequisites: Prerequisites = ()


class CourseEdit(Model):
    """What is not sent stays."""

    title: Title = UNSENT
    description: Text = UNSENT
    objectives: Objectives = UNSENT
    thumbnail: Picture = UNSENT
    banner: Picture = UNSENT
    category: Category = UNSENT
    tags: Tags = UNSENT
    difficulty: Difficulty = UNSENT
    language: Language = UNSENT
    open_enrollment: bool = UNSENT
    sequential: bool = UNSENT
    prerequisites: Prerequisites = UNSENT


class CourseOut(BaseModel):
    """`open_enrollment`: learners enroll themselves; `sequential`: lessons open one after the other."""

    id: str
    slug: str
    title: str
    description: str
    objectives: list[str]
    thumbnail: str
    banner: str
    category: str
    tags: list[str]
    difficulty: Difficulty
    language: str
    author_id: str | None
    published: bool
    featured: bool
    open_enrollment: bool
    sequential: bool
    prerequisites: list[str]
    created_at: datetime
    updated_at: datetime


def routes(courses: CourseStore) -> list[Route]:
    async def list_courses(call: Call[CourseQuery, None]) -> Page:
        found, total = await courses.listed(call.principal, CourseFilter(**call.query.model_dump()))
        return Page([course_out(one) for one in found], total)

    async def get_course(call: Call[None, None]) -> CourseOut:
        found = await courses.seen(call.principal, call.path["id"])
        if found is None:
            raise NotFound(f"There is no course '{call.path['id']}'.")
        return course_out(found)

    async def create(call: Call[None, CourseIn]) -> CourseOut:
        now = datetime.now(UTC)
        new = Course(id="", slug="", created_at=now, updated_at=now, **call.body.model_dump())
        return course_out(await courses.create(call.principal, new))

    async def edit(call: Call[None, CourseEdit]) -> CourseOut:
        def change(current: Course) -> Course:
            call.must_match(course_out(current))
            return replace(current, **call.body.model_dump(exclude_unset=True))

        return course_out(await courses.edit(call.principal, call.path["id"], change))

    def becomes(**state: Any) -> Callable[[Call[None, None]], Awaitable[CourseOut]]:
        async def become(call: Call[None, None]) -> CourseOut:
            changed = await courses.edit(
                call.principal, call.path["id"], lambda current: replace(current, **state)
            )
            return course_out(changed)

        return become

    async def remove(call: Call[None, None]) -> None:
        await courses.delete(call.principal, call.path["id"])

    acts = [
        Route(
            method="POST", path=f"/courses/{{id}}/{act}", summary=summary, permission=permission,
            handle=becomes(**state), answers=CourseOut, errors=(NotFound,),
        )
        for act, summary, permission, state in (
            ("publish", "Show a course to everybody.", Permission.WRITE_COURSES, {"published": True}),
            ("unpublish", "Take a course back; nobody but its author sees it.", Permission.WRITE_COURSES, {"published": False}),
            ("feature", "Recommend a course to everybody.", Permission.FEATURE_COURSES, {"featured": True}),
            ("unfeature", "Recommend a course no more.", Permission.FEATURE_COURSES, {"featured": False}),
        )
    ]  # fmt: skip
    return [
        Route(
            method="GET", path="/courses", summary="Courses, by title; those published unless asked otherwise.",
            permission=Permission.BROWSE, handle=list_courses, query=CourseQuery, answers=CourseOut,
        ),
        Route(
            method="POST", path="/courses", summary="Make a course; it is not published, so only its author sees it.",
            permission=Permission.WRITE_COURSES, handle=create, body=CourseIn, answers=CourseOut, status=201,
        ),
        Route(
            method="GET", path="/courses/{id}", summary="One course, by id or slug.",
            permission=Permission.BROWSE, handle=get_course, answers=CourseOut, errors=(NotFound,),
        ),
        Route(
            method="PATCH", path="/courses/{id}", summary="Change a course of mine; admins change any.",
            permission=Permission.WRITE_COURSES, handle=edit, body=CourseEdit, answers=CourseOut, edits=True,
            errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/courses/{id}", summary="Delete a course of mine with its lessons and all progress in them.",
            permission=Permission.WRITE_COURSES, handle=remove, answers=None, errors=(NotFound,),
        ),
        *acts,
    ]  # fmt: skip


def course_out(course: Course) -> CourseOut:
    return CourseOut.model_validate(course, from_attributes=True)
