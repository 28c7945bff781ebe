"""Which of several things a learner names, and in which order: by their words, their letter or their place. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lms_core.assessment.answer_words import STOP_WORDS, coverage, negated, stems, word_set
from lms_core.assessment.spoken_numbers import SpokenNumber, numbers, ordinal, tokens
from lms_core.assessment.word_likeness import likeness

LETTERS = {
    name: place
    for place, names in enumerate(
        ("a ay eh hey alpha alfa", "b be bee bravo", "c see sea si charlie", "d dee delta", "e echo",
         "f foxtrot", "g gee golf", "h aitch hotel", "i india", "j jay juliet")
    )
    for name in names.split()
}  # fmt: skip
"""Letters, how recognisers write their names, and the words of the spelling alphabet."""
CORRECTION = re.compile(
    r"\b(?:no wait|i mean|sorry|actually|no no|rather|wait no|scratch that|no it'?s)\b[\s,]*"
)
_AS_IN = re.compile(r"\b([a-z]|[bcdgtpv]ee|ay|be|see|sea|si)\s+(?:as in|like in|for|like)\s+([a-z]+)\b")
_POINTS = word_set("number option answer choice letter")
_BEFORE_ONE = word_set("the this that other last middle right")
_ALL = re.compile(r"\b(?:all|everything|every|everyone|both|each)\b")
_NONE = re.compile(r"\b(?:none|neither|nothing)\b")
_BUT = re.compile(r"\b(?:but not|but|except(?: for)?|apart from|besides|other than|without|not|minus)\b")
_AFTER = re.compile(r"^(?:(?:come|comes|is|are|goes|go|it's|its) )*after$")
_ENOUGH = 0.6
_LONGEST = 120
"""Words that are looked at."""


@dataclass(frozen=True, slots=True)
class Mention:
    """`words[start:end]` name the thing with number `thing`."""

    thing: int
    start: int
    end: int


def plain_letters(said: str) -> str:
    """ "b as in bravo" is b."""
    return _AS_IN.sub(lambda spoken: _letter(*spoken.groups()) or spoken[0], said)


def _letter(name: str, example: str) -> str:
    letter = name if len(name) == 1 else "abcdefghij"[LETTERS[name]] if name in LETTERS else name[0]
    return letter if example.startswith(letter) else ""


# --- by words ------------------------------------------------------------------------------------


def by_words(words: Sequence[str], names: Sequence[tuple[str, ...]]) -> list[Mention]:
    """Every mention in order of speaking; `names` are the variants of each thing's name."""
    words = words[:_LONGEST]
    common = frozenset.intersection(
        *(frozenset[str]().union(*(stems(tokens(name)) for name in some)) for some in names)
    ) if len(names) > 1 else frozenset()  # fmt: skip
    spoken = numbers(words)
    found: list[tuple[float, Mention]] = []
    for thing, some in enumerate(names):
        for name in some:
            target = tokens(name)
            value = _only_number(target)
            if value is not None:
                found += [(1.0, Mention(thing, n.start, n.end)) for n in spoken if n.value == value.value]
            elif target:
                found += _windows(words, thing, target, common)
    chosen: list[Mention] = []
    for _, mention in sorted(found, key=lambda one: (-one[0], one[1].start, one[1].end)):
        if all(mention.end <= other.start or mention.start >= other.end for other in chosen):
            chosen.append(mention)
    return sorted(chosen, key=lambda mention: mention.start)


def _windows(
    words: Sequence[str], thing: int, target: Sequence[str], common: frozenset[str]
) -> list[tuple[float, Mention]]:
    """Where the words say most of the target, beginning with a part of it."""
    content = [word for word in target if word not in STOP_WORDS] or list(target)
    whole = "".join(content)
    found = []
    for start in range(len(words)):
        pieces = ["".join(words[start : start + length])[:40] for length in (1, 2, 3, 4)]
        if not any(likeness(one, piece) >= 0.7 for one in (whole, *content) for piece in pieces):
            continue
        for end in range(start + 1, min(start + len(target) + 3, len(words) + 1)):
            score = coverage(content, words[start:end], common)[0]
            if score >= _ENOUGH:
                found.append((score, Mention(thing, start, end)))
    return found


def _only_number(words: Sequence[str]) -> SpokenNumber | None:
    found = numbers(words)
    whole = len(found) == 1 and found[0].start == 0 and found[0].end == len(words)
    return found[0] if whole else None


# --- by place ------------------------------------------------------------------------------------


def by_place(words: Sequence[str], count: int) -> list[Mention]:
    """ "The second one", "number two", "b", "the last two", "second to last"; in order of speaking."""
    content = [word for word in words if word not in STOP_WORDS or LETTERS.get(word, count) < count]
    bare = all(_place_word(word, count) for word in content)
    found: list[Mention] = []
    at = 0
    while at < len(words):
        places, end = _places_at(words, at, count, bare=bare)
        found += [Mention(place, at, end) for place in places if 0 <= place < count]
        at = end
    return found


def _place_word(word: str, count: int) -> bool:
    return LETTERS.get(word, count) < count or ordinal(word) is not None or bool(numbers([word]))


