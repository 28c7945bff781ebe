"""Formulae: signs, powers, indices, roots, functions, LaTeX, and the formulae of chemistry."""

import re
from re import Match

from audio.speakable.numbers import number_in_words, ratio_in_words
from audio.speakable.reader import Reader, Rule, after, letters_apart, saying, silent
from audio.speakable.vocabulary import GREEK, Vocabulary

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉ₙ", "0123456789n")
SIGNS = "=+×÷±∓≤≥<>≠≈≡∝→←↔⇒⇔∞√∛%‰&∑∏∫∂∇∈∉∪∩⊂⊆∅∀∃¬∧∨∠⊥∥∴·−°′§~@"
_WRITTEN_SIGNS = {
    "==": "=", "===": "=", "!=": "≠", "<=": "≤", ">=": "≥", "=>": "⇒", "->": "→", "<-": "←", "&&": "∧", "||": "∨",
    "+-": "±", "+/-": "±", "<=>": "⇔", "<->": "↔", ":=": "=", "≔": "=", "⋅": "·", "∙": "·", "∗": "×", "⟶": "→", "～": "~",
}  # fmt: skip
_LATEX_SIGNS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "mp": "∓", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "lt": "<",
    "gt": ">", "neq": "≠", "ne": "≠", "approx": "≈", "equiv": "≡", "propto": "∝", "to": "→", "rightarrow": "→",
    "leftarrow": "←", "Rightarrow": "⇒", "implies": "⇒", "iff": "⇔", "Leftrightarrow": "⇔", "infty": "∞", "in": "∈",
    "notin": "∉", "cup": "∪", "cap": "∩", "subset": "⊂", "subseteq": "⊆", "emptyset": "∅", "forall": "∀", "exists": "∃",
    "neg": "¬", "land": "∧", "wedge": "∧", "lor": "∨", "vee": "∨", "angle": "∠", "perp": "⊥", "parallel": "∥",
    "therefore": "∴", "partial": "∂", "nabla": "∇", "circ": "°", "degree": "°", "prime": "′", "sim": "~",
}  # fmt: skip
_BIG = {
    "sum": "sum",
    "∑": "sum",
    "prod": "product",
    "∏": "product",
    "int": "integral",
    "∫": "integral",
    "lim": "limit",
}
_FUNCTIONS = ("arcsin", "arccos", "arctan", "sin", "cos", "tan", "log", "ln", "exp", "max", "min", "sqrt")
_TEXT_COMMANDS = (
    "text",
    "mathrm",
    "mathbf",
    "mathit",
    "textbf",
    "textit",
    "operatorname",
    "mathbb",
    "vec",
    "overline",
    "hat",
    "bar",
)
_UNSAID_COMMANDS = frozenset(
    "left right big Big bigg Bigg quad qquad displaystyle limits begin end mathsf label".split()
)
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


def _star(reader: Reader, _m: Match[str]) -> str:
    return reader.word("×", "*")


def _slash(reader: Reader, _m: Match[str]) -> str:
    return reader.word("over", "/")


def _hyphen(reader: Reader, _m: Match[str]) -> str:
    return reader.word("−", "-")


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


def _greek(reader: Reader, m: Match[str]) -> str:
    return reader.word(m.group(), m.group())


def _factorial(reader: Reader, m: Match[str]) -> str:
    return reader.word("factorial", m.group())


def _ratio(reader: Reader, m: Match[str]) -> str:
    return reader.word("ratio", m.group())


def _absolute(reader: Reader, m: Match[str]) -> None:
    reader.say(reader.word("absolute", "|"), m.start(), m.start() + 1)
    reader.read(m.start() + 1, m.end() - 1, maths=True)


def _chemical(reader: Reader, m: Match[str]) -> str:
    plain = m.group().translate(_SUBSCRIPTS)
    return " ".join(
        number_in_words(part, reader.vocabulary) if part.isdecimal() else letters_apart(reader, part.upper())
        for part in re.findall(r"\d+|[A-Za-z]", plain)
    )


# --- LaTeX ----------------------------------------------------------------------------------------------------


def _command(reader: Reader, m: Match[str]) -> int | None:
    name = m["command"]
    if name in ("frac", "dfrac", "tfrac"):
        return _frac(reader, m)
    if name == "sqrt":
        return _sqrt(reader, m)
    if name in _BIG:
        return _big(reader, m)
    if name in _TEXT_COMMANDS:
        inside = reader.braced(m.end())
        if inside is not None:
            reader.read(*inside, maths=None if name not in ("text", "textbf", "textit") else False)
            return after(inside, reader.text)
    elif name in _UNSAID_COMMANDS:
        return None
    elif name in _LATEX_SIGNS:
        reader.say(reader.word(_LATEX_SIGNS[name], _LATEX_SIGNS[name]), *m.span())
    else:
        name = name.removeprefix("var") or name
        reader.say(reader.word(name, name), *m.span())
    return None


