"""Quizzes in QTI 1.2, as Common Cartridges have them (https://www.imsglobal.org/cc/ccv1p3/imscc_Implementation-v1p3.html)."""

import contextlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from pydantic import ValidationError

from lms_core.assessment.items import check, item_of
from lms_core.assessment.quizzes import MOST_ITEMS, Quiz
from lms_core.errors import InvalidInput
from storage.quiz_rows import PlacedItem
from storage.whole_courses import WholeQuiz
from tutor.api.quizzes import ItemIn
from tutor.archives.unpacked import LeftOut
from tutor.archives.web_pages import plain
from tutor.archives.xml import parse, words


def read_quiz(data: bytes, name: str, title: str) -> tuple[WholeQuiz, list[LeftOut]]:
    """Raises InvalidInput if it is no QTI at all; items of other kinds than ours are left out."""
    assessment = parse(data, name).find(".//assessment")
    if assessment is None:
        raise InvalidInput("It has no assessment.")
    left_out: list[LeftOut] = []
    items: list[PlacedItem] = []
    for number, element in enumerate(assessment.iter("item"), 1):
        try:
            if len(items) == MOST_ITEMS:
                raise InvalidInput(f"A quiz has at most {MOST_ITEMS} items.")
            items.append(_item(element))
        except InvalidInput as error:
            left_out.append(LeftOut(f"{title}, item {number}", error.message))
    settings = _metadata(assessment, "qtimetadata")
    quiz = Quiz(
        id="", title=title, time_limit_seconds=_number(settings.get("qmd_timelimit"), 60, 24 * 3600),
        max_attempts=_number(settings.get("cc_maxattempts"), 1, 1000),
    )  # fmt: skip
    return WholeQuiz(quiz, tuple(items)), left_out


def _item(element: Element) -> PlacedItem:
    """Raises InvalidInput."""
    settings = _metadata(element, "itemmetadata/qtimetadata")
    presentation = element.find("presentation")
    if presentation is None:
        raise InvalidInput("It asks nothing.")
    profile = settings.get("cc_profile", "")
    kind = profile.removeprefix("cc.").split(".")[0]
    fields: dict[str, Any] = {
        "question": _material(presentation),
        "points": _number(settings.get("cc_weighting") or settings.get("points_possible"), 1, 100) or 1,
        "explanation": _explanation(element),
    }
    choices = {label.get("ident", ""): _material(label) for label in presentation.iter("response_label")}
    right = list(_right(element))
    match kind:
        case "multiple_choice" | "true_false":
            answer = choices.get(right[0], "") if right else ""
            fields |= {"kind": kind, "answer": answer.lower() if kind == "true_false" else answer}
            if kind == "multiple_choice":
                fields["choices"] = list(choices.values())
        case "multiple_response":
            answers = [choices[one] for one in dict.fromkeys(right) if one in choices]
            fields |= {"kind": "multiple_answer", "choices": list(choices.values()), "answers": answers}
        case "fib":
            fields |= {"kind": "short_answer", "answer": right[0] if right else "", "accept": right[1:11]}
        case _:
            raise InvalidInput(f"Items of the kind '{profile or 'unknown'}' are not taken.")
    try:
        read = ItemIn.model_validate_json(ItemIn.model_construct(**fields).model_dump_json(warnings=False))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise InvalidInput(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    item = item_of(read.model_dump(exclude={"points"}))
    check(item)
    return PlacedItem(item, read.points)


def _right(item: Element) -> Iterator[str]:
    """The responses that score, those within `not` left aside."""
    for condition in item.iterfind("resprocessing/respcondition"):
        scores = any(
            one.get("varname", "SCORE") == "SCORE" and (_float(words(one)) or 0) > 0
            for one in condition.iter("setvar")
        )
        if scores:
            for variables in condition.iterfind("conditionvar"):
                yield from _equal(variables)


def _equal(element: Element) -> Iterator[str]:
    for one in element:
        if one.tag == "varequal":
            yield words(one)
        elif one.tag in ("and", "or"):
            yield from _equal(one)


def _material(element: Element) -> str:
    """The text of its own material."""
    texts = (one for material in element.iterfind("material") for one in material.iter("mattext"))
    if element.tag == "presentation" and element.find("material") is None:
        texts = (one for flow in element.iterfind("flow/material") for one in flow.iter("mattext"))
    return " ".join(_text(one) for one in texts).strip()


def _text(mattext: Element) -> str:
    """HTML unless it says that it is plain."""
    return words(mattext) if mattext.get("texttype") == "text/plain" else plain("".join(mattext.itertext()))


def _explanation(item: Element) -> str:
    said = {one.get("ident", ""): one for one in item.iterfind("itemfeedback")}
    for name in ("general_fb", "correct_fb"):
        if name in said:
            return " ".join(_text(one) for one in said[name].iter("mattext"))[:2000]
    return ""


def _metadata(element: Element, path: str) -> dict[str, str]:
    fields = element.iterfind(f"{path}/qtimetadatafield")
    return {words(one.find("fieldlabel")): words(one.find("fieldentry")) for one in fields}


def _float(text: str) -> float | None:
    with contextlib.suppress(ValueError):
        return float(text)
    return None


def _number(text: str | None, unit: int, most: int) -> int | None:
    """A whole number of `unit`s, from 1 to `most`; None for what is none."""
    value = _float(text or "")
    return None if value is None or not 0 < value * unit <= most else max(1, round(value * unit))
