"""What things are called aloud, a language at a time. Data only; the rules are in the files beside it.

English is complete; German has all but dates; French, Spanish and Italian have numbers and operators. Any other
language has number words where `num2words` knows it, and leaves signs to the synthesiser, which often can say them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vocabulary:
    language: str
    """As `num2words` calls it."""
    decimal: str = "."
    """The mark before decimals, `.` or `,`; the other one groups thousands."""
    says: Mapping[str, str] = field(default_factory=dict)
    """A sign, or the name of a construction (`squared`, `over`), and the words for it."""
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    """With their full stop; matched where no letter precedes."""
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Unit symbol to (one, several)."""
    square_unit: str = ""
    """How a square unit is made of a length, `{}` being the unit; empty: `²` is left to the synthesiser."""
    cubic_unit: str = ""
    currencies: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    """Sign to (one, several, hundredths)."""
    one: str = ""
    """"1" before a noun, if it differs from "1" alone."""
    parts: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """Denominator to (one, several); others follow a rule or are read as a division."""
    year_cues: str = ""
    """Words after which a four-digit number is a year, as a regular expression."""


_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "gamma", "Δ": "delta", "Θ": "theta", "Λ": "lambda",
    "Φ": "phi", "Ψ": "psi", "Ω": "omega",
}  # fmt: skip
GREEK = frozenset(_GREEK)
"""Single Greek letters that stand for a quantity where the text around is not Greek."""

