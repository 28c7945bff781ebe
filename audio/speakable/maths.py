"""Formulae: signs, powers, indices, functions, and the formulae of chemistry; LaTeX has a file of its own."""

import re
from re import Match

from audio.speakable import latex
from audio.speakable.numbers import number_in_words
from audio.speakable.reader import Reader, Rule, after, letters_apart, saying, word
from audio.speakable.vocabulary import GREEK, Vocabulary

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉ₙ", "0123456789n")
SIGNS = "=+×÷±∓≤≥<>≠≈≡∝→←↔⇒⇔∞√∛%‰&∑∏∫∂∇∈∉∪∩⊂⊆∅∀∃¬∧∨∠⊥∥∴·−°′§~@"
_WRITTEN_SIGNS = {
    "==": "=", "===": "=", "!=": "≠", "<=": "≤", ">=": "≥", "=>": "⇒", "->": "→", "<-": "←", "&&": "∧", "||": "∨",
    "+-": "±", "+/-": "±", "<=>": "⇔", "<->": "↔", ":=": "=", "≔": "=", "⋅": "·", "∙": "·", "∗": "×", "⟶": "→", "～": "~",
}  # fmt: skip
_FUNCTIONS = ("arcsin", "arccos", "arctan", "sin", "cos", "tan", "log", "ln", "exp", "max", "min", "sqrt")
_ELEMENT = (
    "He|Li|Be|Ne|Na|Mg|Al|Si|Cl|Ar|Ca|Sc|Ti|Cr|Mn|Fe|Co|Ni|Cu|Zn|Ga|Ge|As|Se|Br|Kr|Rb|Sr|Ag|Cd|Sn|Sb|Te|Xe|Cs|Ba|"
    "Pt|Au|Hg|Pb|Bi|Rn|Ra|H|B|C|N|O|F|P|S|K|V|Y|I|W|U"
)
_COUNT = r"[\d₀-₉]"


def _sign(reader: Reader, m: Match[str]) -> str:
    written = m.group()
    sign = _WRITTEN_SIGNS.get(written, written)
    if sign in ("+", "−") and reader.text[m.end() : m.end() + 1] == sign:
        return ""  # "----" or "+++" is a line that somebody drew
    return reader.word(sign, sign)


def _exponent(reader: Reader, exponent: str, start: int, end: int, inside: tuple[int, int]) -> None:
    if reader.text[max(0, start - 1) : start] == ")":
        reader.pause(",")  # "a plus b, squared"
    if exponent in ("2", "3"):
        reader.say(reader.word("squared" if exponent == "2" else "cubed", reader.text[start:end]), start, end)
    elif exponent in ("°", "\\circ"):
        reader.say(reader.word("°", "°"), start, end)
    elif exponent in ("'", "′", "\\prime"):
        reader.say(reader.word("′", "′"), start, end)
    else:
        reader.say(reader.word("power", "^"), start, inside[0])
        reader.read(*inside, maths=True)


def _power(reader: Reader, m: Match[str]) -> int:
    """`^2`, `^{n+1}`, `^(1/2)`, `^-3`, `**2`."""
    place = m.start("exponent")
    if reader.text[place] == "{":
        inside = reader.braced(place) or (place + 1, place + 1)
        end = after(inside, reader.text)
    else:
        bracketed = reader.text[place] == "("
        inside, end = (place + bracketed, m.end() - bracketed), m.end()
    _exponent(reader, reader.text[inside[0] : inside[1]].strip(), m.start(), end, inside)
    return end


def _superscript(reader: Reader, m: Match[str]) -> None:
    exponent = m.group().translate(_SUPERSCRIPTS)
    if exponent in ("2", "3"):
        _exponent(reader, exponent, m.start(), m.end(), m.span())
        return
    sign = reader.word("−") + " " if exponent.startswith("-") else ""
    digits = exponent.strip("+-")
    spoken = number_in_words(digits, reader.vocabulary) if digits.isdecimal() else digits
    reader.say(f"{reader.word('power', '^')} {sign}{spoken}", *m.span())


