"""Word times: from an engine's events, from nothing but the length of words, and while the sound still comes."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from audio.speakable import Spoken, speakable
from audio.tts.base import SpokenWord
from audio.tts.timing import WordEstimate, WordEvents, estimate_words, portions

TEXT = "In 1990 they saw 3/4 of it, e.g. here."
SPOKEN = speakable(TEXT)


def written(words: tuple[SpokenWord, ...] | list[SpokenWord]) -> list[str]:
    return [TEXT[word.start : word.end] for word in words]


def gapless(words: tuple[SpokenWord, ...] | list[SpokenWord]) -> bool:
    return all(word.start_ms <= word.end_ms for word in words) and all(
        one.end_ms == other.start_ms for one, other in itertools.pairwise(words)
    )


def test_an_estimate_fills_the_whole_time_and_gives_long_words_more_of_it() -> None:
    words = estimate_words(SPOKEN, 4000, begin_ms=500)
    assert written(words) == ["In", "1990", "they", "saw", "3/4", "of", "it,", "e.g.", "here."]
    assert words[0].start_ms == 500 and words[-1].end_ms == 4500 and gapless(words)
    lasts = {TEXT[word.start : word.end]: word.end_ms - word.start_ms for word in words}
    assert lasts["1990"] > 2 * lasts["they"], "it is said as 'nineteen ninety'"
    assert lasts["it,"] > lasts["of"], "a comma is a pause"


def test_what_one_span_became_is_one_word_however_many_are_said() -> None:
    events = WordEvents(SPOKEN)
    said = SPOKEN.text
    words = [
        *events.began(said.index("In"), 0),
        *events.began(said.index("nineteen"), 100),
        *events.began(said.index("ninety"), 300),
        *events.began(said.index("they"), 500),
    ]
    assert written(words) == ["In", "1990"]
    assert (words[1].start_ms, words[1].end_ms) == (100, 500)


def test_words_without_an_event_share_the_time_of_the_one_before() -> None:
    events = WordEvents(SPOKEN)
    words = [*events.began(SPOKEN.text.index("they"), 900), *events.over(2000)]
    assert written(words) == written(estimate_words(SPOKEN, 1))
    assert words[1].end_ms == 900 and words[-1].end_ms == 2000 and gapless(words)
    assert events.over(3000) == ()


_MOMENTS = st.lists(st.tuples(st.integers(0, 60), st.floats(0, 5000)), max_size=12)


@given(_MOMENTS, st.floats(0, 6000))
def test_whatever_events_come_all_words_are_told_once_and_in_order(
    moments: list[tuple[int, float]], end: float
) -> None:
    events = WordEvents(SPOKEN)
    words = [word for place, at in moments for word in events.began(place, at)] + [*events.over(end)]
    assert written(words) == written(estimate_words(SPOKEN, 1)) and gapless(words)


@given(st.lists(st.floats(0, 8000), max_size=10), st.floats(0.25, 2.0))
def test_while_the_sound_comes_words_are_told_once_in_order_and_never_ahead_of_it(
    received: list[float], speed: float
) -> None:
    estimate = WordEstimate(SPOKEN, speed)
    words: list[SpokenWord] = []
    for total in sorted(received):
        words += estimate.received(total)
        assert not words or words[-1].end_ms <= total + 1
    last = max(received, default=0.0)
    words += estimate.over(last)
    assert written(words) == written(estimate_words(SPOKEN, 1)) and gapless(words)
    assert words[-1].end_ms <= last + 1


def test_portions_end_with_sentences_and_hold_every_word() -> None:
    sentence = "The plant takes in water from the ground and carbon dioxide out of the air around it. "
    spoken = speakable(sentence * 6 + "x " * 300)
    parts = list(portions(spoken))
    assert [segment for part in parts for segment in part.segments] == list(spoken.segments)
    assert all(len(part.text) < 500 for part in parts)
    assert [part.text.count(".") for part in parts[:3]] == [2, 2, 2]
    assert [part.text for part in portions(speakable("One. Two. Three"), short=0)] == [
        "One.",
        "Two.",
        "Three",
    ]
    assert list(portions(Spoken(()))) == []
