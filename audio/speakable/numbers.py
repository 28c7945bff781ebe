"""Numbers, and what is written with digits: fractions, money, ranges, units, telephone numbers."""

import re
from functools import lru_cache
from re import Match

from num2words import num2words

from audio.speakable.reader import Reader, Rule, saying, word
from audio.speakable.vocabulary import Vocabulary

_MOST_DIGITS = 12
"""Longer numbers are read digit by digit: nobody follows a number of quadrillions."""
_READ_AS_DIGITS = frozenset("ja ko zh th he ar fa am te kn bn".split())
"""Languages whose number words espeak-ng says worse than the digits: they come in signs that it spells, or unvoiced."""
GAP = r"[ \u00a0\u202f]?"
"""What may stand between a number and its unit."""
_VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
_ROMAN = {
    "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "XI": 11, "XII": 12, "XIII": 13,
    "XIV": 14, "XV": 15, "XVI": 16, "XVII": 17, "XVIII": 18, "XX": 20,
}  # fmt: skip
_COUNTED = re.compile(r"\b(?:War|Chapter|Part|Book|Act|Scene|Volume|Unit|Type|Class|Phase|Apollo)\s$")
_REIGNING = re.compile(
    r"\b(?:Henry|Louis|Elizabeth|Charles|George|Edward|James|William|Richard|Napoleon|Frederick|Wilhelm|Philip|"
    r"Ramesses|Ptolemy|Pius|John Paul|Benedict|Catherine|Mary|Nicholas|Alexander|Peter|Ivan)\s$"
)


# --- words ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def in_words(value: int, language: str, to: str = "cardinal") -> str:
    """`value` in the words of `language`; in digits where nobody knows the words, for synthesisers read digits."""
    if language in _READ_AS_DIGITS:
        return str(value)
    try:
        words = str(num2words(value, lang=language, to=to))
    except (
        Exception
    ):  # each language of num2words fails in its own ways: KeyError, TypeError, IndexError, ...
        return str(value) if to == "cardinal" else in_words(value, language)
    return words.replace(",", "")


def digits_in_words(digits: str, language: str) -> str:
    return " ".join(in_words(int(digit), language) for digit in digits if digit.isdecimal())


def number_in_words(written: str, vocabulary: Vocabulary) -> str:
    """A number as it stands in the text, with its grouping and decimal marks."""
    whole, decimals = _parts(written, vocabulary.decimal)
    spoken = ""
    if whole:
        by_digit = len(whole) > _MOST_DIGITS or (len(whole) > 1 and whole[0] == "0")
        spoken = (digits_in_words if by_digit else _cardinal)(whole, vocabulary.language)
    if decimals:
        point = vocabulary.says.get("point", vocabulary.decimal)
        spoken = f"{spoken} {point} {digits_in_words(decimals, vocabulary.language)}"
    return spoken.strip()


def _cardinal(digits: str, language: str) -> str:
    return in_words(int(digits), language)


def _parts(written: str, decimal: str) -> tuple[str, str]:
    """The digits before and after the decimal mark."""
    grouping = "." if decimal == "," else ","
    if decimal == "," and "," not in written and not re.fullmatch(r"\d{1,3}(?:\.\d{3})+", written):
        decimal, grouping = ".", ","  # "3.14" in a language of decimal commas is a number from elsewhere
    whole, _, decimals = written.replace(grouping, "").partition(decimal)
    return whole, decimals


def ratio_in_words(top: int, bottom: int, vocabulary: Vocabulary) -> str:
    """A fraction: `three quarters`, `twenty-two over thirty-five`."""
    language = vocabulary.language
    if bottom in vocabulary.parts:
        one, several = vocabulary.parts[bottom]
    elif language == "en" and 2 < bottom <= 20:
        one = in_words(bottom, "en", "ordinal")
        several = one + "s"
    else:
        return f"{in_words(top, language)} {vocabulary.says.get('over', '/')} {in_words(bottom, language)}"
    count = vocabulary.one if top == 1 and vocabulary.one else in_words(top, language)
    return f"{count} {one if top == 1 else several}"


def unit_pattern(vocabulary: Vocabulary) -> str:
    """A unit by its symbol, with powers and one division: `m`, `m²`, `km/h`, `m/s^2`."""
    symbols = "|".join(re.escape(symbol) for symbol in sorted(vocabulary.units, key=len, reverse=True))
    powered = rf"(?:{symbols})(?:\^?[23]|[²³])?"
    return rf"{powered}(?:/{powered})?(?![\w²³^/])"


# --- rules ----------------------------------------------------------------------------------------------------


def _number(reader: Reader, m: Match[str]) -> str:
    vocabulary = reader.vocabulary
    if m.group() == "1" and vocabulary.one:
        symbol = re.compile(rf"{GAP}([^\W\d_]+)").match(reader.text, m.end())
        if symbol is not None and symbol[1] in vocabulary.units:
            return vocabulary.one
    return number_in_words(m.group(), vocabulary)


