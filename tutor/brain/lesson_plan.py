"""A Markdown lesson as something that can be taught by voice: chunks, terms, questions, key points. Pure."""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from lms_core.assessment.answer_words import STOP_WORDS, key_words, word_set
from lms_core.assessment.items import QuizItem, QuizKind
from lms_core.assessment.spoken_numbers import tokens
from lms_core.assessment.word_likeness import likeness, stem
from lms_core.courses import Lesson
from tutor.brain.lesson_text import Paragraph, Part, parts, plain

_CHUNK_SENTENCES = 3
_CHUNK_WORDS = 48
"""Longest chunk that is not a single sentence: some twenty seconds of speech."""
MOST_QUESTIONS = 60
_CLOSING = re.compile(
    r"^(remember|summary|key points?|recap|in short|take.?aways?|what we learn(ed|t))\b", re.I
)
_DEFINITION = re.compile(
    r"^(?P<article>An? |The )?(?P<term>[^\W\d_][\w' -]{1,38}?) "
    r"(?P<verb>is|are|means|refers to) (?P<rest>.{10,}?)[.!]?$",
    re.I,
)
_POINTING = word_set("it this that these those they there he she we you here so")
_GOES_BACK = re.compile(
    r"^(so|that|this|these|those|then|it|they|therefore|thus|but|and|here|still|because of)\b", re.I
)
_FRACTION = re.compile(r"\d+/\d+")
_HEADING_COUNTS = 0.7
_ENOUGH = 0.6
"""Share of a question's weight that a passage must hold to answer it."""


