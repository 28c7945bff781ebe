"""How much of an expected answer was said, word by word, and whether it was denied. Pure."""

from collections.abc import Iterable, Sequence

from lms_core.assessment.spoken_numbers import numbers, tokens
from lms_core.assessment.word_likeness import likeness, opposite, stem


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


STOP_WORDS = word_set(
    "a an the is are was were be been it its it's that's this that these those of to in on at by for "
    "from with and or as so then than there they we you i he she my your our their his her do does "
    "did have has had would could can will called name think guess maybe perhaps probably believe say "
    "said answer um uh er erm hmm hm mm ah oh well like okay ok yes yeah just really i'm i'd i'll "
    "we're they're because cause what which who when where how into onto over out up down about also "
    "very please yep sure thanks"
)
_GENERIC = word_set(
    "number numbers thing things way part parts one ones kind type stuff something people get gets"
)
_NEGATIONS = word_set(
    "not isn't isnt aren't arent wasn't weren't never don't dont doesn't doesnt didn't can't cannot "
    "won't without nor"
)
_ALPHABET_SPOKEN = (
    "ay=a bee=b be=b see=c sea=c cee=c dee=d ee=e ef=f gee=g aitch=h eye=i jay=j kay=k el=l em=m en=n oh=o "
    "pee=p queue=q are=r ess=s tee=t tea=t you=u vee=v ex=x why=y zee=z zed=z"
)
_ALPHABET = dict(pair.split("=") for pair in _ALPHABET_SPOKEN.split())
_LONG = 4
"""Key words from which on an expected answer counts as an explanation, of which a part will do."""


def is_filler(text: str) -> bool:
    """Nothing but hesitation and small words."""
    return all(word in STOP_WORDS for word in tokens(text))


def key_words(text: str) -> list[str]:
    """The words that carry the sense of an expected answer."""
    return [word for word in tokens(text) if word not in STOP_WORDS and word not in _GENERIC]


def is_explanation(variant: str) -> bool:
    """Whether an expected answer is a sentence rather than a name."""
    return len(key_words(variant)) >= _LONG


def stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(stem, words))


def _weight(word: str, known: frozenset[str]) -> float:
    if word in STOP_WORDS:
        return 0.0
    if stem(word) in known:
        return 0.25  # it stands in the question: saying it again proves little
    return 0.3 if word in _GENERIC or word in ("one", "1") or word.endswith("'s") else 1.0


def coverage(
    target: Sequence[str], words: Sequence[str], known: frozenset[str]
) -> tuple[float, list[str], list[str]]:
    """How much of the target's weight was said; which of its words were, and which were not."""
    weights = {word: _weight(word, known) for word in target}
    if not any(weights.values()):
        weights = dict.fromkeys(target, 1.0)
    heard = _with_joined(words)
    got = 0.0
    matched: list[str] = []
    missing: list[str] = []
    for word, weight in weights.items():
        like = max((likeness(word, other) for other in heard), default=0.0)
        got += weight * like
        if weight >= 0.25:
            (matched if like >= 0.7 else missing).append(word)
    total = sum(weights.values())
    whole = "".join(word for word in target if word not in STOP_WORDS)
    if len(whole) >= 6 and max((likeness(whole, other) for other in heard), default=0.0) >= 0.9:
        return 0.95, [word for word, weight in weights.items() if weight], []
    return got / total if total else 0.0, matched, missing


def _with_joined(words: Sequence[str]) -> list[str]:
    """The words, the numbers among them as numerals, and neighbours written together ("photo synthesis")."""
    joined = list(words)
    joined += [str(number.value) for number in numbers(words) if number.value.denominator == 1]
    for length in (2, 3, 4):
        joined += ["".join(words[at : at + length]) for at in range(len(words) - length + 1)]
    return [word for word in joined if len(word) <= 40]


def spelled_out(words: Sequence[str]) -> list[str]:
    """Runs of three or more letters or their names become a word: "o x y g e n"; "c o two" stays."""
    result: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        letter = word if len(word) == 1 and word.isalpha() else _ALPHABET.get(word, "")
        if letter:
            run.append(word)
            continue
        if len(run) >= 3 and sum(len(each) == 1 for each in run) * 2 >= len(run):
            result.append("".join(each if len(each) == 1 else _ALPHABET[each] for each in run))
        else:
            result += run
        run = []
        if word:
            result.append(word)
    return result


# --- denial --------------------------------------------------------------------------------


def negated(words: Sequence[str], place: int) -> bool:
    """Whether a "not" before holds here: within four words, and not beyond "but" or the next phrase."""
    between: list[str] = []
    for back in range(place - 1, max(-1, place - 5), -1):
        word = words[back]
        if word in ("but", "because"):
            return False
        if word in _NEGATIONS:
            return not _restarts(between[::-1])
        between.append(word)
    return place > 0 and words[place - 1] == "no" and len(words) <= place + 2


def _restarts(between: Sequence[str]) -> bool:
    """A new phrase begins after something that was named: "[not] the leaves, the" roots."""
    content = next((at for at, word in enumerate(between) if word not in STOP_WORDS), len(between))
    return any(word in STOP_WORDS for word in between[content:])


def denies(variant: str, words: Sequence[str]) -> bool:
    """The learner says "not" of the target's key words, and the target itself does not."""
    target = tokens(variant)
    if any(word in _NEGATIONS for word in target):
        return not any(word in _NEGATIONS for word in words)
    keys = key_words(variant)
    places = [
        place
        for place, word in enumerate(words)
        if any(likeness(key, word) >= 0.7 for key in keys) and word not in _NEGATIONS
    ]
    return any(negated(words, place) for place in places)


def contradicts(target: Sequence[str], words: Sequence[str]) -> bool:
    """The learner says the opposite of a key word, and not that word."""
    return any(
        opposite(key, word) and key not in words and word not in target
        for key in target
        if key not in ("to", "in", "over", "from")
        for word in words
        if word not in ("to", "in", "over", "from", "out", "down", "right", "into", "under")
    )