_ENGLISH = {
    **_GREEK,
    "=": "equals", "+": "plus", "−": "minus", "×": "times", "·": "times", "÷": "divided by", "±": "plus or minus",
    "∓": "minus or plus", "<": "is less than", ">": "is greater than", "≤": "is less than or equal to",
    "≥": "is greater than or equal to", "≠": "is not equal to", "≈": "is approximately", "≡": "is equivalent to",
    "∝": "is proportional to", "→": "to", "←": "from", "↔": "if and only if", "⇒": "so", "⇔": "if and only if",
    "∞": "infinity", "√": "the square root of", "∛": "the cube root of", "%": "percent", "‰": "per mille", "&": "and",
    "∑": "the sum of", "∏": "the product of", "∫": "the integral of", "∂": "partial", "∇": "nabla", "∈": "in",
    "∉": "not in", "∪": "union", "∩": "intersection", "⊂": "is a subset of", "⊆": "is a subset of", "∅": "the empty set",
    "∀": "for all", "∃": "there exists", "¬": "not", "∧": "and", "∨": "or", "∠": "angle", "⊥": "is perpendicular to",
    "∥": "is parallel to", "∴": "therefore", "°": "degrees", "′": "prime", "§": "section", "@": "at", "~": "about",
    "squared": "squared", "cubed": "cubed", "power": "to the power of", "sub": "sub", "point": "point", "of": "of",
    "over": "over", "and": "and", "to": "to", "ratio": "to", "number": "number", "per": "per", "dot": "dot",
    "from": "from", "root": "root of", "absolute": "the absolute value of", "factorial": "factorial",
    "tens": "times ten to the power of", "code": "Here is some code.", "o'clock": "o'clock", "oh": "oh", "or": "or",
    "letter a": "eigh", "base": "base", "limit": "the limit", "sum": "the sum", "product": "the product", "integral": "the integral",
    "sin": "sine", "cos": "cosine", "tan": "tangent", "log": "log", "ln": "natural log", "exp": "exponential",
    "arcsin": "arc sine", "arccos": "arc cosine", "arctan": "arc tangent", "max": "max", "min": "min", "sqrt": "the square root",
}  # fmt: skip
_GERMAN = {
    **_GREEK,
    "=": "gleich", "+": "plus", "−": "minus", "×": "mal", "·": "mal", "÷": "geteilt durch", "±": "plus minus",
    "<": "ist kleiner als", ">": "ist größer als", "≤": "ist kleiner oder gleich", "≥": "ist größer oder gleich",
    "≠": "ist ungleich", "≈": "ist ungefähr", "→": "nach", "⇒": "also", "⇔": "genau dann wenn", "∞": "unendlich",
    "√": "Wurzel aus", "∛": "dritte Wurzel aus", "%": "Prozent", "‰": "Promille", "&": "und", "∑": "Summe von",
    "∫": "Integral von", "∈": "Element von", "°": "Grad", "§": "Paragraf", "@": "ät", "~": "ungefähr",
    "squared": "hoch zwei", "cubed": "hoch drei", "power": "hoch", "sub": "Index", "point": "Komma", "of": "von",
    "over": "durch", "and": "und", "to": "bis", "ratio": "zu", "number": "Nummer", "per": "pro", "dot": "Punkt",
    "from": "von", "root": "Wurzel aus", "absolute": "Betrag von", "factorial": "Fakultät", "tens": "mal zehn hoch",
    "code": "Hier steht etwas Code.", "o'clock": "Uhr", "or": "oder", "base": "zur Basis", "′": "Strich", "limit": "Grenzwert", "sum": "Summe",
    "product": "Produkt", "integral": "Integral", "sin": "Sinus", "cos": "Kosinus", "tan": "Tangens",
    "log": "Logarithmus", "ln": "natürlicher Logarithmus", "sqrt": "Wurzel",
}  # fmt: skip
_FRENCH = {
    "=": "égale", "+": "plus", "−": "moins", "×": "fois", "·": "fois", "÷": "divisé par", "±": "plus ou moins",
    "<": "est inférieur à", ">": "est supérieur à", "≤": "est inférieur ou égal à", "≥": "est supérieur ou égal à",
    "≠": "est différent de", "≈": "environ", "∞": "infini", "√": "racine carrée de", "%": "pour cent", "&": "et",
    "π": "pi", "°": "degrés", "squared": "au carré", "cubed": "au cube", "power": "puissance", "sub": "indice",
    "point": "virgule", "of": "de", "over": "sur", "and": "et", "to": "à", "ratio": "pour", "number": "numéro",
    "per": "par", "dot": "point", "@": "arobase", "tens": "fois dix puissance", "code": "Voici du code.", "o'clock": "heures",
}  # fmt: skip
_SPANISH = {
    "=": "igual a", "+": "más", "−": "menos", "×": "por", "·": "por", "÷": "dividido entre", "±": "más menos",
    "<": "es menor que", ">": "es mayor que", "≤": "es menor o igual que", "≥": "es mayor o igual que",
    "≠": "es distinto de", "≈": "aproximadamente", "∞": "infinito", "√": "raíz cuadrada de", "%": "por ciento", "&": "y",
    "π": "pi", "°": "grados", "squared": "al cuadrado", "cubed": "al cubo", "power": "elevado a", "sub": "sub",
    "point": "coma", "of": "de", "over": "sobre", "and": "y", "to": "a", "ratio": "a", "number": "número", "per": "por",
    "dot": "punto", "@": "arroba", "tens": "por diez elevado a", "code": "Aquí hay código.",
}  # fmt: skip
_ITALIAN = {
    "=": "uguale", "+": "più", "−": "meno", "×": "per", "·": "per", "÷": "diviso", "±": "più o meno", "<": "è minore di",
    ">": "è maggiore di", "≤": "è minore o uguale a", "≥": "è maggiore o uguale a", "≠": "è diverso da",
    "≈": "circa", "∞": "infinito", "√": "radice quadrata di", "%": "per cento", "&": "e", "π": "pi greco", "°": "gradi",
    "squared": "al quadrato", "cubed": "al cubo", "power": "alla", "sub": "con", "point": "virgola", "of": "di",
    "over": "fratto", "and": "e", "to": "a", "ratio": "a", "number": "numero", "per": "al", "dot": "punto",
    "@": "chiocciola", "tens": "per dieci alla", "code": "Qui c'è del codice.",
}  # fmt: skip

