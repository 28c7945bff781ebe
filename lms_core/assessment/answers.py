"""What a learner answers. Places count from 0 and are those of `QuizItem.options()`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """Spoken, or typed in one line; fits every kind."""

    text: str


@dataclass(frozen=True, slots=True)
class Places:
    """Clicked: the choice, the choices, the order, or for each left side its right one."""

    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Typed into the gaps of a cloze, one each."""

    texts: tuple[str, ...]


Answer = Words | Places | Texts


def data_of(answer: Answer) -> dict[str, Any]:
    """Plain JSON."""
    match answer:
        case Words(text):
            return {"text": text}
        case Places(places):
            return {"places": list(places)}
        case Texts(texts):
            return {"texts": list(texts)}


def answer_of(data: Mapping[str, Any]) -> Answer:
    """From what `data_of` made. Raises KeyError for anything else."""
    if "places" in data:
        return Places(tuple(data["places"]))
    return Texts(tuple(data["texts"])) if "texts" in data else Words(data["text"])
