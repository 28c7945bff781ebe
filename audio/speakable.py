"""Text made speakable: numbers, units, fractions, formulae, abbreviations, Markdown and code, as words.

`speakable` cuts the text into segments; each says where in the original it came from, so that the
synthesiser's word times can light up, and cut, what people read.
"""

import re
from dataclasses import dataclass

from num2words import num2words


@dataclass(frozen=True, slots=True)
class Segment:
    """`spoken` is said for `original[start:end]`; it may be several words, or empty if that is not said."""

    spoken: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spoken:
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """What the synthesiser gets: the segments, one space between."""
        return " ".join(segment.spoken for segment in self.segments if segment.spoken)

    def origin(self, place: int) -> Segment | None:
        """The segment that holds character `place` of `text`."""
        begin = 0
        for segment in self.segments:
            if segment.spoken:
                if place < begin + len(segment.spoken) + 1:
                    return segment
                begin += len(segment.spoken) + 1
        return None


_UNITS = {
    "km/h": "kilometres per hour", "m/s²": "metres per second squared", "m/s^2": "metres per second squared",
    "m/s": "metres per second", "°C": "degrees Celsius", "°F": "degrees Fahrenheit", "°": "degrees",
    "km²": "square kilometres", "m²": "square metres", "cm²": "square centimetres", "m³": "cubic metres",
    "cm³": "cubic centimetres", "km": "kilometres", "cm": "centimetres", "mm": "millimetres", "m": "metres",
    "kg": "kilograms", "mg": "milligrams", "g": "grams", "ml": "millilitres", "l": "litres", "L": "litres",
    "kWh": "kilowatt hours", "kW": "kilowatts", "W": "watts", "V": "volts", "Hz": "hertz", "kHz": "kilohertz",
    "MHz": "megahertz", "GHz": "gigahertz", "ms": "milliseconds", "min": "minutes", "s": "seconds", "h": "hours",
    "GB": "gigabytes", "MB": "megabytes", "kB": "kilobytes", "Pa": "pascals", "kPa": "kilopascals", "N": "newtons",
    "J": "joules", "kJ": "kilojoules", "mol": "moles", "ft": "feet", "mph": "miles per hour",
}  # fmt: skip
_SYMBOLS = {
    "en": {
        "=": "equals", "+": "plus", "-": "minus", "−": "minus", "×": "times", "*": "times", "·": "times", "÷": "divided by",
        "/": "over", "±": "plus or minus", "≤": "is at most", "≥": "is at least", "<": "is less than", ">": "is greater than",
        "≠": "is not equal to", "≈": "is about", "→": "becomes", "⇒": "so", "∞": "infinity", "√": "the square root of",
        "%": "percent", "&": "and", "π": "pi", "Δ": "delta", "α": "alpha", "β": "beta", "γ": "gamma", "θ": "theta",
        "λ": "lambda", "μ": "mu", "σ": "sigma", "Σ": "the sum of", "∑": "the sum of", "∫": "the integral of", "°": "degrees",
        "squared": "squared", "cubed": "cubed", "power": "to the power of", "sub": "sub", "point": "point", "of": "of",
        "code": "Here is some code.", "and": "and", "over": "over", "minus": "minus", "root": "the square root of",
    },
    "de": {
        "=": "gleich", "+": "plus", "-": "minus", "−": "minus", "×": "mal", "*": "mal", "·": "mal", "÷": "geteilt durch",
        "/": "durch", "±": "plus minus", "≤": "ist höchstens", "≥": "ist mindestens", "<": "ist kleiner als",
        ">": "ist größer als", "≠": "ist ungleich", "≈": "ist ungefähr", "→": "wird zu", "⇒": "also", "∞": "unendlich",
        "√": "die Wurzel aus", "%": "Prozent", "&": "und", "π": "Pi", "°": "Grad", "squared": "hoch zwei",
        "cubed": "hoch drei", "power": "hoch", "sub": "Index", "point": "Komma", "of": "von", "code": "Hier steht Code.",
        "and": "und", "over": "durch", "minus": "minus", "root": "die Wurzel aus",
    },
}  # fmt: skip
_ABBREVIATIONS = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "and so on", "vs.": "versus", "Dr.": "Doctor", "Mr.": "Mister",
    "Mrs.": "Missus", "Ms.": "Miz", "Prof.": "Professor", "approx.": "approximately", "No.": "number", "Fig.": "figure",
    "z.B.": "zum Beispiel", "z. B.": "zum Beispiel", "d.h.": "das heißt", "bzw.": "beziehungsweise", "usw.": "und so weiter",
}  # fmt: skip
_DENOMINATORS = {2: ("half", "halves"), 4: ("quarter", "quarters")}
_CURRENCIES = {
    "$": ("dollar", "dollars", "cents"),
    "€": ("euro", "euros", "cents"),
    "£": ("pound", "pounds", "pence"),
}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_LATEX = {
    r"\times": "×", r"\cdot": "·", r"\div": "÷", r"\pm": "±", r"\leq": "≤", r"\le": "≤", r"\geq": "≥", r"\ge": "≥",
    r"\neq": "≠", r"\approx": "≈", r"\to": "→", r"\rightarrow": "→", r"\infty": "∞", r"\pi": "π", r"\alpha": "α",
    r"\beta": "β", r"\gamma": "γ", r"\theta": "θ", r"\lambda": "λ", r"\mu": "μ", r"\sigma": "σ", r"\Delta": "Δ",
    r"\sum": "∑", r"\int": "∫",
}  # fmt: skip

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_BASE = r"[A-Za-z)\]]|\d+(?:\.\d+)?"
_TOKEN = re.compile(
    rf"""
    (?P<fence>```.*?(?:```|\Z))
  | (?P<image>!\[(?P<alt>[^\]]*)\]\([^)]*\))
  | (?P<link>\[(?P<label>[^\]]+)\]\([^)]*\))
  | (?P<url>https?://(?P<host>[^\s/)]+)[^\s)]*)
  | (?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
  | (?P<frac>\\frac\{{(?P<top>[^{{}}]*)\}}\{{(?P<bottom>[^{{}}]*)\}})
  | (?P<sqrt>\\sqrt\{{(?P<under>[^{{}}]*)\}})
  | (?P<latex>\\[a-zA-Z]+)
  | (?P<rule>^\s*(?:\#{{1,6}}\s+|[-*+]\s+|>\s?|-{{3,}}\s*$|\|?[\s:|-]+\|[\s:|-]*$))
  | (?P<abbreviation>(?<!\w)(?:{"|".join(re.escape(a) for a in sorted(_ABBREVIATIONS, key=len, reverse=True))}))
  | (?P<money>[$€£](?P<amount>\d+(?:,\d{{3}})*)(?:\.(?P<cents>\d{{2}}))?(?![\d.]*[$]))
  | (?P<clock>\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)\b)
  | (?P<ordinal>\b(?P<rank>\d+)(?:st|nd|rd|th)\b)
  | (?P<mixed>(?<![\w./])(?P<whole>\d+)\s+(?P<n1>\d)/(?P<d1>\d{{1,2}})(?![\w/]))
  | (?P<fraction>(?<![\w./])(?P<n2>\d{{1,3}})/(?P<d2>\d{{1,3}})(?![\w/]))
  | (?P<powered>(?P<base>{_BASE})\^(?:\{{(?P<braced>[^}}]*)\}}|(?P<bare>-?\w+)))
  | (?P<super>(?P<sbase>{_BASE})(?P<sups>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))
  | (?P<subscript>(?<![A-Za-z])(?P<subbase>[A-Za-z])_(?:\{{(?P<subbraced>[^}}]*)\}}|(?P<subbare>\w)))
  | (?P<call>\b(?P<function>[a-zA-Z])\((?P<argument>[a-zA-Z0-9])\))
  | (?P<chemical>\b(?=[A-Za-z]*[\d₂₃₄])(?:[A-Z][a-z]?[\d₀-₉]*){{2,}}\b)
  | (?P<measure>(?<![\w.])(?P<quantity>-?(?:{_NUMBER}))\s?(?P<unit>{_UNIT})(?![\w²³^/]))
  | (?P<negative>(?<![\w)\]\d])[-−](?P<positive>{_NUMBER})(?!\w))
  | (?P<product>\b(?P<factor>\d+)(?P<variable>[a-z])\b(?![\^²³]))
  | (?P<year>(?<![\d.,$])(?:1[1-9]|20)\d\d(?![\d.,]*\d|\s?%|\w))
  | (?P<number>{_NUMBER})
  | (?P<mark>[=+×÷±≤≥<>≠≈→⇒∞√%&πΔαβγθλμσΣ∑∫·−])
  | (?P<operator>(?<=\s)[*/-](?=\s))
  | (?P<silent>[*_`~|#$\\{{}}]+|[\U0001F000-\U0001FAFF☀-➿️‍]+)
  | (?P<space>\s+)
  | (?P<word>(?:[^\s\d*_`~|\#$\\{{}}=+×÷±≤≥<>≠≈→⇒∞√%&^−·π)\]]|[)\]](?![\^²³]))+)
  | (?P<other>.)
    """,
    re.X | re.S | re.M,
)  # fmt: skip