_ENGLISH_ABBREVIATIONS = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "and so on", "vs.": "versus", "vs": "versus", "Dr.": "Doctor",
    "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Prof.": "Professor", "approx.": "approximately", "a.m.": "eigh M",
    "p.m.": "P M", "Jr.": "Junior", "Sr.": "Senior", "Inc.": "Incorporated", "Ltd.": "Limited", "Ph.D.": "P H D",
    "cf.": "compare", "ca.": "about", "et al.": "and others", "w/o": "without", "w/": "with", "and/or": "and or",
    "24/7": "twenty-four seven", "C++": "C plus plus", "c++": "C plus plus", "C#": "C sharp", "F#": "F sharp",
    "N/A": "not applicable", "n/a": "not applicable", "B2B": "B to B", "Q&A": "Q and A", "R&D": "R and D",
}  # fmt: skip
_GERMAN_ABBREVIATIONS = {
    "z. B.": "zum Beispiel", "z.B.": "zum Beispiel", "d. h.": "das heißt", "d.h.": "das heißt", "u. a.": "unter anderem",
    "u.a.": "unter anderem", "bzw.": "beziehungsweise", "usw.": "und so weiter", "vgl.": "vergleiche", "ca.": "zirka",
    "etc.": "et cetera", "Dr.": "Doktor", "Prof.": "Professor", "Nr.": "Nummer", "evtl.": "eventuell", "ggf.": "gegebenenfalls",
    "inkl.": "inklusive", "sog.": "sogenannte", "Std.": "Stunden", "v. Chr.": "vor Christus", "n. Chr.": "nach Christus",
}  # fmt: skip

_ENGLISH_UNITS = {
    "km": "kilometre", "m": "metre", "dm": "decimetre", "cm": "centimetre", "mm": "millimetre", "µm": "micrometre",
    "μm": "micrometre", "nm": "nanometre", "mi": "mile", "ft": "foot", "yd": "yard", "kg": "kilogram", "g": "gram",
    "mg": "milligram", "lb": "pound", "oz": "ounce", "l": "litre", "L": "litre", "ml": "millilitre", "mL": "millilitre",
    "s": "second", "ms": "millisecond", "µs": "microsecond", "ns": "nanosecond", "min": "minute", "h": "hour",
    "hr": "hour", "hrs": "hour", "W": "watt", "kW": "kilowatt", "MW": "megawatt", "V": "volt", "mV": "millivolt",
    "kV": "kilovolt", "A": "ampere", "mA": "milliampere", "N": "newton", "kN": "kilonewton", "J": "joule",
    "kJ": "kilojoule", "MJ": "megajoule", "cal": "calorie", "kcal": "kilocalorie", "Wh": "watt hour",
    "kWh": "kilowatt hour", "Pa": "pascal", "hPa": "hectopascal", "kPa": "kilopascal", "mol": "mole", "K": "kelvin",
    "Hz": "hertz", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "kB": "kilobyte", "KB": "kilobyte",
    "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte", "Ω": "ohm", "dB": "decibel", "ha": "hectare", "t": "tonne",
    "mph": "mile per hour", "kph": "kilometre per hour", "eV": "electron volt",
}  # fmt: skip
_GERMAN_UNITS = {
    "km": "Kilometer", "m": "Meter", "dm": "Dezimeter", "cm": "Zentimeter", "mm": "Millimeter", "kg": "Kilogramm",
    "g": "Gramm", "mg": "Milligramm", "l": "Liter", "L": "Liter", "ml": "Milliliter", "s": "Sekunde", "ms": "Millisekunde",
    "min": "Minute", "h": "Stunde", "Std": "Stunde", "W": "Watt", "kW": "Kilowatt", "V": "Volt", "A": "Ampere",
    "N": "Newton", "J": "Joule", "kJ": "Kilojoule", "kcal": "Kilokalorie", "kWh": "Kilowattstunde", "Pa": "Pascal",
    "hPa": "Hektopascal", "mol": "Mol", "K": "Kelvin", "Hz": "Hertz", "kHz": "Kilohertz", "MHz": "Megahertz",
    "GHz": "Gigahertz", "MB": "Megabyte", "GB": "Gigabyte", "t": "Tonne", "ha": "Hektar", "Ω": "Ohm",
}  # fmt: skip


