"""What a companion's model can do besides talking. Each tool is a spec and a pure function over the lesson.

The quiz's state lives in the mind's memory:
{"quiz": {"asked": [0, 2], "open": 2, "tries": 1, "scores": {"0": 1.0}}}.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_quiz import with_answer
from lms_core.courses import Lesson
from tutor.brain.base import Show, ToolSpec
from tutor.brain.cards import Picture, picture_card, pictures, quiz_card
from tutor.brain.passages import passages, relevant

_PASSAGES = 2
_PICTURES = 30
_TRIES = 2
"""Wrong answers after which the model is told the right one."""
_ARGUMENTS_CHARS = 8000


@dataclass(frozen=True, slots=True)
class Outcome:
    """`output` goes back to the model, `shows` to the page; `memory` replaces the mind's memory."""

    output: str
    shows: tuple[Show, ...] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tool:
    spec: ToolSpec
    arguments: type[BaseModel]
    run: Callable[[Any, Lesson | None, Mapping[str, Any]], Outcome]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


class LookUp(_Arguments):
    query: str = Field(
        min_length=1, max_length=300, description="What to look for, in a few words of the lesson's language"
    )


class Formula(_Arguments):
    formula: str = Field(min_length=1, max_length=500, description="The formula as LaTeX or plain text")
    title: str = Field(default="", max_length=100, description="What it is, in a few words")


class ShowPicture(_Arguments):
    number: int = Field(ge=1, le=1000, description="Which picture, as numbered above")


class Ask(_Arguments):
    number: int | None = Field(
        default=None, ge=1, le=1000, description="Which question; leave out for the next one"
    )


class Grade(_Arguments):
    answer: str = Field(min_length=1, max_length=2000, description="The learner's answer, word for word")
    number: int | None = Field(
        default=None, ge=1, le=1000, description="Which question; leave out for the open one"
    )


def tools_for(lesson: Lesson | None) -> tuple[Tool, ...]:
    """The tools that make sense with this lesson."""
    if lesson is None:
        return (_FORMULA,)
    quiz = (_ASK, _GRADE) if lesson.quiz else ()
    look_up = (_LOOK_UP,) if lesson.content.strip() else ()
    found = pictures(lesson.content)[:_PICTURES]
    return (*look_up, _FORMULA, *((_picture_tool(found),) if found else ()), *quiz)


def use(tool: Tool, arguments: str, lesson: Lesson | None, memory: Mapping[str, Any]) -> Outcome:
    """Run a tool with the JSON text that the model wrote; mistakes in it become an output that tells it."""
    if len(arguments) > _ARGUMENTS_CHARS:
        return Outcome(_error("The arguments are too long."), memory=memory)
    try:
        given = tool.arguments.model_validate_json(arguments or "{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        return Outcome(
            _error(f"Wrong arguments: {place + ': ' if place else ''}{first['msg']}"), memory=memory
        )
    return tool.run(given, lesson, memory)


def problem_with(arguments: str) -> str | None:
    """The output that tells a model that its call's arguments are no JSON object; None if they are."""
    try:
        good = isinstance(json.loads(arguments or "{}"), dict)
    except (ValueError, RecursionError):
        good = False
    return None if good else _error("The arguments are not a JSON object. Call again with valid JSON.")


def unknown(name: str) -> str:
    """The output for a call of a tool that does not exist."""
    return _error(f"There is no tool '{name[:80]}'.")


def open_question(lesson: Lesson | None, memory: Mapping[str, Any]) -> tuple[int, QuizItem] | None:
    """The quiz question that waits for the learner's answer, with its number from 1."""
    quiz = _quiz(memory)
    if lesson is None or quiz.open is None or quiz.open >= len(lesson.quiz):
        return None
    return quiz.open + 1, lesson.quiz[quiz.open]


# --- the quiz's state -----------------------------------------------------------------------------


class _Quiz(BaseModel):
    asked: list[int] = []
    open: int | None = Field(default=None, ge=0)
    tries: int = 0
    scores: dict[str, float] = {}


def _quiz(memory: Mapping[str, Any]) -> _Quiz:
    """Memory may come from another version of Viva or another mind; what does not fit starts anew."""
    try:
        return _Quiz.model_validate(memory.get("quiz") or {})
    except ValidationError:
        return _Quiz()


def quiz_scores(memory: Mapping[str, Any]) -> dict[str, float]:
    """The best of each question that was answered, 0 to 1, by its number from 0."""
    return _quiz(memory).scores


def _with(memory: Mapping[str, Any], quiz: _Quiz) -> dict[str, Any]:
    return {**memory, "quiz": quiz.model_dump()}


# --- the tools ------------------------------------------------------------------------------------


def _look_up(given: LookUp, lesson: Lesson | None, memory: Mapping[str, Any]) -> Outcome:
    found = relevant(passages(lesson.content), given.query, _PASSAGES) if lesson else ()
    if not found or lesson is None:
        return Outcome(_told(found=False, note="The lesson says nothing about it."), memory=memory)
    texts = [{"heading": passage.heading or lesson.title, "text": passage.text} for passage in found]
    best = Show("lesson", texts[0]["heading"], texts[0]["text"])
    return Outcome(_told(found=True, lesson=lesson.title, passages=texts), (best,), memory)