def _places_at(words: Sequence[str], at: int, count: int, *, bare: bool) -> tuple[Sequence[int], int]:
    word = words[at]
    before = words[at - 1] if at else ""
    following = [*words[at + 1 : at + 4], "", "", ""]
    rank = ordinal(word)
    if following[:2] in (["to", "last"], ["from", "last"]) or following[:3] == ["from", "the", "end"]:
        back = rank if rank is not None else 2
        return [count - back], at + 3 + (following[1] == "the")
    if word == "last" and following[:2] == ["but", "one"]:
        return [count - 2], at + 3
    if word in ("last", "first") and (some := numbers(following[:1])):
        many = min(int(some[0].value), count)
        return range(count - many, count) if word == "last" else range(many), at + 2
    if rank is not None:
        return [rank - 1], at + 1
    if word == "last":
        return [count - 1], at + 1
    if word == "middle" and count % 2:
        return [count // 2], at + 1
    pronoun = word == "one" and (ordinal(before) is not None or before in _BEFORE_ONE)
    if (before in _POINTS or bare) and not pronoun:
        if word in LETTERS:
            return [LETTERS[word]], at + 1
        exact = numbers([word], lenient=before in _POINTS or len(words) == 1)
        if exact and exact[0].value.denominator == 1:
            return [int(exact[0].value) - 1], at + 1
    return (), at + 1


# --- several ---------------------------------------------------------------------------------------


def chosen(said: str, choices: Sequence[str]) -> frozenset[int] | None:
    """Which choices are meant: "both", "all but the last", "a and c", "not iron, but gold"; None: cannot tell."""
    said = plain_letters(said)
    every = frozenset(range(len(choices)))
    everything = _ALL.search(said)
    if everything is not None:
        rest = said[everything.end() :]
        if (but := _BUT.search(rest)) is not None:
            left_out = {one.thing for one in _named(tokens(rest[but.end() :]), choices)}
            return every - left_out if left_out else None
        return frozenset(one.thing for one in _named(tokens(rest), choices)) or every
    words = tokens(said)
    named = _named(words, choices)
    kept = frozenset(one.thing for one in named if not negated(words, one.start))
    if kept or (not named and _NONE.search(said)):
        return kept
    return None


def _named(words: Sequence[str], choices: Sequence[str]) -> list[Mention]:
    """By words, and by place what is not said in words."""
    texts = by_words(words, [(choice,) for choice in choices])
    taken = {at for one in texts for at in range(one.start, one.end)}
    left = [word if at not in taken else "" for at, word in enumerate(words)]
    return sorted(texts + by_place(left, len(choices)), key=lambda one: one.start)


def ordered(said: str, things: Sequence[str]) -> list[int]:
    """In which order things are named, each once: "first cats then dogs", "b a c", "dogs after cats"."""
    whole, *later = CORRECTION.split(plain_letters(said))
    for part in (*reversed(later), whole, said):
        words = tokens(part)
        if words[:2] == ["first", "one"] and "one" in things:  # the thing, not "the first one"
            words = words[1:]
        mentions = by_words(words, [(thing,) for thing in things])
        texts = _in_time(words, mentions) if mentions else [one.thing for one in by_place(words, len(things))]
        if len(set(texts)) > 1 or part is said:
            return list(dict.fromkeys(texts))
    return []


def _in_time(words: Sequence[str], mentions: Sequence[Mention]) -> list[int]:
    """Things in the order that is meant, which "after", "first" and "last" can turn round."""
    order: list[int] = []
    front, back = 0, 0
    for place, one in enumerate(mentions):
        between = words[mentions[place - 1].end if place else 0 : one.start]
        words_between = [word for word in between if word not in ("the", "a", "an", "and", "but")]
        if _AFTER.match(" ".join(words_between)) and order:
            order.insert(len(order) - 1, one.thing)
        elif words_between[-1:] == ["first"]:
            order.insert(front, one.thing)
            front += 1
        elif words_between[-1:] in (["last"], ["finally"]) and place + 1 < len(mentions):
            order.append(one.thing)
            back += 1
        else:
            order.insert(len(order) - back, one.thing)
    return order


def matched(said: str, lefts: Sequence[str], rights: Sequence[str]) -> dict[int, int]:
    """Which right side goes with each left one: "cats go with meow", "one is b and two is a"."""
    words = tokens(plain_letters(said))
    names = [(name,) for name in (*lefts, *rights)]
    twins = _same_numbers(lefts, rights)
    pairs: dict[int, int] = {}
    waiting: int | None = None
    for one in by_words(words, names):
        thing = one.thing
        if waiting is not None and (waiting < len(lefts)) is (thing < len(lefts)):
            thing = twins.get(thing, thing)
        if waiting is not None and (waiting < len(lefts)) is not (thing < len(lefts)):
            left, right = sorted((waiting, thing))
            pairs[left] = right - len(lefts)
            waiting = None
        else:
            waiting = thing
    return pairs or _matched_by_place(words, len(lefts))


def _same_numbers(lefts: Sequence[str], rights: Sequence[str]) -> dict[int, int]:
    """Names of both sides that are spoken alike, such as 1/2 and 0.5: from the left one to the right one."""
    values = {
        number.value: place for place, name in enumerate(rights) if (number := _only_number(tokens(name)))
    }
    return {
        place: len(lefts) + values[number.value]
        for place, name in enumerate(lefts)
        if (number := _only_number(tokens(name))) and number.value in values
    }


def _matched_by_place(words: Sequence[str], count: int) -> dict[int, int]:
    """Left sides have numbers, right sides letters."""
    pairs: dict[int, int] = {}
    number: int | None = None
    for word in words:
        rank = ordinal(word)
        exact = numbers([word]) if rank is None and word != "a" else []
        if rank is not None or exact:
            number = rank if rank is not None else int(exact[0].value)
        elif number is not None and LETTERS.get(word, count) < count and 1 <= number <= count:
            pairs[number - 1] = LETTERS[word]
            number = None
    return pairs
