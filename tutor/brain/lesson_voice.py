"""The lesson tutor's mouth: collects the sentences of one reply."""

import re
from dataclasses import replace

from lms_core.assessment.answer_words import word_set
from lms_core.companions import Companion
from tutor.brain.base import Message, Show
from tutor.brain.lesson_state import LessonState
from tutor.brain.lesson_text import plain, sentences
from tutor.brain.phrases import phrase, table

_SHOWN_CHARS = 4000
_RETURNS = ("back", "back_question")
"""Phrases that only lead back to something else: worth nothing when they are said again."""


class Voice:
    """`aside` is said in passing, before the companion turns to what comes next."""

    def __init__(self, state: LessonState, companion: Companion) -> None:
        self.companion = companion
        self.shows: list[Show] = []
        self.aside: tuple[str, dict[str, str]] | None = None
        self._state = state
        self._phrases = table(companion.language)
        self._said: list[str] = []
        self._core: int | None = None

    def say(self, key: str, **values: str) -> None:
        """One of the phrases for `key`; they take turns."""
        turn = self._state.used.get(key, 0)
        self._state.used[key] = (turn + 1) % 1000
        self.tell(phrase(self._phrases, key, self.companion.style, turn, values))

    def text(self, key: str, **values: str) -> str:
        """The first phrase for `key`, to be said by the caller."""
        return phrase(self._phrases, key, self.companion.style, 0, values)

    def unheard(self, messages: tuple[Message, ...]) -> list[str]:
        """The sentences of the last reply that an interruption kept from the learner, but for how it led to them."""
        returns = {each for key in _RETURNS for each in self._phrases[key]}
        return [sentence for sentence in unheard(messages, self._state.spoken) if sentence not in returns]

    def tell(self, *texts: str) -> None:
        """Any text, made speakable."""
        for text in texts:
            self._said += sentences(plain(text))

    def mark(self) -> None:
        """What follows is worth repeating."""
        if self._core is None:
            self._core = len(self._said)

    def turn(self) -> None:
        """Feedback is over, something new begins: the place for what is said in passing."""
        if self.aside is not None:
            (key, values), self.aside = self.aside, None
            self.say(key, **values)

    def show(self, show: Show) -> None:
        """A card that is marked further takes the place of itself."""
        show = replace(show, body=show.body[:_SHOWN_CHARS])
        if self.shows and replace(self.shows[-1], mark=show.mark) == show:
            self.shows.pop()
        self.shows.append(show)

    def reply(self) -> list[str]:
        """The whole reply, with at most one question in it: the last one."""
        if self.aside is not None:
            said, self._said = self._said, []
            self.turn()
            self._said += said
            self._core = None if self._core is None else self._core + len(self._said) - len(said)
        last = max((place for place, sentence in enumerate(self._said) if "?" in sentence), default=-1)
        return [
            re.sub(r"\?+", ".", sentence) if place != last else _only_last_mark(sentence)
            for place, sentence in enumerate(self._said)
        ]

    @property
    def core(self) -> int:
        return self._core or 0


def _only_last_mark(sentence: str) -> str:
    head, mark, tail = sentence.rpartition("?")
    return re.sub(r"\?+", ".", head.rstrip("?")) + mark + tail


def starting(text: str) -> str:
    """With a capital, to begin a sentence with."""
    return text[:1].upper() + text[1:]


def continuing(text: str) -> str:
    """A heading inside of a sentence: without its mark and, if it is no name, without its capital."""
    text = text.rstrip(" .!?:")
    first = text.split(" ", 1)[0]
    small = first.lower() in _SMALL or first.endswith(("ing", "ly"))
    return text[:1].lower() + text[1:] if small else text


_SMALL = word_set(
    "a an the what why how when where who which is are does do did was were can could should has have more "
    "bigger smaller parts one two three many in on at from with about after before between inside some this "
    "that our your"
)


def listed(names: list[str], last: str) -> str:
    """ "a, b and c"; `last` is the word before the last one."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def unheard(messages: tuple[Message, ...], spoken: list[str]) -> list[str]:
    """The sentences of the last reply, `spoken`, that an interruption kept from the learner."""
    last = next((each for each in reversed(messages) if each.role == "tutor" and not each.tool_name), None)
    if last is None or not last.interrupted:
        return []
    heard, end = len(last.text.strip()), 0
    for place, sentence in enumerate(spoken):
        end += len(sentence)
        if end > heard + 2:
            return spoken[place:]
        end += 1
    return []


def minutes(left: float) -> str:
    whole = max(1, round(left))
    return "one minute" if whole == 1 else f"{whole} minutes"