class _Speech:
    """One pass over one text in one language."""

    def __init__(self, language: str) -> None:
        self.language = language.split("-")[0].lower() or "en"
        self.symbols = _SYMBOLS.get(self.language, _SYMBOLS["en"])
        self.english = self.language == "en"

    def number(self, text: str) -> str:
        """A plain number as words; very long ones digit by digit."""
        digits = text.replace(",", "")
        whole, _, part = digits.partition(".")
        if len(whole) > 12 or (len(whole) > 1 and whole.startswith("0")):
            return self._digits(whole + part)
        spoken = self._words(int(whole))
        return f"{spoken} {self.symbols['point']} {self._digits(part)}" if part else spoken

    def _digits(self, digits: str) -> str:
        return " ".join(self._words(int(digit)) for digit in digits if digit.isdigit())

    def _words(self, value: int, to: str = "cardinal") -> str:
        try:
            return str(num2words(value, lang=self.language, to=to)).replace(",", "")
        except (NotImplementedError, KeyError, TypeError, OverflowError):
            return str(value) if not self.english else str(num2words(value, lang="en"))

    def nested(self, text: str) -> str:
        return speakable(text, self.language).text

    def say(self, match: re.Match[str]) -> str:
        kind = match.lastgroup or "other"
        rule = getattr(self, f"_say_{_kind(match)}", None)
        return rule(match) if rule is not None else self._plain(kind, match.group())

    def _plain(self, kind: str, text: str) -> str:
        return text if kind == "word" else ""

    # --- Markdown and text ------------------------------------------------------------------------------------

    def _say_word(self, m: re.Match[str]) -> str:
        return m.group()

    def _say_fence(self, _m: re.Match[str]) -> str:
        return self.symbols["code"]

    def _say_image(self, m: re.Match[str]) -> str:
        return self.nested(m["alt"])

    def _say_link(self, m: re.Match[str]) -> str:
        return self.nested(m["label"])

    def _say_url(self, m: re.Match[str]) -> str:
        return m["host"].removeprefix("www.").replace(".", " dot ")

    def _say_email(self, m: re.Match[str]) -> str:
        return m.group().replace("@", " at ").replace(".", " dot ")

    def _say_abbreviation(self, m: re.Match[str]) -> str:
        return _ABBREVIATIONS[m.group()]

    # --- numbers ----------------------------------------------------------------------------------------------

    def _say_number(self, m: re.Match[str]) -> str:
        return self.number(m.group())

    def _say_negative(self, m: re.Match[str]) -> str:
        return f"{self.symbols['minus']} {self.number(m['positive'])}"

    def _say_year(self, m: re.Match[str]) -> str:
        return self._words(int(m.group()), "year").replace("-", " ")

    def _say_ordinal(self, m: re.Match[str]) -> str:
        return self._words(int(m["rank"]), "ordinal")

    def _say_measure(self, m: re.Match[str]) -> str:
        quantity = m["quantity"]
        sign = f"{self.symbols['minus']} " if quantity.startswith("-") else ""
        unit = _UNITS[m["unit"]] if self.english else m["unit"].replace("°C", "Grad Celsius")
        if self.english and quantity == "1":
            unit = _singular(unit)
        return f"{sign}{self.number(quantity.lstrip('-'))} {unit}"

    def _say_money(self, m: re.Match[str]) -> str:
        one, many, cents = _CURRENCIES[m.group()[0]]
        amount = self.number(m["amount"])
        text = f"{amount} {one if m['amount'] == '1' else many}"
        return (
            f"{text} {self.symbols['and']} {self.number(str(int(m['cents'])))} {cents}"
            if int(m["cents"] or 0)
            else text
        )

    def _say_clock(self, m: re.Match[str]) -> str:
        hour, minute = int(m["hour"]), int(m["minute"])
        if not self.english:
            return f"{self._words(hour)} Uhr {self._words(minute) if minute else ''}".strip()
        if minute == 0:
            return f"{self._words(hour)} o'clock"
        return f"{self._words(hour)} {'oh ' if minute < 10 else ''}{self._words(minute)}"

    def _say_fraction(self, m: re.Match[str]) -> str:
        return self._ratio(int(m["n2"]), int(m["d2"]))

    def _say_mixed(self, m: re.Match[str]) -> str:
        top = int(m["n1"])
        part = "a half" if self.english and (top, m["d1"]) == (1, "2") else self._ratio(top, int(m["d1"]))
        return f"{self.number(m['whole'])} {self.symbols['and']} {part}"

    def _ratio(self, top: int, bottom: int) -> str:
        if not self.english or bottom < 2 or bottom > 20:
            return f"{self._words(top)} {self.symbols['over']} {self._words(bottom)}"
        one, many = _DENOMINATORS.get(bottom) or (
            self._words(bottom, "ordinal"),
            self._words(bottom, "ordinal") + "s",
        )
        return f"{self._words(top)} {one if top == 1 else many}"

    # --- formulae ---------------------------------------------------------------------------------------------

    def _power(self, base: str, exponent: str) -> str:
        said = self.nested(base) if base not in ")]" else ""
        if exponent == "2":
            return f"{said} {self.symbols['squared']}".strip()
        if exponent == "3":
            return f"{said} {self.symbols['cubed']}".strip()
        return f"{said} {self.symbols['power']} {self.nested(exponent)}".strip()

    def _say_powered(self, m: re.Match[str]) -> str:
        return self._power(m["base"], m["braced"] if m["braced"] is not None else m["bare"])

    def _say_super(self, m: re.Match[str]) -> str:
        return self._power(m["sbase"], m["sups"].translate(_SUPERSCRIPTS))

    def _say_subscript(self, m: re.Match[str]) -> str:
        return f"{m['subbase']} {self.symbols['sub']} {self.nested(m['subbraced'] or m['subbare'])}"

    def _say_call(self, m: re.Match[str]) -> str:
        return f"{m['function']} {self.symbols['of']} {self.nested(m['argument'])}"

    def _say_product(self, m: re.Match[str]) -> str:
        return f"{self.number(m['factor'])} {m['variable']}"

    def _say_chemical(self, m: re.Match[str]) -> str:
        plain = m.group().translate(_SUBSCRIPTS)
        return " ".join(
            self.number(part) if part.isdigit() else part for part in re.findall(r"\d+|[A-Z][a-z]?", plain)
        )

    def _say_frac(self, m: re.Match[str]) -> str:
        if m["top"].isdigit() and m["bottom"].isdigit():
            return self._ratio(int(m["top"]), int(m["bottom"]))
        return f"{self.nested(m['top'])} {self.symbols['over']} {self.nested(m['bottom'])}"

    def _say_sqrt(self, m: re.Match[str]) -> str:
        return f"{self.symbols['root']} {self.nested(m['under'])}"

    def _say_latex(self, m: re.Match[str]) -> str:
        sign = _LATEX.get(m.group())
        return self.symbols.get(sign, "") if sign else ""

    def _say_mark(self, m: re.Match[str]) -> str:
        return self.symbols.get(m.group(), "")

    def _say_operator(self, m: re.Match[str]) -> str:
        return self.symbols.get(m.group(), "")


_KINDS = (
    "fence image link url email frac sqrt latex rule abbreviation money clock ordinal mixed fraction powered super subscript "
    "call chemical measure negative product year number mark operator silent space word other"
).split()


def _kind(match: re.Match[str]) -> str:
    return next(kind for kind in _KINDS if match[kind] is not None)


def _singular(unit: str) -> str:
    first, *rest = unit.split(" ")
    return " ".join([{"feet": "foot"}.get(first, first.removesuffix("s")), *rest])


def speakable(text: str, language: str = "en") -> Spoken:
    """Cut `text` into segments with what is to be said for each. Never raises, in any language."""
    speech = _Speech(language)
    segments: list[Segment] = []
    for match in _TOKEN.finditer(text):
        spoken = " ".join(speech.say(match).split())
        if not spoken:
            continue
        previous = segments[-1] if segments else None
        glued = previous is not None and previous.end == match.start() and _kind(match) == "word"
        if glued and previous is not None and not spoken[0].isalnum():
            # punctuation stays with its word: the synthesiser hears the pause in it
            segments[-1] = Segment(previous.spoken + spoken, previous.start, match.end())
        else:
            segments.append(Segment(spoken, match.start(), match.end()))
    return Spoken(tuple(segments))
