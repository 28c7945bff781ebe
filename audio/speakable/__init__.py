"""Text made speakable: numbers, units, fractions, formulae, abbreviations, Markdown and code, as words.

`speakable` cuts the text into segments; each says where in the original it came from, so that the
synthesiser's word times can light up, and cut, what people read.
"""

import re
from functools import lru_cache

from audio.speakable import dates, markdown, maths, numbers, prose
from audio.speakable.reader import Grammar, Reader, Rule
from audio.speakable.spoken import Segment, Spoken
from audio.speakable.vocabulary import Vocabulary, vocabulary

__all__ = ["Segment", "Spoken", "speakable"]


def speakable(text: str, language: str = "en") -> Spoken:
    """What to say for `text`. `language` is BCP 47. Never raises; text with letters never becomes silence."""
    words, prose_grammar, maths_grammar = _grammars(language)
    reader = Reader(text, words, prose_grammar, maths_grammar)
    reader.read(0, len(text))
    if not reader.segments:
        for letters in re.finditer(r"[^\W\d_]+", text):
            reader.say(letters.group(), *letters.span())
    return Spoken(tuple(reader.segments))


@lru_cache(maxsize=64)
def _grammars(language: str) -> tuple[Vocabulary, Grammar, Grammar]:
    return _built(vocabulary(language).language)


@lru_cache(maxsize=64)
def _built(language: str) -> tuple[Vocabulary, Grammar, Grammar]:
    known = vocabulary(language)
    other_signs = f"{re.escape(maths.SIGNS)}⋅∙∗⟶≔/€£¥₹⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ₀-₉ₙ{markdown.EMOJI}"

    def formulae(*, inside: bool) -> tuple[Rule, ...]:
        return (
            *maths.structures(known, maths=inside), *dates.rules(known), *numbers.rules(known), *maths.signs(known, maths=inside),
            markdown.LEFT_OVER, *prose.words(other_signs, maths=inside),
        )  # fmt: skip

    in_prose = Grammar((*markdown.rules(), *prose.shorthand(known), *formulae(inside=False)))
    return known, in_prose, Grammar(formulae(inside=True))
