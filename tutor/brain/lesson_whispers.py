"""How the lesson tutor follows what a teacher whispers: by rules, and what it has no rule for it says. Pure."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from lms_core.assessment.answer_words import key_words
from lms_core.assessment.word_likeness import likeness, stem
from tutor.brain.lesson_state import Pending
from tutor.brain.lesson_talk import LessonTalk
from tutor.brain.no_lesson import NoLessonTalk


class Wish(StrEnum):
    TELL = "tell"
    PRAISE = "praise"
    SLOWER = "slower"
    FASTER = "faster"
    EXAMPLE = "example"
    HINT = "hint"
    SUMMARY = "summary"
    END = "end"
    REPHRASE = "rephrase"
    ASK = "ask"
    ABOUT = "about"
    QUIZ = "quiz"
    ONWARD = "onward"
    ELSE = "else"


_TOPIC = r"\s*(?:about|on|for|what|nach|zu|über)\s+(?:the |a |an |den |die |das )?(?P<topic>.{2,80}?)\s*$"
_WISHES: tuple[tuple[Wish, re.Pattern[str]], ...] = tuple(
    (wish, re.compile(pattern, re.IGNORECASE))
    for wish, pattern in (
        (Wish.TELL, r"\b(?:tell|remind|say|mention|know)\b.{0,40}?\bthat\s+(?P<topic>.{2,400})$"),
        (Wish.PRAISE, r"\b(praise|encourage|well done|compliment|cheer|lob|ermutige?)\b"),
        (Wish.SLOWER, r"\b(slow\w*|more time|langsam\w*)\b"),
        (Wish.FASTER, r"\b(fast\w*|speed up|schneller)\b"),
        (Wish.EXAMPLE, r"\b(examples?|beispiele?)\b"),
        (Wish.HINT, r"\b(hints?|clue|tipps?|hinweis)\b"),
        (Wish.SUMMARY, r"\b(summar\w*|sum up|recap|zusammenfass\w*|fass\w* zusammen)\b"),
        (Wish.END, r"\b(end|finish|wrap up|close|stop|ende|schluss)\b"),
        (Wish.REPHRASE, r"\b(again|repeat|rephrase|simpler|easier|other words|noch einmal|einfacher|wiederhol\w*)\b"),
        (Wish.ASK, rf"\b(?:ask|quiz|test|check|frag\w*|prüf\w*)\b.{{0,40}}?{_TOPIC}"),
        (Wish.ABOUT, rf"\b(?:talk|tell|speak|explain|say|erklär\w*|sprich|rede)\b.{{0,40}}?{_TOPIC}"),
        (Wish.ABOUT, r"\b(?:explain|mention|erklär\w*)\s+(?P<topic>.{2,80}?)\s*$"),
        (Wish.QUIZ, r"\b(ask|question|quiz|test|frag\w*|prüf\w*)\b"),
        (Wish.ONWARD, r"\b(move on|go on|next|continue|onwards?|weiter)\b"),
    )
)  # fmt: skip
_IN_PASSING = (Wish.PRAISE, Wish.SLOWER, Wish.FASTER)
"""These colour the answer; the others take its place."""


def understand(whisper: str) -> tuple[Wish, str]:
    """What is wished, and about what: the first that fits."""
    text = whisper.strip().rstrip(".!?")
    for wish, pattern in _WISHES:
        found = pattern.search(text)
        if found is not None:
            return wish, found.groupdict().get("topic") or ""
    return Wish.ELSE, ""


def follow(whispers: Sequence[str], talk: LessonTalk | NoLessonTalk, words: str | None) -> bool:
    """Say what the teacher wishes; True if that is the whole reply. `words`: the learner's, unanswered so far."""
    whole = False
    for whisper in whispers:
        wish, topic = understand(whisper)
        if wish in _IN_PASSING:
            _in_passing(wish, talk)
        elif not whole:
            whole = True
            if isinstance(talk, LessonTalk):
                _redirect(wish, topic, whisper, talk, words)
            else:
                _redirect_without_lesson(wish, topic, whisper, talk)
    return whole


def _in_passing(wish: Wish, talk: LessonTalk | NoLessonTalk) -> None:
    if wish is Wish.PRAISE:
        talk.voice.say("whisper_praise")
    else:
        talk.state.slow, talk.state.fast = wish is Wish.SLOWER, wish is Wish.FASTER
        if wish is Wish.SLOWER:
            talk.voice.say("slower")


def _redirect(wish: Wish, topic: str, whisper: str, talk: LessonTalk, words: str | None) -> None:
    """Judge what the learner answered to an open question, then do as wished."""
    if words:
        talk.teaching.close(words)
    rules: dict[Wish, Callable[[], None]] = {
        Wish.EXAMPLE: talk.example, Wish.HINT: talk.hint, Wish.SUMMARY: talk.sum_up_now, Wish.QUIZ: talk.teaching.quiz,
        Wish.REPHRASE: talk.rephrase, Wish.ONWARD: talk.onward,
    }  # fmt: skip
    if wish in rules:
        rules[wish]()
    elif wish is Wish.END:
        talk.voice.say("whisper_end")
        talk.state.pending = Pending.FREE
    elif wish is Wish.ASK:
        _ask(topic, talk)
    elif wish is Wish.ABOUT and (passage := talk.plan.passage(topic)):
        talk.voice.say("whisper_about", topic=topic)
        talk.voice.mark()
        talk.voice.tell(*passage)
        talk.teaching.pace()
    else:
        _say(wish, topic, whisper, talk)


def _ask(topic: str, talk: LessonTalk) -> None:
    """The lesson's question that is most about this, else an open one."""
    wanted = [stem(word) for word in key_words(topic)]
    scored = [
        (sum(any(likeness(stem(word), one) >= 0.85 for word in said) for one in wanted), -number)
        for number, question in enumerate(talk.plan.questions)
        for said in [key_words(f"{question.item.question} {question.item.answer}")]
    ]
    hits, number = max(scored, default=(0, 0))
    if hits:
        talk.teaching.ask(-number, lead=False)
    else:
        talk.voice.say("whisper_ask", topic=topic)
        talk.state.pending = Pending.PACE


def _say(wish: Wish, topic: str, whisper: str, talk: LessonTalk | NoLessonTalk) -> None:
    talk.voice.mark()
    if wish is Wish.TELL:
        talk.voice.say("whisper_else", wish=f"{topic[0].upper()}{topic[1:]}.")
    elif topic:
        talk.voice.say("whisper_ask", topic=topic)
    else:
        talk.voice.say("whisper_else", wish=whisper.strip())


def _redirect_without_lesson(wish: Wish, topic: str, whisper: str, talk: NoLessonTalk) -> None:
    if wish is Wish.SUMMARY:
        talk.notes()
    elif wish is Wish.END:
        talk.voice.say("whisper_end")
    else:
        _say(wish, topic, whisper, talk)
