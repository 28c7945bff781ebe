"""course.json, the table of contents of a course archive. The format is described in docs/archives.md."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from lms_core.assessment.items import check, item_of
from lms_core.assessment.quizzes import MOST_ITEMS, Quiz
from lms_core.courses import MOST_LESSONS, MOST_MODULES, Course, Lesson, LessonKind, Module
from lms_core.errors import InvalidInput
from lms_core.media_references import ARCHIVED
from storage.quiz_rows import PlacedItem
from storage.whole_courses import WholeCourse, WholeLesson, WholeModule, WholeQuiz
from tutor.api.courses import CourseIn, Language, Title
from tutor.api.exercises import ExerciseIn, exercise_of
from tutor.api.lessons import Metadata, ModuleIn
from tutor.api.quizzes import ItemIn, QuizIn
from tutor.api.routing import Model

_MOST_QUIZZES = 100
_MOST_MEDIA = 2000
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]


class QuizFile(QuizIn):
    items: tuple[ItemIn, ...] = Field((), max_length=MOST_ITEMS)


class LessonFile(Model):
    """Its content is in `lessons/<slug>.md`."""

    slug: Slug
    title: Title
    language: Language = "en"
    kind: LessonKind = LessonKind.TEXT
    metadata: Metadata = Field(default_factory=dict)
    free_preview: bool = False
    quiz: QuizFile | None = None
    exercise: ExerciseIn | None = None


class ModuleFile(ModuleIn):
    lessons: tuple[LessonFile, ...] = Field((), max_length=MOST_LESSONS)


class MediaFile(Model):
    file: str = Field(pattern=f"^{ARCHIVED}$")
    name: str = Field(min_length=1, max_length=200)


class CourseFile(Model):
    format: Literal["viva-course"] = "viva-course"
    version: Literal[1] = 1
    course: CourseIn
    modules: tuple[ModuleFile, ...] = Field((), max_length=MOST_MODULES)
    quizzes: tuple[QuizFile, ...] = Field((), max_length=_MOST_QUIZZES)
    media: tuple[MediaFile, ...] = Field((), max_length=_MOST_MEDIA)


def content_name(slug: str) -> str:
    return f"lessons/{slug}.md"


def course_file(whole: WholeCourse, media: tuple[MediaFile, ...]) -> CourseFile:
    """Raises InvalidInput if the course, which older rules may have let in, cannot be written."""
    plain = {
        "course": _only(whole.course, set(CourseIn.model_fields) - {"prerequisites"}),
        "modules": [
            {
                **_only(one.module, set(ModuleIn.model_fields)),
                "lessons": [_lesson_file(lesson) for lesson in one.lessons],
            }
            for one in whole.modules
        ],
        "quizzes": [_quiz_file(one) for one in whole.quizzes],
        "media": [one.model_dump() for one in media],
    }
    return read(json.dumps(plain))


def read(text: str) -> CourseFile:
    """Raises InvalidInput."""
    try:
        return CourseFile.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise InvalidInput(f"course.json: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error


def written(file: CourseFile) -> str:
    """What is as it is anyway is left out."""
    plain = file.model_dump(mode="json", exclude_defaults=True)
    whole = {"format": file.format, "version": file.version, **plain}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def whole_course(file: CourseFile, contents: dict[str, str]) -> WholeCourse:
    """`contents` of the lessons by slug. Raises InvalidInput if a slug stands twice or an item cannot be answered."""
    slugs = [lesson.slug for module in file.modules for lesson in module.lessons]
    if len(set(slugs)) < len(slugs) or len(slugs) > MOST_LESSONS:
        raise InvalidInput(f"A course has at most {MOST_LESSONS} lessons, each with a slug of its own.")
    now = datetime.now(UTC)
    fields = file.course.model_dump(exclude={"prerequisites"})
    return WholeCourse(
        Course(id="", slug="", created_at=now, updated_at=now, **fields),
        tuple(
            WholeModule(
                Module(id="", course_id="", title=module.title, description=module.description),
                tuple(_lesson(lesson, contents[lesson.slug]) for lesson in module.lessons),
            )
            for module in file.modules
        ),
        tuple(_quiz(one) for one in file.quizzes),
    )


def _lesson(file: LessonFile, content: str) -> WholeLesson:
    lesson = Lesson(id="", content=content, **file.model_dump(exclude={"quiz", "exercise"}))
    quiz = _quiz(file.quiz) if file.quiz is not None else None
    return WholeLesson(lesson, quiz, exercise_of(file.exercise) if file.exercise is not None else None)


def _quiz(file: QuizFile) -> WholeQuiz:
    quiz = Quiz(id="", **file.model_dump(exclude={"items"}))
    placed = []
    for one in file.items:
        item = item_of(one.model_dump(exclude={"id", "points"}))
        check(item)
        placed.append(PlacedItem(item, one.points))
    return WholeQuiz(quiz, tuple(placed))


def _lesson_file(one: WholeLesson) -> dict[str, Any]:
    quiz = _quiz_file(one.quiz) if one.quiz is not None else None
    exercise = None if one.exercise is None else _only(one.exercise, set(ExerciseIn.model_fields))
    own = set(LessonFile.model_fields) - {"quiz", "exercise"}
    return {**_only(one.lesson, own), "quiz": quiz, "exercise": exercise}


def _quiz_file(one: WholeQuiz) -> dict[str, Any]:
    items = [{**asdict(placed.item), "id": "", "points": placed.points} for placed in one.items]
    return {**_only(one.quiz, set(QuizIn.model_fields)), "items": items}


def _only(thing: Any, names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in asdict(thing).items() if name in names}
