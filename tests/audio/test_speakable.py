"""What is said for what is written; a table of cases, and properties that hold for any text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.speakable import speakable

ENGLISH = {
    # numbers
    "The answer is 42.": "The answer is forty-two.",
    "1,234.5": "one thousand two hundred and thirty-four point five",
    "1,000,000 stars": "one million stars",
    "1, 2, 3": "one, two, three",
    "1,2,3": "one, two, three",
    "3.14159": "three point one four one five nine",
    "0.5 and .5": "zero point five and point five",
    "agent 007": "agent zero zero seven",
    "12345678901234567890": "one two three four five six seven eight nine zero "
    "one two three four five six seven eight nine zero",
    "version 1.2.3": "version one point two point three",
    "-5 and −7": "minus five and minus seven",
    "6.02e23": "six point zero two times ten to the power of twenty-three",
    "1e-5": "one times ten to the power of minus five",
    "the 1st, 2nd, 3rd and 112th": "the first, second, third and one hundred and twelfth",
    "the 1,000th": "the one thousandth",
    "#5 and ~50": "number five and about fifty",
    "COVID-19 and B12": "COVID nineteen and B twelve",
    "F-16": "F sixteen",
    "3D and 4K": "three D and four K",
    "Room 4A": "Room four eigh",
    # years, dates, times
    "In 1990 it began.": "In nineteen ninety it began.",
    "in 1066": "in ten sixty-six",
    "since 1905": "since nineteen oh five",
    "It was 2024.": "It was twenty twenty-four.",
    "1500 students": "one thousand five hundred students",
    "1800 people": "one thousand eight hundred people",
    "x = 1990": "x equals one thousand nine hundred and ninety",
    "1990 + 10": "one thousand nine hundred and ninety plus ten",
    "1990 m": "one thousand nine hundred and ninety metres",
    "1914–1918": "nineteen fourteen to nineteen eighteen",
    "the 1990s and the '80s": "the nineteen nineties and the eighties",
    "in the 1900s": "in the nineteen hundreds",
    "the 2000s": "the two thousands",
    "May 3rd": "May third",
    "2024-05-17": "May seventeenth twenty twenty-four",
    "3/4/2024": "three four twenty twenty-four",
    "at 10:30": "at ten thirty",
    "at 10:05": "at ten oh five",
    "at 10:00": "at ten o'clock",
    "9:00 a.m. sharp": "nine eigh M sharp",
    "14:45": "fourteen forty-five",
    "at 3pm": "at three p m",
    "call 555-1234": "call five five five, one two three four",
    "+49 30 123456": "plus four nine, three zero, one two three four five six",
    "(555) 123-4567": "five five five, one two three, four five six seven",
    # ranges and ratios
    "pages 5-10": "pages five to ten",
    "10–20": "ten to twenty",
    "10-5": "ten minus five",
    "5-10 = -5": "five minus ten equals minus five",
    "3:1": "three to one",
    "16:9": "sixteen to nine",
    # units
    "5 km/h": "five kilometres per hour",
    "20 °C": "twenty degrees Celsius",
    "-40 °F": "minus forty degrees Fahrenheit",
    "90°": "ninety degrees",
    "3 m²": "three square metres",
    "5 m^2": "five square metres",
    "2 cm³": "two cubic centimetres",
    "9.81 m/s²": "nine point eight one metres per second squared",
    "9.81 m/s^2": "nine point eight one metres per second squared",
    "3 g/cm³": "three grams per cubic centimetre",
    "1 km": "one kilometre",
    "1.5 kg": "one point five kilograms",
    "5kg": "five kilograms",
    "6 ft": "six feet",
    "50 Hz": "fifty hertz",
    "230 V": "two hundred and thirty volts",
    "2 h 30 min": "two hours thirty minutes",
    # fractions, percent, money
    "3/4": "three quarters",
    "1/2": "one half",
    "2/3 cup": "two thirds cup",
    "5/8": "five eighths",
    "7/100": "seven over one hundred",
    "1 1/2 cups": "one and a half cups",
    "2 1/8": "two and an eighth",
    "½ and 1½": "one half and one and a half",
    "24/7": "twenty-four seven",
    "20%": "twenty percent",
    "12.5 %": "twelve point five percent",
    "$5.20": "five dollars and twenty cents",
    "$1": "one dollar",
    "$0.99": "ninety-nine cents",
    "$1.01": "one dollar and one cent",
    "$3.5 million": "three point five million dollars",
    "US$100": "one hundred dollars",
    "€20 or 20 €": "twenty euros or twenty euros",
    "£1.50": "one pound and fifty pence",
    "It costs $5 or $6.": "It costs five dollars or six dollars.",
    # formulae
    "x^2": "x squared",
    "x^3": "x cubed",
    "x² + y² = z²": "x squared plus y squared equals z squared",
    "x_1": "x sub one",
    "x₁ + x_{12}": "x sub one plus x sub twelve",
    "2x + 3 = 7": "two x plus three equals seven",
    "3x² - 2x + 1 = 0": "three x squared minus two x plus one equals zero",
    "√16": "the square root of sixteen",
    "10^{-3}": "ten to the power of minus three",
    "2^10 = 1024": "two to the power of ten equals one thousand and twenty-four",
    "x^(1/2)": "x to the power of one half",
    "e^{-x}": "e to the power of minus x",
    "E = mc^2": "E equals m c squared",
    "y = mx + b": "y equals m x plus b",
    "a + b = c": "eigh plus b equals c",
    "(a+b)^2": "eigh plus b, squared",
    "a ≤ b": "eigh is less than or equal to b",
    "4 × 2 ÷ 8 ± 1": "four times two divided by eight plus or minus one",
    "2 * 3 and 2*3": "two times three and two times three",
    "A = πr²": "eigh equals pi r squared",
    "f(x) = 2(x+1)": "f of x equals two, x plus one",
    "sin(x) + cos(2x)": "sine of x plus cosine of two x",
    "log_2(8) = 3": "log base two of eight equals three",
    "y' = 0": "y prime equals zero",
    "5! = 120": "five factorial equals one hundred and twenty",
    "n-1": "n minus one",
    "x - 1": "x minus one",
    "if x >= 3 && y != 4": "if x is greater than or equal to three and y is not equal to four",
    "a < b": "eigh is less than b",
    r"\frac{a}{b}": "eigh over b",
    r"\frac{1}{2}": "one half",
    r"$\frac{x+1}{y}$": "x plus one over y",
    r"$\frac{\frac{1}{2}}{3}$": "one half over three",
    r"$\sqrt{16}$": "the square root of sixteen",
    r"$\sqrt[3]{27}$": "the cube root of twenty-seven",
    r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}": "x equals minus b plus or minus the square root of b squared "
    "minus four eigh c over two eigh",
    r"$\alpha \leq \beta$": "alpha is less than or equal to beta",
    r"$\sum_{i=1}^{n} x_i$": "the sum from i equals one to n of x sub i",
    r"$\lim_{x \to 0} \frac{\sin x}{x}$": "the limit x to zero of sine x over x",
    r"$\text{area} = \pi r^2$": "area equals pi r squared",
    r"\(x > 3\)": "x is greater than three",
    "$|x-1|$": "the absolute value of x minus one",
    "Let $x$ be 5.": "Let x be five.",
    # chemistry
    "H2O": "H two O",
    "CO2 and O2": "C O two and O two",
    "H₂SO₄": "H two S O four",
    "C6H12O6": "C six H twelve O six",
    "Ca(OH)2": "C eigh O H two",
    "2H2O": "two H two O",
    "Na+": "Na plus",
    # abbreviations and names
    "e.g. this, i.e. that": "for example this, that is that",
    "cats, dogs, etc.": "cats, dogs, and so on.",
    "etc. in the middle": "and so on in the middle",
    "Dr. Smith vs. Mr. Jones": "Doctor Smith versus Mister Jones",
    "St. Petersburg and Main St.": "Saint Petersburg and Main Street",
    "No. That is wrong.": "No. That is wrong.",
    "See No. 5": "See number five",
    "Fig. 2": "figure two",
    "A U.S. company and the U.S.A.": "A U S company and the U S eigh",
    "World War II": "World War two",
    "Henry VIII and Chapter IV": "Henry the eighth and Chapter four",
    "an IV drip": "an IV drip",
    "C++ and C#": "C plus plus and C sharp",
    "Q&A, salt & pepper": "Q and A, salt and pepper",
    # addresses
    "https://www.example.com/a?b=1": "example dot com",
    "See http://example.com:8080/x.": "See example dot com.",
    "a.b@example.org": "a dot b at example dot org",
    "open main.py": "open main dot py",
    # Markdown, HTML, code, emoji
    "# Title\n\nText": "Title. Text",
    "**bold**, *soft* and _under_": "bold, soft and under",
    "- one\n- two": "one. two",
    "1. First\n2. Second": "one. First. two. Second",
    "- [ ] todo": "todo",
    "> quoted": "quoted",
    "[the label](http://x.org/y).": "the label.",
    "![A cat](cat.png) sits": "A cat. sits",
    "| a | b |\n|---|---|\n| 1 | 2 |": "a, b. one, two",
    "---\nnext": "next",
    "use `x = 5` here": "use x equals five here",
    "```python\nprint(1)\n```": "Here is some code.",
    "snake_case": "snake case",
    "<b>bold</b><br/>&amp; more": "bold and more",
    "a<b and c>d": "eigh is less than b and c is greater than d",
    "great 👍🏽 👩‍👩‍👧 job 1️⃣": "great job one",
    # punctuation
    'He said "hello," and (quickly) left.': "He said hello, and quickly left.",
    "word — word": "word, word",
    "word—word": "word, word",
    "Well...": "Well...",
    "don't well-known o'clock": "don't well-known o'clock",
    "hello   \n world": "hello world",
    "你好，世界。": "你好， 世界。",
}

GERMAN = {
    "1.234,5": "eintausendzweihundertvierunddreißig Komma fünf",
    "3,14 und 3.14": "drei Komma eins vier und drei Komma eins vier",
    "1.000.000": "eine Million",
    "20 %": "zwanzig Prozent",
    "2x + 3 = 7": "zwei x plus drei gleich sieben",
    "x^2 · √16": "x hoch zwei mal Wurzel aus sechzehn",
    "3 × 4 ÷ 2": "drei mal vier geteilt durch zwei",
    "x ≤ 5": "x ist kleiner oder gleich fünf",
    "3/4 und 1/2": "drei Viertel und ein halb",
    "5 km/h": "fünf Kilometer pro Stunde",
    "1 m und 3 m²": "ein Meter und drei Quadratmeter",
    "20 °C": "zwanzig Grad Celsius",
    "2 h": "zwei Stunden",
    "5,20 €": "fünf Euro zwanzig",
    "1 €": "ein Euro",
    "um 10:30": "um zehn Uhr dreißig",
    "um 10.30 Uhr": "um zehn Uhr dreißig",
    "im Jahr 1990": "im Jahr neunzehnhundertneunzig",
    "am 3. Oktober": "am dritten Oktober",
    "3.10.2024": "dritter zehnter zweitausendvierundzwanzig",
    "5-10": "fünf bis zehn",
    "z. B. Äpfel": "zum Beispiel Äpfel",
    "d.h. bzw. usw.": "das heißt beziehungsweise und so weiter.",
}

OTHERS = [
    ("fr", "3,14 et 20 %", "trois virgule un quatre et vingt pour cent"),
    ("fr", "x^2 = 4", "x au carré égale quatre"),
    ("es", "2 + 2 = 4", "dos más dos igual a cuatro"),
    ("it", "x² + 1", "x al quadrato più uno"),
    ("nl", "21 appels", "eenentwintig appels"),
    ("pl", "3 koty", "trzy koty"),
    ("ja", "3.14 です", "3.14 です"),
    ("xx", "7 + 3,5 = ?", "7 + 3,5 ="),
]


@pytest.mark.parametrize(("written", "said"), ENGLISH.items())
def test_english_is_said_as_a_teacher_would(written: str, said: str) -> None:
    assert speakable(written, "en-US").text == said


@pytest.mark.parametrize(("written", "said"), GERMAN.items())
def test_german_is_said_as_a_teacher_would(written: str, said: str) -> None:
    assert speakable(written, "de-AT").text == said


@pytest.mark.parametrize(("language", "written", "said"), OTHERS)
def test_other_languages_have_their_numbers_or_leave_them_to_the_synthesiser(
    language: str, written: str, said: str
) -> None:
    assert speakable(written, language).text == said


def test_every_segment_says_which_part_of_the_original_it_speaks_for() -> None:
    text = "Take **3/4** of [5 km](http://x.org), e.g. $x^{2}$."
    spans = [(segment.spoken, text[segment.start : segment.end]) for segment in speakable(text).segments]
    assert spans == [
        ("Take", "Take"),
        ("three quarters", "3/4"),
        ("of", "of"),
        ("five", "5"),
        ("kilometres,", "km](http://x.org),"),
        ("for example", "e.g."),
        ("x", "x"),
        ("squared.", "^{2}$."),
    ]


def test_a_place_in_what_is_said_leads_back_to_its_segment() -> None:
    spoken = speakable("In 1990 it was 20%.")
    for index, segment in enumerate(spoken.segments):
        begin = spoken.text.index(segment.spoken)
        assert spoken.index_at(begin) == spoken.index_at(begin + len(segment.spoken) - 1) == index


_BITS = st.sampled_from([
    *"ab x2^_{}()[]$|*`~#-+=/\\.,:;!?%€°²½→π\n\t'\"<>&@😀éß日\x00", "10", "1990", "\\frac", "\\sqrt", "\\sum_", "http://", "```",
    "$$", "![", "](", "Dr.", "e.g.", "1,000", "3/4", "10:30", "5 km/h", "H2O", " -- ", "| ",
])  # fmt: skip
_TEXTS = st.text(max_size=60) | st.lists(_BITS, max_size=30).map("".join)
_LANGUAGES = st.sampled_from(
    ["en", "de", "fr", "es", "it", "ja", "xx", "", "pt-BR", "zh", "ru", "ar", "en_US", "?!"]
)


@given(_TEXTS, _LANGUAGES)
def test_any_text_has_ordered_segments_within_it_and_letters_are_never_silent(
    text: str, language: str
) -> None:
    spoken = speakable(text, language)
    last = 0
    for segment in spoken.segments:
        assert last <= segment.start < segment.end <= len(text)
        assert segment.spoken and segment.spoken == " ".join(segment.spoken.split())
        last = segment.end
    if any(char.isalpha() for char in text):
        assert spoken.text
    assert "\x00" not in spoken.text


_PLAIN = st.lists(st.from_regex(r"[a-z]{4,10}", fullmatch=True), min_size=1, max_size=8)


@given(_PLAIN, st.sampled_from([".", "!", "?", ""]), _LANGUAGES)
def test_plain_words_are_said_as_they_are(words: list[str], end: str, language: str) -> None:
    text = " ".join(words) + end
    assert speakable(text, language).text == text


@given(st.sampled_from([*ENGLISH.values()]))
def test_what_is_speakable_already_stays_so(said: str) -> None:
    again = speakable(said).text
    assert speakable(again).text == again


@pytest.mark.parametrize(
    "hostile",
    ["$" * 9999, "\\frac{" * 2000, "[" * 9999, "^{" * 3000, "1" * 9999, "1,a." * 3000, "<b x=" * 2000, " " * 9999,
     "Ca(O" * 2000, "\\(" * 4000, "![a" * 3000, "- " * 5000, "http://" * 1500, "|" * 9999],
)  # fmt: skip
def test_hostile_text_takes_no_absurd_time(hostile: str) -> None:
    speakable("", "en")
    begin = time.process_time()
    speakable(hostile)
    assert time.process_time() - begin < 1.5


def test_an_ordinary_sentence_takes_less_than_a_millisecond() -> None:
    sentence = (
        "In 1990 the 3rd team ran 5 km in 10:30, and Dr. Smith said that x^2 + 3 = 7, i.e. 20% of $5.20."
    )
    speakable(sentence)
    best = min(_timed(sentence) for _ in range(20))
    assert best < 0.001


def _timed(sentence: str) -> float:
    begin = time.process_time()
    speakable(sentence)
    return time.process_time() - begin