def _frac(reader: Reader, m: Match[str]) -> int | None:
    top = reader.braced(m.end())
    bottom = reader.braced(after(top, reader.text)) if top else None
    if top is None or bottom is None:
        return None
    end = after(bottom, reader.text)
    above, below = reader.text[slice(*top)].strip(), reader.text[slice(*bottom)].strip()
    if re.fullmatch(r"[0-9]{1,3}", above) and re.fullmatch(r"[0-9]{1,3}", below):
        reader.say(ratio_in_words(int(above), int(below), reader.vocabulary), m.start(), end)
        return end
    reader.read(*top, maths=True)
    reader.say(reader.word("over", "/"), top[1], bottom[0])
    reader.read(*bottom, maths=True)
    return end


def _sqrt(reader: Reader, m: Match[str]) -> int | None:
    degree = re.compile(r"\s*\[([^\]{}]{1,9})\]").match(reader.text, m.end())
    inside = reader.braced(degree.end() if degree else m.end())
    if inside is None:
        return None
    words = reader.word("√", "√")
    if degree is not None and degree[1] == "3":
        words = reader.word("∛", "∛")
    elif degree is not None and degree[1] != "2":
        words = f"{degree[1]}-th {reader.word('root', '√')}"
    reader.say(words, m.start(), inside[0])
    reader.read(*inside, maths=True)
    return after(inside, reader.text)


def _big(reader: Reader, m: Match[str]) -> int:
    r"""`\sum_{i=1}^{n}`: the sum from i equals 1 to n of; `\lim_{x \to 0}`: the limit, x to 0, of."""
    name = _BIG[m.group().lstrip("\\")]
    reader.say(reader.word(name, m.group()), *m.span())
    place = m.end()
    for mark, word in (("_", "from"), ("^", "to")):
        bound = re.compile(rf"\s*\{mark}").match(reader.text, place)
        inside = reader.braced(bound.end()) if bound else None
        if bound is None or inside is None:
            continue
        reader.say(reader.word(word) if name != "limit" else "", place, inside[0])
        reader.read(*inside, maths=True)
        place = after(inside, reader.text)
    reader.say(reader.word("of"), place, place)
    return place


# --- grammar --------------------------------------------------------------------------------------------------


def structures(vocabulary: Vocabulary, *, maths: bool) -> tuple[Rule, ...]:  # noqa: ARG001 - all rule sets are made alike
    """What has parts; before numbers, whose digits it contains."""
    calls = "|".join(_FUNCTIONS)
    return (
        Rule("power", r"(?:\^|(?<=\w)\*\*(?=[\dn(]))(?P<exponent>\{|\([^()\n]{1,40}\)|[-−]?\d+(?:\.\d+)?|\\circ|\\prime|-?\w|['°′])", _power),
        Rule("superscript", r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]+", _superscript),
        Rule("subscript", r"_|[₀-₉ₙ]+" if maths else r"(?<=\b[A-Za-z])_(?=\{|[^\W_]\b)|[₀-₉ₙ]+", _subscript),
        Rule("command", rf"\\(?P<command>{'|'.join(_BIG)}|[a-zA-Z]+)(?![a-zA-Z])", _command),
        Rule("big_sign", r"[∑∏∫](?=\s?[_^])", _big),
        Rule("escape", r"\\[^a-zA-Z]", silent),
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
        Rule("factorial", r"!" if maths else r"(?<=[\dn)])!(?=\s?[=+\-*/×÷)])", saying(_factorial)),
        Rule("prime", r"(?<=[\w)])['′]{1,3}(?!\w)" if maths else r"(?<=\b[a-zA-Z])['′]{1,2}(?=\s?[(=+*/^])", saying(_prime)),
        Rule("ratio", r"(?<=\d):(?=\d)", saying(_ratio)),
        Rule("star", r"(?<=[\d)])\*(?=[\w(])|(?<=\b[a-z])\*(?=[a-z\d(](?!\w))|(?<=\s)\*(?=\s)", saying(_star)),
        Rule("slash", r"(?<=[\d)²³])/(?=[\w(])|(?<=\b[A-Za-z])/(?=(?:[A-Za-z]\b|[\d(]))|(?<=[\w)²³]\s)/(?=\s)", saying(_slash)),
        Rule("hyphen", r"(?<=\d)-(?=[a-zA-Z]\b|\()|(?<=\b[a-z])-(?=\d)|(?<=[)²³])-(?=[\w(])"
             r"|(?<=[\d)²³]\s)-(?=\s[\w(\\√π])|(?<=\b[b-hj-z]\s)-(?=\s(?:[\d(\\√π]|[a-zA-Z]\b))", saying(_hyphen)),
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
        found.append(Rule("greek", f"[{''.join(sorted(GREEK))}](?![α-ωά-ώ])", saying(_greek)))
    if maths:
        found += [
            Rule("absolute", r"\|(?=\S)[^|\n]{1,40}\|", _absolute),
            Rule("formula_slash", r"/", saying(_slash)),
            Rule("formula_star", r"\*", saying(_star)),
            Rule("formula_hyphen", r"-", saying(_hyphen)),
            Rule("letters", r"(?<![a-zA-Z])[a-zA-Z]{1,3}(?![a-zA-Z])", saying(_letters)),
            Rule("formula_bracket", r"[()\[\]]", _bracket),
        ]
    found.append(Rule("sign", f"[{re.escape(SIGNS)}]", saying(_sign)))
    return tuple(found)
