"""What a learner answers. Places count from 0 and are those of `QuizItem.options()`."""

from dataclasses import dataclass


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