def _ordinal(reader: Reader, m: Match[str]) -> str:
    return (
        in_words(int(m["rank"].replace(",", "")), "en", "ordinal")
        if reader.vocabulary.language == "en"
        else m.group()
    )


def _spelled(reader: Reader, m: Match[str]) -> str:
    """Telephone and other numbers that are names: digits, a pause between groups."""
    language = reader.vocabulary.language
    plus = reader.word("+", "+") + " " if m.group().startswith("+") else ""
    return plus + ", ".join(digits_in_words(group, language) for group in re.findall(r"\d+", m.group()))


def _dotted(reader: Reader, m: Match[str]) -> str:
    point = (
        f" {reader.word('dot', '.')} "
        if reader.vocabulary.decimal == ","
        else f" {reader.word('point', '.')} "
    )
    return point.join(
        in_words(int(part), reader.vocabulary.language) for part in m.group().split(".") if len(part) < 9
    )


def _money(reader: Reader, m: Match[str]) -> str:
    sign = (m["before"] or m["behind"])[-1]
    amount = m["amount"] or m["amount2"]
    names = reader.vocabulary.currencies.get(sign)
    spoken = number_in_words(amount, reader.vocabulary)
    if names is None:
        return f"{spoken} {sign}"
    one, several, hundredths = names
    scale = m["scale"] or ""
    if scale:
        return f"{spoken} {scale} {several}"
    whole, part = _parts(amount, reader.vocabulary.decimal)
    language = reader.vocabulary.language
    if len(part) != 2 or len(whole) > _MOST_DIGITS:
        single = whole == "1" and not part
        return f"{reader.vocabulary.one if single and reader.vocabulary.one else spoken} {one if single else several}"
    count = (
        reader.vocabulary.one if whole == "1" and reader.vocabulary.one else in_words(int(whole), language)
    )
    said = f"{count} {one if whole == '1' else several}"
    if part == "00":
        return said
    if not hundredths:  # "fünf Euro zwanzig"
        return f"{said} {in_words(int(part), language)}"
    coins = hundredths if part != "01" else {"cents": "cent", "pence": "penny"}.get(hundredths, hundredths)
    coins = f"{in_words(int(part), language)} {coins}"
    return coins if whole == "0" else f"{said} {reader.word('and')} {coins}"


def _mixed(reader: Reader, m: Match[str]) -> str:
    vocabulary = reader.vocabulary
    top, bottom = (int(m["mtop"]), int(m["mbottom"])) if m["mtop"] else _VULGAR[m["vulgar"]]
    fraction = ratio_in_words(top, bottom, vocabulary)
    if vocabulary.language == "en" and top == 1:
        fraction = f"{'an' if bottom in (8, 11, 18) else 'a'} {fraction.removeprefix('one ')}"
    return f"{number_in_words(m['whole'], vocabulary)} {reader.word('and')} {fraction}"


def _fraction(reader: Reader, m: Match[str]) -> str:
    return ratio_in_words(int(m["ftop"]), int(m["fbottom"]), reader.vocabulary)


def _between(reader: Reader, m: Match[str]) -> str:
    """ "5-10" counts up, so it is a range; "10-5" is a subtraction, and so is everything in a formula."""
    left, right = (
        re.search(r"\d+$", reader.text[: m.start()][-15:]),
        re.match(r"\d{1,15}", reader.text[m.end() :][:15]),
    )
    assert left is not None and right is not None, "the pattern looks for digits on both sides"
    counts_up = int(left.group()) < int(right.group())
    equation = re.match(r"[\d.]+\s*=", reader.text[m.end() : m.end() + 20])
    rising = m.group() == "–" or counts_up
    return (
        reader.word("to", m.group())
        if rising and not equation and not reader.in_maths
        else reader.word("−", "-")
    )


def _unit(reader: Reader, m: Match[str]) -> str:
    text = reader.text
    single = text[m.start() - 1] in "1½¼¾" and not re.search(
        r"[\d.,]\d$", text[max(0, m.start() - 2) : m.start()]
    )
    over, _, under = m["unit"].partition("/")
    spoken = _unit_in_words(over, reader.vocabulary, several=not single)
    if not under:
        return spoken
    return f"{spoken} {reader.word('per', '/')} {_unit_in_words(under, reader.vocabulary, several=False)}"


def _unit_in_words(symbol: str, vocabulary: Vocabulary, *, several: bool) -> str:
    power = "2" if symbol[-1] in "2²" else "3" if symbol[-1] in "3³" else ""
    symbol = symbol.rstrip("^23²³") if power else symbol
    name = vocabulary.units[symbol][several]
    if not power:
        return name
    if symbol in ("s", "h", "min", "ms"):
        return f"{name} {vocabulary.says.get('squared' if power == '2' else 'cubed', '')}"
    shape = vocabulary.square_unit if power == "2" else vocabulary.cubic_unit
    return shape.format(name if vocabulary.language == "en" else name.lower())