def _show_formula(given: Formula, _lesson: Lesson | None, memory: Mapping[str, Any]) -> Outcome:
    return Outcome(_told(shown=True), (Show("formula", given.title, given.formula),), memory)


def _show_picture(given: ShowPicture, lesson: Lesson | None, memory: Mapping[str, Any]) -> Outcome:
    found = pictures(lesson.content)[:_PICTURES] if lesson else ()
    if given.number > len(found):
        return Outcome(
            _error(f"There is no picture {given.number}; the lesson has {len(found)}."), memory=memory
        )
    picture = found[given.number - 1]
    return Outcome(_told(shown=True, picture=picture.words), (picture_card(picture),), memory)


def _ask(given: Ask, lesson: Lesson | None, memory: Mapping[str, Any]) -> Outcome:
    items = lesson.quiz if lesson else ()
    quiz = _quiz(memory)
    fresh = (place for place in range(len(items)) if place not in quiz.asked)
    place = given.number - 1 if given.number is not None else next(fresh, None)
    if place is None:
        return Outcome(_told(done=True, note="All questions of the lesson were asked."), memory=memory)
    if place >= len(items):
        return Outcome(
            _error(f"There is no question {place + 1}; the lesson has {len(items)}."), memory=memory
        )
    item = items[place]
    quiz.asked = [*quiz.asked, place] if place not in quiz.asked else quiz.asked
    quiz.open, quiz.tries = place, 0
    options = () if item.kind is QuizKind.TRUE_FALSE else item.options()
    output = _told(
        number=place + 1,
        of=len(items),
        kind=item.kind,
        question=item.question,
        choices=options,
        match_with=[left for left, _ in item.pairs],
    )
    return Outcome(output, (quiz_card(item, f"{place + 1} / {len(items)}"),), _with(memory, quiz))


def _grade(given: Grade, lesson: Lesson | None, memory: Mapping[str, Any]) -> Outcome:
    items = lesson.quiz if lesson else ()
    quiz = _quiz(memory)
    place = given.number - 1 if given.number is not None else quiz.open
    if place is None or place >= len(items):
        return Outcome(_error("No question is open. Ask one first."), memory=memory)
    from lms_core.assessment.grading import judge  # their word lists load with the first answer
    from tutor.brain.marks import marked_card

    item = items[place]
    judgement = judge(given.answer, item)
    verdict, score = str(judgement.verdict), float(judgement.score)
    if place != quiz.open:
        quiz.open, quiz.tries = place, 0
    quiz.tries += 1
    told: dict[str, Any] = {"number": place + 1, "verdict": verdict, "score": round(score, 2)}
    if verdict == "right" or quiz.tries > _TRIES:
        told |= {"right_answer": item.answer, "explanation": item.explanation}
        quiz.open = None
    elif item.hints:
        told["hint"] = item.hints[min(quiz.tries, len(item.hints)) - 1]
    quiz.scores[str(place)] = max(score, quiz.scores.get(str(place), 0.0))
    shows: tuple[Show, ...] = ()
    if verdict != "unsure":
        memory = with_answer(memory, item.id, given.answer)
        shows = (
            marked_card(item, given.answer, closed=quiz.open is None, title=f"{place + 1} / {len(items)}"),
        )
    return Outcome(_told(**told), shows, _with(memory, quiz))


def _told(**values: Any) -> str:
    return json.dumps(values, ensure_ascii=False)


def _error(text: str) -> str:
    return _told(error=text)


def _spec(name: str, description: str, arguments: type[BaseModel]) -> ToolSpec:
    schema = arguments.model_json_schema()
    schema.pop("title", None)
    return ToolSpec(name, description, schema)


_LOOK_UP = Tool(
    _spec(
        "look_up_lesson",
        "Search the lesson's text. Returns the passages that fit best; the learner's page shows the first.",
        LookUp,
    ),
    LookUp,
    _look_up,
)
_FORMULA = Tool(
    _spec("show_formula", "Show a formula on the learner's page. Still say it in words.", Formula),
    Formula,
    _show_formula,
)


def _picture_tool(found: Sequence[Picture]) -> Tool:
    """Its description lists the lesson's pictures."""
    listed = "; ".join(f"{number}. {one.words or '(no words)'}" for number, one in enumerate(found, 1))
    text = (
        f"Show a picture of the lesson on the learner's page, and say what is on it. The pictures: {listed}"
    )
    return Tool(_spec("show_picture", text, ShowPicture), ShowPicture, _show_picture)


_ASK = Tool(
    _spec(
        "ask_quiz_question",
        "Take a question of the lesson's quiz and show it on the learner's page. Then ask it aloud.",
        Ask,
    ),
    Ask,
    _ask,
)
_GRADE = Tool(
    _spec(
        "grade_answer",
        "Grade the learner's spoken answer to a quiz question: right, close, wrong or unsure, and a hint.",
        Grade,
    ),
    Grade,
    _grade,
)