def _subscript(reader: Reader, m: Match[str]) -> int | None:
    """`x_1`, `a_{n+1}`; `x₁`."""
    place = m.start() + 1
    if m.group()[0] != "_":
        digits = m.group().translate(_SUBSCRIPTS)
        spoken = number_in_words(digits, reader.vocabulary) if digits.isdecimal() else digits
        reader.say(f"{reader.word('sub')} {spoken}", *m.span())
        return None
    inside = reader.braced(place)
    if inside is None:
        return None
    reader.say(reader.word("sub"), m.start(), inside[0])
    reader.read(*inside, maths=True)
    return after(inside, reader.text)


def _call(reader: Reader, m: Match[str]) -> str:
    name = reader.word(m["called"], m["called"])
    argument = m["argument"] or ""
    if argument:
        spoken = (
            number_in_words(argument, reader.vocabulary)
            if argument.isdecimal()
            else reader.word(argument, argument)
        )
        return f"{name} {reader.word('of')} {spoken}"
    return f"{name} {reader.word('of')}"


def _log_base(reader: Reader, m: Match[str]) -> str:
    base = m["base"] or m["base1"]
    spoken = number_in_words(base, reader.vocabulary) if base.isdecimal() else base
    return f"{reader.word('log', 'log')} {reader.word('base')} {spoken} {reader.word('of')}"


def _prime(reader: Reader, m: Match[str]) -> str:
    return " ".join([reader.word("′", "′")] * len(m.group()))


def _bracket(reader: Reader, _m: Match[str]) -> None:
    """A bracket in a formula is a short pause: "two times, x plus one,"."""
    reader.pause(",")


def _variable(reader: Reader, m: Match[str]) -> str:
    return letters_apart(reader, m.group())


def _letters(reader: Reader, m: Match[str]) -> str:
    """In a formula a few letters together are a product, unless they are a function."""
    letters = m.group()
    if letters in _FUNCTIONS:
        return reader.word(letters, letters)
    return letters_apart(reader, letters)


def _absolute(reader: Reader, m: Match[str]) -> None:
    reader.say(reader.word("absolute", "|"), m.start(), m.start() + 1)
    reader.read(m.start() + 1, m.end() - 1, maths=True)


def _chemical(reader: Reader, m: Match[str]) -> str:
    plain = m.group().translate(_SUBSCRIPTS)
    return " ".join(
        number_in_words(part, reader.vocabulary) if part.isdecimal() else letters_apart(reader, part.upper())
        for part in re.findall(r"\d+|[A-Za-z]", plain)
    )


# --- grammar --------------------------------------------------------------------------------------------------


def structures(vocabulary: Vocabulary, *, maths: bool) -> tuple[Rule, ...]:  # noqa: ARG001 - all rule sets are made alike
    """What has parts; before numbers, whose digits it contains."""
    calls = "|".join(_FUNCTIONS)
    return (
        Rule("power", r"(?:\^|(?<=\w)\*\*(?=[\dn(]))(?P<exponent>\{|\([^()\n]{1,40}\)|[-−]?\d+(?:\.\d+)?|\\circ|\\prime|-?\w|['°′])", _power),
        Rule("superscript", r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]+", _superscript),
        Rule("subscript", r"_|[₀-₉ₙ]+" if maths else r"(?<=\b[A-Za-z])_(?=\{|[^\W_]\b)|[₀-₉ₙ]+", _subscript),
        *latex.rules(),
        Rule("call", rf"(?<![\w\\])(?P<called>{calls}|[fghPFG])\((?:(?P<argument>[a-zA-Zα-ω]|\d+)\))?", saying(_call)),
        Rule("log_base", r"(?<!\w)\\?log_(?:\{(?P<base>[^{}]{1,9})\}|(?P<base1>\w))\(?", saying(_log_base)),
        Rule("chemical", _chemical_pattern(), saying(_chemical)),
    )  # fmt: skip


