"""What is in a course, over REST: modules, lessons, and their order."""

import json
from dataclasses import asdict, replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, JsonValue

from lms_core.courses import MOST_LESSONS, MOST_MODULES, Lesson, LessonKind, Module, ModuleOutline
from lms_core.errors import Conflict, NotFound
from lms_core.people import Permission
from storage.lessons import LessonStore
from tutor.api.courses import Id, Language, Text, Title
from tutor.api.routing import UNSENT, Call, Model, Route

_MOST_METADATA = 10_000  # characters of JSON


def _small(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if len(json.dumps(value, allow_nan=False)) > _MOST_METADATA:
        raise ValueError(f"at most {_MOST_METADATA} characters of JSON")
    return value


Content = Annotated[str, Field(max_length=200_000, description="Markdown, without the title")]
Metadata = Annotated[dict[str, JsonValue], AfterValidator(_small)]


class ModuleIn(Model):
    title: Title
    description: Text = ""


class ModuleEdit(Model):
    """What is not sent stays."""

    title: Title = UNSENT
    description: Text = UNSENT


class ModuleOut(BaseModel):
    id: str
    course_id: str
    title: str
    description: str
    position: int


class LessonIn(Model):
    title: Title
    content: Content = ""
    language: Language = "en"
    kind: LessonKind = LessonKind.TEXT
    metadata: Metadata = Field(default_factory=dict)
    free_preview: bool = False


class LessonEdit(Model):
    """What is not sent stays."""

    title: Title = UNSENT
    content: Content = UNSENT
    language: Language = UNSENT
    kind: LessonKind = UNSENT
    metadata: Metadata = UNSENT
    free_preview: bool = UNSENT


class LessonHeadOut(BaseModel):
    """A lesson as it stands in a table of contents."""

    id: str
    slug: str
    title: str
    language: str
    module_id: str | None
    position: int
    kind: LessonKind
    metadata: dict[str, Any]
    free_preview: bool


class LessonOut(LessonHeadOut):
    content: str


class ModuleOutlineOut(ModuleOut):
    lessons: list[LessonHeadOut]


class OutlineOut(BaseModel):
    modules: list[ModuleOutlineOut]


class ModuleOrder(Model):
    id: Id
    lessons: list[Id] = Field(max_length=MOST_LESSONS)


class OrderIn(Model):
    """Every module of the course once, and every lesson once, in the order they should have."""

    modules: list[ModuleOrder] = Field(max_length=MOST_MODULES)


def routes(lessons: LessonStore) -> list[Route]:
    async def get_outline(call: Call[None, None]) -> OutlineOut:
        return outline_out(await lessons.outline(call.principal, call.path["id"]))

    async def reorder(call: Call[None, OrderIn]) -> OutlineOut:
        found = await lessons.reorder(
            call.principal, call.path["id"], {one.id: one.lessons for one in call.body.modules},
            lambda present: call.must_match(outline_out(present)),
        )  # fmt: skip
        return outline_out(found)

    async def add_module(call: Call[None, ModuleIn]) -> ModuleOut:
        new = Module(id="", course_id="", **call.body.model_dump())
        return _module(await lessons.add_module(call.principal, call.path["id"], new))

    async def get_module(call: Call[None, None]) -> ModuleOut:
        found = await lessons.module(call.principal, call.path["id"])
        if found is None:
            raise NotFound(f"There is no module '{call.path['id']}'.")
        return _module(found)

    async def edit_module(call: Call[None, ModuleEdit]) -> ModuleOut:
        def change(current: Module) -> Module:
            call.must_match(_module(current))
            return replace(current, **call.body.model_dump(exclude_unset=True))

        return _module(await lessons.edit_module(call.principal, call.path["id"], change))

    async def delete_module(call: Call[None, None]) -> None:
        await lessons.delete_module(call.principal, call.path["id"])

    async def add_lesson(call: Call[None, LessonIn]) -> LessonOut:
        new = Lesson(id="", slug="", **call.body.model_dump())
        return lesson_out(await lessons.add_lesson(call.principal, call.path["id"], new))

    async def get_lesson(call: Call[None, None]) -> LessonOut:
        return lesson_out(await lessons.read(call.principal, call.path["id"]))

    async def edit_lesson(call: Call[None, LessonEdit]) -> LessonOut:
        def change(current: Lesson) -> Lesson:
            call.must_match(lesson_out(current))
            return replace(current, **call.body.model_dump(exclude_unset=True))

        return lesson_out(await lessons.edit_lesson(call.principal, call.path["id"], change))

    async def delete_lesson(call: Call[None, None]) -> None:
        await lessons.delete_lesson(call.principal, call.path["id"])

    browse, write = Permission.BROWSE, Permission.WRITE_COURSES
    return [
        Route(
            method="GET", path="/courses/{id}/outline", summary="The modules and lessons of a course, in order.",
            permission=browse, handle=get_outline, answers=OutlineOut, errors=(NotFound,),
        ),
        Route(
            method="PUT", path="/courses/{id}/outline", permission=write, handle=reorder, body=OrderIn,
            summary="Put all modules and lessons of a course in order; lessons may move to another module.",
            answers=OutlineOut, edits=True, errors=(NotFound,),
        ),
        Route(
            method="POST", path="/courses/{id}/modules", summary="Add a module at the end of a course.",
            permission=write, handle=add_module, body=ModuleIn, answers=ModuleOut, status=201,
            errors=(NotFound, Conflict),
        ),
        Route(
            method="GET", path="/modules/{id}", summary="One module.",
            permission=browse, handle=get_module, answers=ModuleOut, errors=(NotFound,),
        ),
        Route(
            method="PATCH", path="/modules/{id}", summary="Change a module of my course.",
            permission=write, handle=edit_module, body=ModuleEdit, answers=ModuleOut, edits=True, errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/modules/{id}", summary="Delete a module with its lessons and all progress in them.",
            permission=write, handle=delete_module, answers=None, errors=(NotFound,),
        ),
        Route(
            method="POST", path="/modules/{id}/lessons", summary="Add a lesson at the end of a module.",
            permission=write, handle=add_lesson, body=LessonIn, answers=LessonOut, status=201,
            errors=(NotFound, Conflict),
        ),
        Route(
            method="GET", path="/lessons/{id}", permission=browse, handle=get_lesson, answers=LessonOut,
            summary="One lesson with its content: for who is enrolled, or for all if it is a free preview.",
            errors=(NotFound,),
        ),
        Route(
            method="PATCH", path="/lessons/{id}", summary="Change a lesson of my course.",
            permission=write, handle=edit_lesson, body=LessonEdit, answers=LessonOut, edits=True, errors=(NotFound,),
        ),
        Route(
            method="DELETE", path="/lessons/{id}", summary="Delete a lesson with all progress in it.",
            permission=write, handle=delete_lesson, answers=None, errors=(NotFound,),
        ),
    ]  # fmt: skip


def _module(module: Module) -> ModuleOut:
    return ModuleOut.model_validate(module, from_attributes=True)


def lesson_out(lesson: Lesson) -> LessonOut:
    return LessonOut.model_validate(lesson, from_attributes=True)


def outline_out(outline: tuple[ModuleOutline, ...]) -> OutlineOut:
    modules = [
        ModuleOutlineOut(
            **asdict(one.module),
            lessons=[LessonHeadOut.model_validate(lesson, from_attributes=True) for lesson in one.lessons],
        )
        for one in outline
    ]
    return OutlineOut(modules=modules)