@dataclass(frozen=True, slots=True)
class Section:
    """`body` is Markdown, for the page."""

    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is said in one go: one to three sentences of the section with number `section`."""

    section: int
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """Its `sentence` is `subject` (the term with its article), `verb` and `rest`."""

    term: str
    subject: str
    sentence: str
    verb: str
    rest: str
    chunk: int


@dataclass(frozen=True, slots=True)
class Question:
    """`item` can be asked once chunk number `chunk` was taught; `made`: from the text, not by the teacher."""

    item: QuizItem
    chunk: int
    made: bool = False


@dataclass(frozen=True, slots=True)
class LessonPlan:
    title: str
    sections: tuple[Section, ...]
    chunks: tuple[Chunk, ...]
    definitions: tuple[Definition, ...]
    questions: tuple[Question, ...]
    key_points: tuple[tuple[int, str], ...]
    """(the chunk that it belongs to, the sentence)"""

    def heading(self, chunk: int) -> str:
        return self.sections[self.chunks[chunk].section].heading

    def passage(self, words: str) -> tuple[str, ...]:
        """One to three sentences of the lesson that say most about `words`; () if it says nothing of them."""
        defined = self.definition(words)
        if defined is not None:
            chunk = self.chunks[defined.chunk].sentences
            at = chunk.index(defined.sentence)
            return chunk[at : at + 2]
        return self._best_sentences(words)

    def definition(self, words: str) -> Definition | None:
        """The definition of the term that `words` name, allowing for slips of the recogniser."""
        said = _sense(words)
        if not said:
            return None
        for definition in self.definitions:
            term = _sense(definition.term)
            if len(term) == len(said) and all(
                likeness(one, other) >= 0.85 for one, other in zip(term, said, strict=True)
            ):
                return definition
        return None

    def _best_sentences(self, words: str) -> tuple[str, ...]:
        """What stands in the heading above a sentence counts too, but less."""
        wanted = set(map(stem, _sense(words)))
        places = [(chunk, at) for chunk in self.chunks for at in range(len(chunk.sentences))]
        held = [frozenset(map(stem, tokens(chunk.sentences[at]))) for chunk, at in places]
        above = [frozenset(map(stem, tokens(self.sections[chunk.section].heading))) for chunk, _ in places]
        spread = Counter(word for words in held for word in words)
        weights = {word: _rarity(len(places), spread[word]) for word in wanted}
        total = sum(weights.values())
        if not total:
            return ()
        scores = [
            sum(
                weights[word] * (1.0 if word in own else _HEADING_COUNTS) for word in wanted & (own | heading)
            )
            / total
            for own, heading in zip(held, above, strict=True)
        ]
        best = max(scores)
        chunk, at = places[scores.index(best)]
        if best < _ENOUGH or not wanted & held[scores.index(best)]:
            return ()
        begin = at - 1 if at and _GOES_BACK.match(chunk.sentences[at]) else at
        return chunk.sentences[begin : max(begin + 2, at + 1)]

    def example(self, words: str) -> tuple[str, ...]:
        """A sentence that gives an example and shares a word with `words`, with the one after it."""
        wanted = set(map(stem, key_words(words)))
        for chunk in self.chunks:
            for at, sentence in enumerate(chunk.sentences):
                if _EXAMPLE.search(sentence) and wanted & set(map(stem, tokens(" ".join(chunk.sentences)))):
                    return chunk.sentences[at : at + 2]
        return ()


_EXAMPLE = re.compile(
    r"\b(for (example|instance)|e\.g\.|imagine|picture|think of|such as|let us try|suppose|it is like)\b",
    re.I,
)


@lru_cache(maxsize=128)
def lesson_plan(lesson: Lesson) -> LessonPlan:
    """The same plan for the same lesson; a lesson without text becomes one chunk that names its title."""
    from tutor.brain.lesson_questions import made_questions  # it needs the classes above

    found = parts(lesson.content)
    closing = [part for part in found if _CLOSING.match(part.heading)]
    taught = [part for part in found if part not in closing] or found
    sections = tuple(Section(part.heading, part.source.strip()) for part in taught) or (Section("", ""),)
    chunks = tuple(chunk for number, part in enumerate(taught) for chunk in _chunks(number, part)) or (
        Chunk(0, (f"{plain(lesson.title) or 'This lesson'} has no text yet.",)),
    )
    terms = [term for part in taught for paragraph in part.paragraphs for term in paragraph.terms]
    definitions = _definitions(chunks, terms)
    own = [Question(item, place) for item, place in _placed(lesson.quiz[:MOST_QUESTIONS], chunks)]
    headings = [section.heading for section in sections]
    asked = {frozenset(key_words(question.item.answer)) for question in own}
    made = [
        question
        for question in made_questions(chunks, definitions, terms, headings)
        if question.item.kind is QuizKind.TRUE_FALSE
        or frozenset(key_words(question.item.answer)) not in asked
    ]
    return LessonPlan(
        plain(lesson.title), sections, chunks, definitions, (*own, *made[: MOST_QUESTIONS - len(own)]),
        _key_points(closing, chunks, definitions),
    )  # fmt: skip


def _sense(words: str) -> list[str]:
    return [word for word in tokens(words) if word not in STOP_WORDS]


def _rarity(total: int, holding: int) -> float:
    """How much a word says about where to look; a word that the lesson lacks counts in full."""
    return 1.0 + math.log((total + 1) / (holding + 1))


# --- chunks ------------------------------------------------------------------------------------------


def _chunks(section: int, part: Part) -> list[Chunk]:
    """Paragraphs in even pieces; a single sentence joins the piece before if that stays short."""
    chunks: list[Chunk] = []
    for paragraph in part.paragraphs:
        for piece in _pieces(paragraph):
            before = chunks[-1].sentences if chunks else ()
            if (
                len(piece) == 1
                and 0 < len(before) < _CHUNK_SENTENCES
                and _length((*before, *piece)) <= _CHUNK_WORDS
            ):
                chunks[-1] = Chunk(section, (*before, *piece))
            else:
                chunks.append(Chunk(section, piece))
    return chunks


def _pieces(paragraph: Paragraph) -> list[tuple[str, ...]]:
    """The cheapest way to cut: pieces of two or three, none of which begins with "It" or "So"."""
    every = paragraph.sentences
    best: list[tuple[float, int]] = [
        (0.0, 0)
    ]  # for the first n sentences: the cost, and where the last cut is
    for end in range(1, len(every) + 1):
        begins = range(max(0, end - _CHUNK_SENTENCES), end)
        best.append(min((best[begin][0] + _cost(every[begin:end], begin), begin) for begin in begins))
    cuts, at = [len(every)], len(every)
    while at:
        at = best[at][1]
        cuts.append(at)
    cuts.reverse()
    return [every[begin:end] for begin, end in pairwise(cuts)]


def _cost(piece: tuple[str, ...], begin: int) -> float:
    leans = 1.5 if begin and _GOES_BACK.match(piece[0]) else 0.0
    too_long = 5.0 if len(piece) > 1 and _length(piece) > _CHUNK_WORDS else 0.0
    return (1.2, 0.7, 0.8)[len(piece) - 1] + leans + too_long


def _length(some: Sequence[str]) -> int:
    return sum(len(sentence.split()) for sentence in some)


# --- terms -------------------------------------------------------------------------------------------


def _definitions(chunks: Sequence[Chunk], terms: Sequence[str]) -> tuple[Definition, ...]:
    """ "X is ..." where X stood in bold, "A(n) X is a ..." or "X means ..."; the first for each term."""
    bold = {_bare(term) for term in terms}
    text = " ".join(sentence for chunk in chunks for sentence in chunk.sentences)
    said = Counter(map(stem, tokens(text)))
    found: dict[str, Definition] = {}
    for number, chunk in enumerate(chunks):
        for sentence in chunk.sentences:
            match = _DEFINITION.match(sentence)
            if match is None or not _defines(match, bold, said):
                continue
            term = match["term"].strip()
            if re.search(rf"\b{re.escape(term.lower())}\b", text):
                term = term.lower()  # its capital only began the sentence
            subject = f"{match['article'] or ''}{term}"
            definition = Definition(term, subject, sentence, match["verb"], match["rest"], number)
            found.setdefault(_bare(term), definition)
    return tuple(found.values())


def _defines(match: re.Match[str], bold: Collection[str], said: Mapping[str, int]) -> bool:
    """Whether "X is Y" says what X is, rather than something about it."""
    term, words = match["term"].strip(), match["term"].split()
    if words[0].lower() in _POINTING or len(words) > 3 or not key_words(term):
        return False
    if _bare(term) in bold or match["verb"] in ("means", "refers to"):
        return True
    general = (match["article"] or "").lower() in ("a ", "an ")
    of_note = len(words) == 1 and said.get(stem(term.lower()), 0) >= 3
    return bool(re.match(r"(an?|the|one|any) ", match["rest"], re.I)) and (general or of_note)


def _bare(term: str) -> str:
    return re.sub(r"^(an?|the) ", "", term.lower()).strip()


# --- where questions and key points belong ------------------------------------------------------------------


def _placed(items: Sequence[QuizItem], chunks: Sequence[Chunk]) -> list[tuple[QuizItem, int]]:
    """Each item with the chunk that it is about; the order that the teacher gave decides between equals."""
    held = [_marks(" ".join(chunk.sentences)) for chunk in chunks]
    spread = Counter(word for words in held for word in words)
    found = []
    for number, item in enumerate(items):
        wanted = _marks(" ".join((item.question, item.answer, item.explanation, *item.choices)))
        expected = (number + 0.5) / len(items)

        def score(place: int, wanted: frozenset[str] = wanted, expected: float = expected) -> float:
            shared = sum(
                _rarity(len(chunks), spread[word]) * (2 if "/" in word else 1)
                for word in wanted & held[place]
            )
            return shared * (1.3 - abs((place + 0.5) / len(chunks) - expected))

        found.append((item, max(range(len(chunks)), key=score)))
    return found


def _marks(text: str) -> frozenset[str]:
    """What tells texts apart: key words without endings, and figures; 1/4 is one of them."""
    return frozenset((*map(stem, key_words(_FRACTION.sub(" ", text))), *_FRACTION.findall(text)))


def _key_points(
    closing: Sequence[Part], chunks: Sequence[Chunk], definitions: Sequence[Definition]
) -> tuple[tuple[int, str], ...]:
    """The lesson's own summary, else its definitions, else the first sentence of each section."""
    said = [sentence for part in closing for paragraph in part.paragraphs for sentence in paragraph.sentences]
    if said:
        items = [QuizItem("", sentence) for sentence in said]
        return tuple((place, item.answer) for item, place in _placed(items, chunks))
    if len(definitions) >= 2:
        return tuple((definition.chunk, definition.sentence) for definition in definitions[:6])
    firsts: dict[int, tuple[int, str]] = {}
    for number, chunk in enumerate(chunks):
        firsts.setdefault(chunk.section, (number, chunk.sentences[0]))
    return tuple(firsts.values())