def _chemical_pattern() -> str:
    """Several elements with at least one count among them, or one of the gases that come in pairs."""
    group = rf"\((?:(?:{_ELEMENT}){_COUNT}{{0,2}}){{1,4}}\){_COUNT}"
    several = rf"(?:(?:{_ELEMENT}){_COUNT}{{0,3}}|{group}){{2,}}"
    pair = r"(?:H|O|N|Cl|F|Br|I)(?:[₂₃]|[23]\b)"
    return rf"(?<![A-Za-z])(?=[A-Za-z()]{{0,30}}{_COUNT})(?:{several}|{pair})(?![\wα-ω])"


def signs(vocabulary: Vocabulary, *, maths: bool) -> tuple[Rule, ...]:
    """What stands between; after numbers, which may begin with a sign."""
    written = "|".join(re.escape(sign) for sign in sorted(_WRITTEN_SIGNS, key=len, reverse=True))
    written = written.replace(re.escape("||"), r"(?<=\s)\|\|(?=\s)")
    found = [
        Rule("written_sign", written, saying(_sign)),
        Rule("factorial", r"!" if maths else r"(?<=[\dn)])!(?=\s?[=+\-*/×÷)])", word("factorial")),
        Rule("prime", r"(?<=[\w)])['′]{1,3}(?!\w)" if maths else r"(?<=\b[a-zA-Z])['′]{1,2}(?=\s?[(=+*/^])", saying(_prime)),
        Rule("ratio", r"(?<=\d):(?=\d)", word("ratio")),
        Rule("star", r"(?<=[\d)])\*(?=[\w(])|(?<=\b[a-z])\*(?=[a-z\d(](?!\w))|(?<=\s)\*(?=\s)", word("×")),
        Rule("slash", r"(?<=[\d)²³])/(?=[\w(])|(?<=\b[A-Za-z])/(?=(?:[A-Za-z]\b|[\d(]))|(?<=[\w)²³]\s)/(?=\s)", word("over")),
        Rule("hyphen", r"(?<=\d)-(?=[a-zA-Z]\b|\()|(?<=\b[a-z])-(?=\d)|(?<=[)²³])-(?=[\w(])"
             r"|(?<=[\d)²³]\s)-(?=\s[\w(\\√π])|(?<=\b[b-hj-z]\s)-(?=\s(?:[\d(\\√π]|[a-zA-Z]\b))", word("−")),
        Rule("product", r"(?<=\d)[a-z]{1,3}\b|(?<=\d\s)[ap]m\b|\b[a-z]{2,3}(?=\^|[²³⁰¹⁴-⁹⁻])|(?<=[=+*/×÷]\s)[a-z]{2}(?=\s?[-+=*/×÷)])", saying(_letters)),
        Rule("open_bracket", r"(?<=[\w)²³])[(\[](?=[^()\n]*[-+*/=^×÷][^()\n]*[)\]])", _bracket),
    ]  # fmt: skip
    if vocabulary.language == "en":
        found.append(
            Rule(
                "variable",
                r"\b[aA]\b(?=\s?[+=*/^×÷<>≤≥²³])|\b[aA](?=_\w|_\{)|(?<=[+=*/×÷<>]\s)[aA]\b(?!\s[a-z]{2})|(?<=[-+=*/×÷<>\d])[aA]\b",
                saying(_variable),
            )
        )
    if vocabulary.language != "el" and vocabulary.says:
        found.append(Rule("greek", f"[{''.join(sorted(GREEK))}](?![α-ωά-ώ])", word()))
    if maths:
        found += [
            Rule("absolute", r"\|(?=\S)[^|\n]{1,40}\|", _absolute),
            Rule("formula_slash", r"/", word("over")),
            Rule("formula_star", r"\*", word("×")),
            Rule("formula_hyphen", r"-", word("−")),
            Rule("letters", r"(?<![a-zA-Z])[a-zA-Z]{1,3}(?![a-zA-Z])", saying(_letters)),
            Rule("formula_bracket", r"[()\[\]]", _bracket),
        ]
    found.append(Rule("sign", f"[{re.escape(SIGNS)}]", saying(_sign)))
    return tuple(found)
