"""A quiz by click: what it is, and an attempt with its results."""

from collections.abc import Mapping
from typing import Any

from lms_core.assessment.answers import data_of
from lms_core.assessment.items import GAP, QuizItem, QuizKind
from lms_core.assessment.named import named_options
from lms_core.assessment.quizzes import deadline, passed
from storage.attempts import WholeAttempt
from storage.quiz_rows import PlacedItem
from tutor.panel.visit import PAGE_LENGTH, Visit

# How an item is answered on a page; see quiz.js.
_WAYS = {
    QuizKind.TRUE_FALSE: "one", QuizKind.MULTIPLE_CHOICE: "one", QuizKind.MULTIPLE_ANSWER: "several",
    QuizKind.ORDERING: "order", QuizKind.MATCHING: "match", QuizKind.CLOZE: "gaps",
}  # fmt: skip


async def one(visit: Visit) -> dict[str, Any]:
    """Raises NotFound or NotPermitted as reading its lesson or course does."""
    quiz, items = await visit.stores.quizzes.read(visit.viewer, visit.request.match_info["id"])
    attempts, total = await visit.stores.attempts.of_quiz(
        visit.viewer, quiz.id, page=visit.page, limit=PAGE_LENGTH
    )
    return {
        "quiz": quiz, "count": len(items), "attempts": attempts, "total": total, "page": visit.page,
        "limit": PAGE_LENGTH, "open": next((one for one in attempts if one.submitted_at is None), None),
        "companion": await visit.stores.companions.about(quiz.lesson_id) if quiz.lesson_id else None,
    }  # fmt: skip


async def attempt(visit: Visit) -> dict[str, Any]:
    """Right answers are only in what is shown once it is submitted. Raises NotFound unless it is one's own."""
    return answered(visit, await visit.stores.attempts.find(visit.viewer, visit.request.match_info["id"]))


def answered(visit: Visit, whole: WholeAttempt) -> dict[str, Any]:
    """An attempt as it is shown; right answers only once it is submitted."""
    score, result = whole.attempt.score, whole.tally
    by_count = not result.partly and not result.weighed
    return {
        "quiz": whole.quiz, "attempt": whole.attempt, "deadline": deadline(whole.quiz, whole.attempt),
        "passed": score is not None and passed(whole.quiz, score),
        "tally": result,
        # Not where how many are right says it, nor where the questions were changed after they were answered.
        "in_points": not by_count and result.percent == score,
        "items": [_item(visit, whole, one) for one in whole.items],
    }  # fmt: skip


def _item(visit: Visit, whole: WholeAttempt, placed: PlacedItem) -> dict[str, Any]:
    item, answered = placed.item, whole.answers.get(placed.item.id)
    shown = item_to_answer(visit, placed, data_of(answered.answer) if answered else {})
    if whole.attempt.submitted_at is not None:
        shown |= {
            "answered": answered, "right_answer": item.answer, "explanation": item.explanation,
            "correct": bool(answered and answered.correct), "earned": placed.points * answered.score if answered else 0,
        }  # fmt: skip
    return shown


def item_to_answer(visit: Visit, placed: PlacedItem, given: Mapping[str, Any]) -> dict[str, Any]:
    """Without the right answer; `given` is what was answered, as JSON: what was said in words is ticked where it can be."""
    item = placed.item
    options, text = item.options(), given.get("text", "")
    said = [options.index(one) for one in named_options(item, text)] if text else []
    if said and item.kind is QuizKind.ORDERING:
        said += [place for place in range(len(options)) if place not in said]
    return {
        "id": item.id, "question": item.question, "points": placed.points, "way": _WAYS.get(item.kind, "text"),
        "options": _options(visit, item), "lefts": [left for left, _ in item.pairs],
        "parts": GAP.split(item.question), "places": list(given.get("places", said)),
        "texts": list(given.get("texts", ())), "text": text,
    }  # fmt: skip


def _options(visit: Visit, item: QuizItem) -> list[str]:
    if item.kind is QuizKind.TRUE_FALSE:
        return [visit.t("quiz.true"), visit.t("quiz.false")]
    return list(item.options())
