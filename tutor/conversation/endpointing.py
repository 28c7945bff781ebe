"""When is a learner's turn over? From words, pauses and patience to one waiting time.

A pause means nothing by itself: "um, let me see ..." goes on, "Paris." does not. So the wait is a continuous
function of the probability that the turn is finished, and its ends are set by how patient the companion is,
what it has just asked, and how long this learner's own pauses are.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lms_core.companions import Patience


class Expect(StrEnum):
    """What the companion's last words call for."""

    NOTHING = "nothing"
    YES_NO = "yes_no"
    RECALL = "recall"
    EXPLAIN = "explain"
    COMPUTE = "compute"


_QUESTION = re.compile(r"[^.!?]*\?")
_EXPLAIN = re.compile(
    r"\b(why|explain|describe|how (?:do|does|did|would|can|could|is|are)|tell me (?:about|what|how)"
    r"|what do you (?:think|know|notice|remember)|in your own words|give (?:me )?an example)\b", re.I)  # fmt: skip
_COMPUTE = re.compile(
    r"\b(calculate|compute|work out|solve|add|subtract|multiply|divide|plus|minus|times|divided by"
    r"|how (?:many|much)|equals?|square root|percent|fraction|simplify)\b|\d\s*[-+*/×÷^=]\s*\d", re.I)  # fmt: skip
_YES_NO = re.compile(
    r"^\W*(?:(?:so|and|now|well|okay|ok|right)\W+)*"
    r"(is|are|was|were|do|does|did|can|could|shall|should|will|would|have|has|had|may|ready|true or false)\b", re.I)  # fmt: skip


def expectation(text: str) -> Expect:
    """Classify what `text`, the companion's words as heard, asks for; the last question counts."""
    questions = _QUESTION.findall(text)
    if not questions:
        return Expect.EXPLAIN if re.search(r"\b(tell me|explain|describe)\b", text, re.I) else Expect.NOTHING
    question = questions[-1]
    if _COMPUTE.search(question):
        return Expect.COMPUTE
    if _YES_NO.search(question):
        return Expect.YES_NO
    if _EXPLAIN.search(question):
        return Expect.EXPLAIN
    return Expect.RECALL


_FILLERS = frozenset("um uh er erm hmm hm mm ah eh äh ähm hmmm umm uhh".split())
_OPEN_ENDS = frozenset(
    "and or but so because cause if when while since although though that which who whose where than then as "
    "like with without of to in on at by for from into about between the a an my your his her its our their this "
    "these those is are was were be been has have had will would can could should must may might do does did "
    "i we they he she it's i'm there's not very really maybe equals plus minus times over und oder aber weil wenn dass".split()
)  # fmt: skip
_HOLDING_PHRASES = re.compile(
    r"(let me (?:see|think)|i think|i guess|i mean|wait|hold on|hang on|you know|what was it|give me a (?:second|moment|minute)"
    r"|one (?:second|moment)|how do i say)\W*$", re.I)  # fmt: skip
_COMPLETE = re.compile(
    r"^\W*(yes|yeah|yep|no|nope|okay|ok|sure|i don'?t know|no idea|true|false|please|thank you|thanks|go on|continue|repeat"
    r"|next|stop|say that again|i'?m done|that'?s it|that'?s all|finished)\W*$|\?\s*$", re.I)  # fmt: skip
_WORD = re.compile(r"[\w']+")


def words_of(text: str) -> list[str]:
    """Lower-case words of a transcript, without punctuation."""
    return _WORD.findall(text.lower())


