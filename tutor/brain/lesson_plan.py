"""A Markdown lesson as something that can be taught by voice: chunks of sentences, terms, questions. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from lms_core.courses import Lesson, QuizItem

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ\"'0-9])")
_DEFINITION = re.compile(
    r"^(?:The |An? )?(?P<term>[\w -]{3,40}?) (?:is called|is|are|means|says|mean) (?P<rest>.{8,})$", re.I
)
_CALLED = re.compile(r"(?:called|named) (?:the |an? )?(?P<term>[\w -]{3,40})[.]", re.I)
_COMMON = frozenset(
    "this that with from they them have when then than what which some many most also into about because the and for are "
    "was were has had its their there here only both each same such very will can not but you your our".split()
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Two or three sentences that are said in one breath. `section` is the heading they stand under."""

    section: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    title: str
    chunks: tuple[Chunk, ...]
    questions: tuple[QuizItem, ...]
    asked_after: tuple[int, ...]
    """For each question the number of the chunk after which it can be answered."""

    @property
    def key_points(self) -> tuple[str, ...]:
        """The first sentence of every section."""
        seen: dict[str, str] = {}
        for chunk in self.chunks:
            seen.setdefault(chunk.section, chunk.sentences[0])
        return tuple(seen.values())

    def passage_about(self, topic: str) -> tuple[str, ...]:
        """The one or two sentences of the lesson that say most about `topic`; () if none does."""
        wanted = _content_words(topic)
        if not wanted:
            return ()
        best: tuple[float, tuple[str, ...]] = (0.0, ())
        for chunk in self.chunks:
            for place, sentence in enumerate(chunk.sentences):
                score = len(wanted & _content_words(sentence)) / len(wanted)
                score += 0.4 if _defines(sentence, wanted) else 0.0
                if score > best[0]:
                    best = (score, chunk.sentences[place : place + 2])
        return best[1] if best[0] >= 0.5 else ()


@lru_cache(maxsize=256)
def plan_of(lesson: Lesson) -> Plan:
    """The plan of a lesson; the same for the same lesson."""
    chunks = tuple(_chunks(lesson.content)) or (Chunk("", (lesson.title + ".",)),)
    questions = lesson.quiz or tuple(_generated(chunks))
    return Plan(lesson.title, chunks, questions, tuple(_place(question, chunks) for question in questions))


def _chunks(content: str) -> list[Chunk]:
    chunks: list[Chunk] = []
    section = ""
    content = re.sub(r"```.*?```", "", content, flags=re.S)
    for block in re.split(r"\n\s*\n", content):
        heading = re.match(r"#+\s+(.*)", block.strip())
        if heading:
            section = heading[1].strip()
            block = block.strip().partition("\n")[2]
        text = " ".join(re.sub(r"^\s*(?:[-*+>]|\d+\.)\s+", "", line).strip() for line in block.splitlines())
        text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
        text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
        text = re.sub(r"[*`|]|(?<!\w)_|_(?!\w)", "", text).strip()
        sentences = [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]
        for start in range(0, len(sentences), 3):
            group = tuple(sentences[start : start + 3])
            if len(group) == 1 and start and chunks:
                chunks[-1] = Chunk(section, chunks[-1].sentences + group)
            else:
                chunks.append(Chunk(section, group))
    return chunks


def _content_words(text: str) -> set[str]:
    return {
        word.rstrip("s") for word in re.findall(r"\w+", text.lower()) if len(word) > 2 and word not in _COMMON
    }


def _defines(sentence: str, wanted: set[str]) -> bool:
    for pattern in (_DEFINITION, _CALLED):
        match = pattern.search(sentence)
        if match and wanted & _content_words(match["term"]):
            return True
    return False


def _place(question: QuizItem, chunks: tuple[Chunk, ...]) -> int:
    """After which chunk can the question be answered: the one that shares most words with it."""
    wanted = _content_words(f"{question.question} {question.answer} {question.explanation}")
    scores = [len(wanted & _content_words(" ".join(chunk.sentences))) for chunk in chunks]
    return scores.index(max(scores))


def _generated(chunks: tuple[Chunk, ...]) -> list[QuizItem]:
    """Questions made from the lesson's own definitions, for lessons without a quiz."""
    items: list[QuizItem] = []
    for chunk in chunks:
        for sentence in chunk.sentences:
            called = _CALLED.search(sentence)
            if called:
                term = called["term"].strip()
                described = sentence[: called.start()].strip().removesuffix("is").removesuffix("are").strip()
                items.append(
                    QuizItem(f"What is the word for this: {described}?", term, hints=(f"It begins with {term[0].upper()}.",), explanation=sentence)
                )  # fmt: skip
            elif (match := _DEFINITION.match(sentence)) and len(match["term"].split()) <= 2:
                term = match["term"].strip()
                if term.lower() not in ("it", "this", "that", "they", "there", "these", "one"):
                    items.append(
                        QuizItem(f"Which word fits: something {match['rest'].rstrip('.')}?", term,
                                 hints=(f"It begins with {term[0].upper()}.",), explanation=sentence)
                    )  # fmt: skip
    return items[:12]