def _english_unit(one: str) -> tuple[str, str]:
    if one.endswith("hertz") or one == "kelvin":
        return one, one
    if one == "foot":
        return one, "feet"
    head, per, rest = one.partition(" per ")
    return one, f"{head}s{per}{rest}"


def _german_unit(one: str) -> tuple[str, str]:
    return one, one + "n" if one.endswith(
        ("sekunde", "Sekunde", "Minute", "tunde", "Tonne", "kalorie")
    ) else one


_ENGLISH_CUES = (
    r"in|since|from|by|until|till|of|around|year|after|before|during|circa|between|early|late|mid|AD|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|\d{1,2},"
)
_GERMAN_CUES = (
    r"[Ii]n|[Ii]m|[Jj]ahr|[Ss]eit|[Vv]on|[Bb]is|um|ab|nach|vor|zwischen|"
    r"Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
)

ENGLISH = Vocabulary(
    "en",
    says=_ENGLISH,
    abbreviations=_ENGLISH_ABBREVIATIONS,
    units={symbol: _english_unit(name) for symbol, name in _ENGLISH_UNITS.items()}
    | {"°C": ("degree Celsius", "degrees Celsius"), "°F": ("degree Fahrenheit", "degrees Fahrenheit")},
    square_unit="square {}",
    cubic_unit="cubic {}",
    currencies={
        "$": ("dollar", "dollars", "cents"),
        "€": ("euro", "euros", "cents"),
        "£": ("pound", "pounds", "pence"),
        "¥": ("yen", "yen", ""),
        "₹": ("rupee", "rupees", "paise"),
    },
    parts={2: ("half", "halves"), 4: ("quarter", "quarters")},
    year_cues=_ENGLISH_CUES,
)
GERMAN = Vocabulary(
    "de",
    ",",
    says=_GERMAN,
    abbreviations=_GERMAN_ABBREVIATIONS,
    units={symbol: _german_unit(name) for symbol, name in _GERMAN_UNITS.items()}
    | {"°C": ("Grad Celsius", "Grad Celsius"), "°F": ("Grad Fahrenheit", "Grad Fahrenheit")},
    square_unit="Quadrat{}",
    cubic_unit="Kubik{}",
    currencies={
        "$": ("Dollar", "Dollar", ""),
        "€": ("Euro", "Euro", ""),
        "£": ("Pfund", "Pfund", ""),
        "¥": ("Yen", "Yen", ""),
    },
    one="ein",
    parts={
        2: ("halb", "halbe"),
        3: ("Drittel", "Drittel"),
        4: ("Viertel", "Viertel"),
        5: ("Fünftel", "Fünftel"),
        6: ("Sechstel", "Sechstel"),
        7: ("Siebtel", "Siebtel"),
        8: ("Achtel", "Achtel"),
        9: ("Neuntel", "Neuntel"),
        10: ("Zehntel", "Zehntel"),
        100: ("Hundertstel", "Hundertstel"),
    },
    year_cues=_GERMAN_CUES,
)
FRENCH = Vocabulary(
    "fr", ",", says=_FRENCH, currencies={"€": ("euro", "euros", ""), "$": ("dollar", "dollars", "")}
)
SPANISH = Vocabulary(
    "es", ",", says=_SPANISH, one="un", currencies={"€": ("euro", "euros", ""), "$": ("dólar", "dólares", "")}
)
ITALIAN = Vocabulary(
    "it",
    ",",
    says=_ITALIAN,
    one="un",
    currencies={"€": ("euro", "euro", ""), "$": ("dollaro", "dollari", "")},
)

_KNOWN = {known.language: known for known in (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN)}
_POINT_LANGUAGES = frozenset("en zh cmn yue ja ko th he hi bn ta te ur ms tl sw ga mt".split())
"""Languages that write decimals with a point; most others take a comma (Unicode CLDR, numbers/symbols)."""


def vocabulary(language: str) -> Vocabulary:
    """For a BCP 47 tag such as `de-AT`; a bare one for languages that we have no words for."""
    code = language.replace("_", "-").split("-")[0].lower() or "en"
    return _KNOWN.get(code) or Vocabulary(code, "." if code in _POINT_LANGUAGES else ",")
