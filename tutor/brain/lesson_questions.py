"""Questions made from a lesson's text, where the teacher has written none. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lms_core.assessment.answer_words import STOP_WORDS, key_words
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_numbers import tokens
from tutor.brain.lesson_plan import Chunk, Definition, Question

_NUMBER = re.compile(r"(?<![\w.,/^-])\d+(?:\.\d+)?(?![\w/^]|[.,]\d)")
_LEANS = re.compile(
    r"^(it|they|this|that|these|those|he|she|we|you|so|then|but|and|here|there|now|also|still|such"
    r"|for (example|instance))\b",
    re.I,
)
_FORMULA = re.compile(r"[?=^/+]|\d\s*[-*]\s*\d")
_SHORTEST, _LONGEST = 5, 18
"""Words of a sentence that can be asked about by ear."""
_GAP = "blank"


def made_questions(
    chunks: Sequence[Chunk], definitions: Sequence[Definition], terms: Sequence[str], headings: Sequence[str]
) -> list[Question]:
    """In the order of the chunks; at most two a chunk, of different kinds."""
    found: list[Question] = []
    telling = [definition for definition in definitions if _is_rare(definition.term, chunks)]
    words = _gap_words(chunks, terms, definitions)
    for number, chunk in enumerate(chunks):
        items = [*_of_definitions(number, telling), *_of_sentences(chunk, words, definitions)]
        seen: set[str] = set()
        for item in items:
            if item.answer.lower() not in seen and len(seen) < 2:
                seen.add(item.answer.lower())
                found.append(Question(_hinted(item, headings[chunk.section]), number, made=True))
    return found


def _of_definitions(chunk: int, definitions: Sequence[Definition]) -> Iterator[QuizItem]:
    for place, definition in enumerate(definitions):
        if definition.chunk != chunk:
            continue
        what = definition.rest.rstrip(".")
        if "," in what or re.search(r"\b(it|this|they)\b", what, re.I):
            continue
        if place % 3 == 2:
            yield _true_or_false(place, definitions)
        elif definition.verb in ("is", "are") and not _shares_word(definition.term, what):
            yield QuizItem(f"What do we call {what}?", _named(definition), explanation=definition.sentence)


def _named(definition: Definition) -> str:
    """The term with its article: "a fraction"."""
    article = definition.subject.removesuffix(definition.term).lower()
    return article + definition.term


def _true_or_false(place: int, definitions: Sequence[Definition]) -> QuizItem:
    """The definition as it is, or with the words of another one."""
    definition = definitions[place]
    other = definitions[(place + 1) % len(definitions)]
    swapped = place % 2 == 0 and other.verb == definition.verb
    said = (
        f"{definition.subject} {definition.verb} {other.rest if swapped else definition.rest}".rstrip(".")
        + "."
    )
    return QuizItem(
        said[0].upper() + said[1:], "false" if swapped and other is not definition else "true",
        QuizKind.TRUE_FALSE, explanation=definition.sentence,
    )  # fmt: skip


def _of_sentences(
    chunk: Chunk, words: Sequence[str], definitions: Sequence[Definition]
) -> Iterator[QuizItem]:
    defining = {definition.sentence for definition in definitions}
    for sentence in chunk.sentences:
        length = len(sentence.split())
        if not _SHORTEST <= length <= _LONGEST or _LEANS.match(sentence) or _FORMULA.search(sentence):
            continue
        figures = _NUMBER.findall(sentence)
        if len(figures) == 1:
            yield _gap(sentence, figures[0], "Which number is missing?", QuizKind.NUMERIC)
        elif sentence not in defining and not figures:
            word = next(
                (word for word in words if len(re.findall(rf"\b{re.escape(word)}\b", sentence, re.I)) == 1),
                None,
            )
            if word is not None:
                yield _gap(sentence, word, "Which word is missing?", QuizKind.SHORT_ANSWER)


def _gap(sentence: str, answer: str, ask: str, kind: QuizKind) -> QuizItem:
    holed = re.sub(rf"\b{re.escape(answer)}\b", _GAP, sentence, count=1, flags=re.I)
    holed = holed[0].upper() + holed[1:]
    return QuizItem(f"Listen to a sentence with a gap. {holed} {ask}", answer, kind, explanation=sentence)


def _is_rare(word: str, chunks: Sequence[Chunk]) -> bool:
    """What the lesson says all the time is no answer: whatever one reads would give it away."""
    holding = sum(word.lower() in " ".join(chunk.sentences).lower() for chunk in chunks)
    return holding <= max(4, len(chunks) * 2 // 5)


def _gap_words(chunks: Sequence[Chunk], terms: Sequence[str], definitions: Sequence[Definition]) -> list[str]:
    """Words worth a gap: terms, or what the lesson speaks of most."""
    named = [*terms, *(definition.term for definition in definitions)]
    bare = dict.fromkeys(re.sub(r"^(an?|the) ", "", term, flags=re.I) for term in named)
    found = [term for term in bare if len(term.split()) <= 2 and _is_rare(term, chunks)]
    if named:
        return found
    said = Counter(word for chunk in chunks for word in set(tokens(" ".join(chunk.sentences))))
    often = [word for word, count in said.most_common(20) if count >= 2 and len(word) >= 5]
    return [word for word in often if word not in STOP_WORDS and _is_rare(word, chunks)]


def _shares_word(term: str, what: str) -> bool:
    """ "Photosynthesis is a kind of synthesis" would give itself away."""
    return bool(set(key_words(term)) & set(key_words(what)))


def _hinted(item: QuizItem, heading: str) -> QuizItem:
    if not heading or item.kind is QuizKind.TRUE_FALSE or heading.endswith("?"):
        return item
    given_away = set(key_words(item.answer)) & set(key_words(heading))
    hints = () if given_away else (f"Think of the part that was called: {heading}.",)
    return QuizItem(item.question, item.answer, item.kind, explanation=item.explanation, hints=hints)