def _roman(reader: Reader, m: Match[str]) -> str:
    before, value = reader.text[max(0, m.start() - 16) : m.start()], _ROMAN[m.group()]
    if _COUNTED.search(before):
        return in_words(value, "en")
    if _REIGNING.search(before):
        return "the " + in_words(value, "en", "ordinal")
    return m.group()


def _tens(reader: Reader, m: Match[str]) -> str:
    sign = reader.word("−", "-") + " " if m["tsign"] == "-" else ""
    return f"{reader.word('tens', 'e')} {sign}{number_in_words(m['texponent'], reader.vocabulary)}"


# --- grammar --------------------------------------------------------------------------------------------------


def rules(vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """In order of precedence: what is written with more marks comes first."""
    if not vocabulary.says:
        return (
            Rule("as_written", r"\d+(?:[.,:/]\d+)+", saying(lambda _r, m: m.group())),
            Rule("number", r"\d+", saying(_number)),
        )
    amount = _amount_pattern(vocabulary.decimal)
    signs = "[$€£¥₹]"
    found = [
        Rule("spelled", r"\+\d{1,3}(?:[ -]?\(?\d{2,5}\)?){2,5}\b|\(\d{3}\) ?\d{3}[- ]\d{4}\b|(?<![\d-])(?:\d{3}[-. ])?\d{3}-\d{4}\b(?!-)"
             r"|(?<![\d-])\d+(?:-\d+){2,}\b", saying(_spelled)),
        Rule("money", rf"(?:(?P<before>(?:US)?{signs}){GAP}(?P<amount>{amount})|(?P<amount2>{amount}){GAP}(?P<behind>[€£¥₹]))"
             r"(?:\s(?P<scale>thousand|million|billion|trillion|Millionen|Milliarden)\b)?", saying(_money)),
        Rule("mixed", r"(?<![\w./])(?:(?P<whole>\d+)(?:\s+(?P<mtop>\d{1,2})/(?P<mbottom>\d{1,3})(?![\w/])|\s?(?P<vulgar>[½⅓⅔¼¾⅕-⅞])))", saying(_mixed)),
        Rule("vulgar_only", r"[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]", saying(lambda r, m: ratio_in_words(*_VULGAR[m.group()], r.vocabulary))),
        Rule("fraction", r"(?<![\w./])(?P<ftop>\d{1,3})/(?P<fbottom>\d{1,3})(?![\w/.]\d|[\w/])", saying(_fraction)),
    ]  # fmt: skip
    if vocabulary.language == "en":
        found += [
            Rule("ordinal", r"(?<![\w.])(?P<rank>\d{1,3}(?:,\d{3})+|\d{1,12})(?:st|nd|rd|th)\b", saying(_ordinal)),
            Rule("roman", rf"(?<=[a-z]\s)(?:{'|'.join(sorted(_ROMAN, key=len, reverse=True))})\b(?!\.\w)", saying(_roman)),
        ]  # fmt: skip
    if vocabulary.units:
        not_a_variable = r"(?!(?<=\d[a-zA-Z])\s?[-+=*/^×÷<>)])"  # 3m + 2 is algebra
        unit = rf"(?<=[\d½¼¾])(?![AK]\b){GAP}(?P<unit>{unit_pattern(vocabulary)}){not_a_variable}"  # "4K", "room 4A"
        found.append(Rule("unit", unit, saying(_unit)))
    found += [
        Rule("between", r"(?<=\d)[-–](?=\d)", saying(_between)),
        Rule("negative", r"(?<![\w)\]}\-–])[-−–](?=[.,]?\d)", word("−")),
        Rule("tens", r"(?<=\d)[eE](?P<tsign>[-+]?)(?P<texponent>\d{1,3})\b", saying(_tens)),
        Rule("grouped", _grouped_pattern(vocabulary.decimal), saying(_number)),
        Rule("dotted", r"(?<![\d.])\d{1,8}(?:\.\d{1,8}){2,}(?![\d.]*\d)", saying(_dotted)),
        Rule("number", rf"{amount}|(?<![\w.])\.\d+", saying(_number)),
        Rule("numbered", r"\#(?=\d)", word("number")),
    ]  # fmt: skip
    return tuple(found)


def _grouped_pattern(decimal: str) -> str:
    mark, other = (r"\.", ",") if decimal == "." else (",", r"\.")
    return rf"(?<![\d.,])\d{{1,3}}(?:{other}\d{{3}})+(?!{other}?\d)(?:{mark}\d+)?"


def _amount_pattern(decimal: str) -> str:
    """A number with optional grouping and decimals; a language of decimal commas also takes "3.14"."""
    plain = r"\d+(?:\.\d+)?" if decimal == "." else r"\d+(?:[.,]\d+)?"
    return rf"(?:{_grouped_pattern(decimal)}|{plain})"