def finished_probability(text: str, expect: Expect = Expect.NOTHING) -> float:
    """How likely the words alone say that the turn is over, 0 to 1."""
    words = words_of(text)
    if not words:
        return 0.2
    if _COMPLETE.search(text):
        return 0.97
    if words[-1] in _FILLERS:
        return 0.05
    if _HOLDING_PHRASES.search(text):
        return 0.08
    if words[-1] in _OPEN_ENDS:
        return 0.15
    if text.rstrip().endswith(("...", "…", ",", "-", ":")):
        return 0.25
    if expect in (Expect.YES_NO, Expect.RECALL, Expect.COMPUTE) and len(words) <= 4:
        return 0.85
    if expect is Expect.EXPLAIN and len(words) <= 3:
        return 0.45  # an explanation of three words has usually just begun
    return 0.75


BACK_CHANNELS = frozenset(
    "mm mhm mmhm hmm hm uh huh uhhuh mm-hm uh-huh yeah yes yep ok okay right sure ah oh i see aha wow cool "
    "nice got it good um er erm".split()
)


def is_back_channel(text: str) -> bool:
    """True for "mm-hm", "yeah okay" and silence: said while listening, not to take the floor."""
    words = words_of(text)
    return len(words) <= 3 and all(word in BACK_CHANNELS for word in words)


@dataclass(frozen=True, slots=True)
class PauseProfile:
    """The learner's own pauses within turns, in seconds, as a running log-normal; kept across sessions.

    `mean` and `deviation` are of ln(pause); `count` saturates so that the profile keeps learning.
    """

    mean: float = math.log(0.5)
    deviation: float = 0.5
    count: float = 0.0

    def learn(self, pause: float) -> "PauseProfile":
        """The profile after one more pause that did not end the turn."""
        value = math.log(min(max(pause, 0.15), 8.0))
        rate = 1.0 / min(self.count + 5.0, 40.0)
        mean = self.mean + rate * (value - self.mean)
        deviation = self.deviation + rate * (abs(value - self.mean) * 1.25 - self.deviation)
        return PauseProfile(mean, max(deviation, 0.1), min(self.count + 1.0, 35.0))

    @property
    def long_pause(self) -> float:
        """The pause in seconds that about nine in ten of this learner's own pauses stay under."""
        return math.exp(self.mean + 1.28 * self.deviation)

    def to_json(self) -> dict[str, float]:
        return {"mean": self.mean, "deviation": self.deviation, "count": self.count}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "PauseProfile":
        fresh = PauseProfile()
        return PauseProfile(
            float(data.get("mean", fresh.mean)),
            float(data.get("deviation", fresh.deviation)),
            float(data.get("count", fresh.count)),
        )


_RANGE = {Patience.LOW: (0.25, 1.2), Patience.NORMAL: (0.4, 2.2), Patience.HIGH: (0.8, 4.0)}
"""Shortest and longest wait in seconds, for a turn that is surely finished and one that surely is not."""

_STRETCH = {
    Expect.NOTHING: 1.0,
    Expect.YES_NO: 0.8,
    Expect.RECALL: 1.1,
    Expect.EXPLAIN: 1.5,
    Expect.COMPUTE: 1.7,
}


def combine(words: float, sound: float | None) -> float:
    """Join the probabilities from the words and from the end-of-turn model (mean of the log-odds)."""
    if sound is None:
        return words

    def odds(p: float) -> float:
        p = min(max(p, 0.01), 0.99)
        return math.log(p / (1 - p))

    return 1 / (1 + math.exp(-(odds(words) + odds(sound)) / 2))


def wait_seconds(finished: float, patience: Patience, expect: Expect, profile: PauseProfile) -> float:
    """How long a silence must last to end the turn, given the probability that it is finished.

    Falls continuously as `finished` rises. A learner whose own pauses are long is waited for longer, at most
    twice the range that the companion's patience sets.
    """
    shortest, longest = _RANGE[patience]
    stretch = _STRETCH[expect]
    longest *= stretch
    trust = profile.count / (profile.count + 5.0)
    own = profile.long_pause * 1.2
    longest += trust * (min(max(own, longest), 2 * longest) - longest)
    return shortest + (longest - shortest) * math.pow(1.0 - finished, 1.5)
