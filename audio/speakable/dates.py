"""Years, decades, dates and times of day."""

import re
from re import Match

from audio.speakable.numbers import GAP, in_words, number_in_words, unit_pattern
from audio.speakable.reader import Reader, Rule, saying
from audio.speakable.vocabulary import Vocabulary

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_GERMAN_MONTHS = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_COMPUTED_BEFORE = re.compile(r"[=+×÷*/<>^√≤≥]\s*$")
_COMPUTED_AFTER = re.compile(r"\s*[=+×÷*/<>^%!]|\s+-\s")
_COUNTED = re.compile(
    r"\s+(?:[a-z]+\s)?(?!(?:was|is|has|his|its|this)\b)(?:[a-z]{2,}s|people|men|women|children)\b"
)
_FIRST_OBVIOUS_YEAR = 1700


def _year(reader: Reader, m: Match[str]) -> str:
    """Four digits are a year after a word such as "in", or from 1700 on where nothing is counted or computed."""
    if reader.in_maths or not _is_year(reader, m):
        return number_in_words(m.group(), reader.vocabulary)
    return in_words(int(m.group()), reader.vocabulary.language, "year").replace("oh-", "oh ")


def _is_year(reader: Reader, m: Match[str]) -> bool:
    before = reader.text[max(0, m.start() - 16) : m.start()]
    following = reader.text[m.end() : m.end() + 24]
    known = reader.vocabulary
    if _COMPUTED_AFTER.match(following) or (known.units and re.match(GAP + unit_pattern(known), following)):
        return False
    if known.year_cues and re.search(rf"\b(?:{known.year_cues})\s+$", before):
        return True
    plain = not _COMPUTED_BEFORE.search(before) and not _COUNTED.match(following)
    return plain and int(m.group()) >= _FIRST_OBVIOUS_YEAR


def _decade(_reader: Reader, m: Match[str]) -> str:
    century, tens = m["century"], m["tens"]
    if tens == "00":
        return "two thousands" if century == "20" else f"{in_words(int(century), 'en')} hundreds"
    words = in_words(int(tens), "en")
    several = words[:-1] + "ies" if words.endswith("y") else words + "s"
    return f"{in_words(int(century), 'en')} {several}" if century else several


def _german_day(_reader: Reader, m: Match[str]) -> str:
    return in_words(int(m["day"]), "de", "ordinal") + "n"


def _german_date(_reader: Reader, m: Match[str]) -> str:
    day, month = (in_words(int(m[part]), "de", "ordinal") + "r" for part in ("gday", "gmonth"))
    return f"{day} {month} {in_words(int(m['gyear']), 'de', 'year')}"


def _iso_date(reader: Reader, m: Match[str]) -> str:
    language = reader.vocabulary.language
    year = in_words(int(m["iyear"]), language, "year")
    if language == "en":
        return f"{_MONTHS[int(m['imonth']) - 1]} {in_words(int(m['iday']), 'en', 'ordinal')} {year}"
    return f"{in_words(int(m['iday']), language)} {in_words(int(m['imonth']), language)} {year}"


def _slash_date(reader: Reader, m: Match[str]) -> str:
    """Day and month in the order that they are written: which is which, nobody can know."""
    language = reader.vocabulary.language
    first, second, year = (int(part) for part in m.group().split("/"))
    return f"{in_words(first, language)} {in_words(second, language)} {in_words(year, language, 'year')}"


def _clock(reader: Reader, m: Match[str]) -> str:
    language = reader.vocabulary.language
    hour, minute = _hour(reader, m["hour"]), int(m["minute"])
    minutes = in_words(minute, language)
    if language != "en":
        oclock = reader.word("o'clock", ":")
        return f"{hour} {oclock} {minutes if minute else ''}"
    if minute:
        return f"{hour} oh {minutes}" if minute < 10 else f"{hour} {minutes}"
    half_of_day = re.compile(r"\s*[ap]\.?m").match(reader.text, m.end())
    return hour if half_of_day else f"{hour} o'clock"


def _uhr(reader: Reader, m: Match[str]) -> str:
    minute = int(m["uminute"])
    return f"{_hour(reader, m['uhour'])} Uhr {in_words(minute, 'de') if minute else ''}"


def _hour(reader: Reader, hour: str) -> str:
    vocabulary = reader.vocabulary
    one_german = vocabulary.language == "de" and int(hour) == 1
    return vocabulary.one if one_german else in_words(int(hour), vocabulary.language)


def rules(vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """Before `numbers.rules`, which would take them apart; none for languages that we have no words for."""
    if not vocabulary.says:
        return ()
    day, month = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])"
    found = [
        Rule("iso_date", rf"\b(?P<iyear>\d{{4}})-(?P<imonth>{month})-(?P<iday>0[1-9]|[12]\d|3[01])\b", saying(_iso_date)),
        Rule("slash_date", rf"(?<![\d/]){day}/{day}/(?:\d{{4}}|\d\d)(?![\d/])", saying(_slash_date)),
        Rule("clock", r"(?<![\d:])(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?![\d:]\d)\b", saying(_clock)),
        Rule("year", r"(?<![\w.,$€£:/])(?:1\d|20)\d\d(?![\w%°:/]|[.,]\d|\s?[€£¥₹]|-\d+-\d)", saying(_year)),
    ]  # fmt: skip
    if vocabulary.language == "en":
        written = r"(?<![\w.,])['’]?(?P<century>1[1-9]|20)?(?P<tens>[2-9]0|(?<=\d\d)[01]0)['’]?s\b"
        found.insert(0, Rule("decade", written, saying(_decade)))
    if vocabulary.language == "de":
        found = [
            Rule("uhr", rf"(?<![\d.,:])(?P<uhour>[01]?\d|2[0-3])[:.](?P<uminute>[0-5]\d){GAP}Uhr\b", saying(_uhr)),
            Rule("german_date", r"(?<![\d.])(?P<gday>[0-3]?\d)\.\s?(?P<gmonth>[01]?\d)\.\s?(?P<gyear>\d{4})\b", saying(_german_date)),
            Rule("german_day", rf"(?<![\d.])(?P<day>[0-3]?\d)\.(?=\s(?:{_GERMAN_MONTHS})\b)", saying(_german_day)),
            *found,
        ]  # fmt: skip
    return tuple(found)
