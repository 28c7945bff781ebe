"""How alike two words sound, 0 to 1, so that a recogniser's slips do not count against a learner. Pure."""

import re
from functools import lru_cache

_HOMOPHONES = (
    "sun son, air heir err, sea see, root route, flour flower, week weak, light lite, plane plain, "
    "sum some, pi pie, whole hole, piece peace, right write, sail sale, rain reign rein, cell sell, "
    "pole poll, poles polls, tide tied, days daze, meat meet, night knight, mail male, weight wait, "
    "steel steal, isle aisle, tail tale, rays raise, base bass, seed cede, angle ankle, sides size, "
    "axis access axes, genes jeans, ion iron, waist waste, principal principle"
)
_CONFUSABLE = (
    "numerator denominator, latitude longitude altitude, mitosis meiosis, northern southern, eastern "
    "western, hydrogen nitrogen oxygen, monoxide dioxide, equator equation, evaporation condensation, "
    "import export, chlorophyll chloroplast chloroplasts, convex concave, increase decrease, median "
    "medium, solar lunar, arctic antarctic, revolution evolution, glucose sucrose lactose fructose, "
    "socialism capitalism"
)
_OPPOSITES = (
    "top upper above|bottom lower below under, more greater larger bigger higher longer|less fewer "
    "smaller lower shorter, north northern|south southern, east eastern|west western, summer|winter, "
    "day|night, hot warm warmer|cold cool colder, towards toward|away, add plus|subtract minus, "
    "multiply|divide, increase increases rises rise|decrease decreases falls fall, inside|outside, "
    "before earlier|after later, always|never, closer closest nearer|farther farthest further, "
    "high|low, long|short, left|right, positive|negative, even|odd, true|false, steep steeply|flat"
)
_SYNONYMS = (
    "big large larger bigger huge greater, small smaller little tiny, light sunlight sunshine rays "
    "ray beams, area surface space, warmth heat warm, same equal identical, make makes produce create "
    "build, part piece slice, parts pieces slices, begin start, quick fast, needs requires, spread "
    "spreads scattered, number digit"
)
_SOUNDS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        *((r"^(?:kn|gn|pn)", "n"), (r"^wr", "r"), (r"^ps", "s"), (r"^x", "s"), (r"^wh", "w"), (r"mb$", "m")),
        *(
            (r"sch", "sk"),
            (r"tch|ch(?=r|l)", "k"),
            (r"tion|sion|cian|tian", "xn"),
            (r"sh|ch", "x"),
            (r"th", "0"),
        ),
        *(
            (r"ph|v", "f"),
            (r"gh(?=t)", ""),
            (r"gh", "g"),
            (r"ck|cc|q", "k"),
            (r"c(?=[eiy])", "s"),
            (r"c", "k"),
        ),
        *((r"g(?=[eiy])|dge?", "j"), (r"z", "s"), (r"x", "ks"), (r"d", "t"), (r"b", "p"), (r"j", "x")),
    )
)


def _table(groups: str) -> dict[str, frozenset[str]]:
    """For each word the words of its groups, which commas separate."""
    table: dict[str, frozenset[str]] = {}
    for group in groups.split(","):
        members = frozenset(group.split())
        for word in members:
            table[word] = table.get(word, frozenset()) | members
    return table


_SAME_SOUND, _NEVER_SAME, _SAME_SENSE = _table(_HOMOPHONES), _table(_CONFUSABLE), _table(_SYNONYMS)
_PAIRS = tuple(tuple(side.split() for side in pair.split("|")) for pair in _OPPOSITES.split(","))


def edits(one: str, other: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        before, row[0] = row[0], place
        for column, second in enumerate(other, 1):
            before, row[column] = row[column], min(
                row[column] + 1, row[column - 1] + 1, before + (letter != second)
            )  # fmt: skip
    return row[-1]


def similarity(one: str, other: str) -> float:
    """1 for equal spelling, 0 for nothing in common."""
    longest = max(len(one), len(other))
    return 1 - edits(one, other) / longest if longest else 1.0


@lru_cache(maxsize=2048)
def sound(word: str) -> str:
    """A rough key of how a word sounds in English: consonants by group, vowels only at the beginning."""
    key = re.sub(r"[^a-z]", "", word.lower())
    for pattern, replacement in _SOUNDS:
        key = pattern.sub(replacement, key)
    first = "a" if key[:1] in ("a", "e", "i", "o", "u") and key[:1] else key[:1]
    rest = re.sub(r"[aeiouyhw]", "", key[1:])
    return re.sub(r"(.)\1+", r"\1", first + rest)


def stem(word: str) -> str:
    """A word without its commonest endings."""
    for ending in ("'s", "ings", "ing", "ies", "es", "ed", "ly", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word[: -len(ending)]
            return base + "y" if ending == "ies" else base.rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word


@lru_cache(maxsize=8192)
def likeness(meant: str, said: str) -> float:
    """1.0 the same word, 0.85 and more a slip of the recogniser, 0.7 perhaps the same, 0 another word."""
    if meant == said:
        return 1.0
    if meant[:1].isdigit() or said[:1].isdigit() or said in _NEVER_SAME.get(meant, ()):
        return 0.0
    if stem(meant) == stem(said):
        return 0.95
    if said in _SAME_SOUND.get(meant, ()) or said in _SAME_SENSE.get(meant, ()):
        return 0.9
    if opposite(meant, said) or min(len(meant), len(said)) < 5:
        return 0.0  # short words are alike too easily: "June" and "July"
    spelling = similarity(meant, said)
    sounding = similarity(sound(meant), sound(said))
    if spelling >= 0.9 or (sounding == 1.0 and spelling >= 0.6) or (spelling >= 0.8 and sounding >= 0.8):
        return 0.9
    if spelling >= 0.7 and sounding >= 0.83:
        return 0.85
    return 0.7 if spelling >= 0.65 and sounding >= 0.8 else 0.0


def opposite(one: str, other: str) -> bool:
    """Whether the two words contradict each other: "top" and "bottom"."""
    return any((one in left and other in right) or (one in right and other in left) for left, right in _PAIRS)
