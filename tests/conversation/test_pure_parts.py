"""Pacing, sentences, playback and history."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_core.errors import Conflict, NotFound
from tutor.brain.base import Phase
from tutor.conversation.events import CaptionWord, Item, Part, Role
from tutor.conversation.heard import Playback, heard_text, spread_words
from tutor.conversation.history import History
from tutor.conversation.pacing import Pacing
from tutor.conversation.sentences import SentenceSplitter


@given(st.floats(60, 7200), st.lists(st.floats(0, 8000), min_size=2))
def test_phases_only_go_forward(duration: float, moments: list[float]) -> None:
    order = list(Phase)
    phases = [order.index(Pacing(duration).phase(moment)) for moment in sorted(moments)]
    assert phases == sorted(phases)


def test_ten_minutes_warn_sum_up_and_end() -> None:
    pacing = Pacing(600)
    assert [pacing.phase(at) for at in (0, 100, 481, 575, 631)] == list(Phase)
    assert pacing.next_change(0) == 480


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=60)))
def test_sentences_joined_are_what_was_fed(deltas: list[str]) -> None:
    splitter = SentenceSplitter()
    pieces = [sentence for delta in deltas for sentence in splitter.feed(delta)]
    assert "".join([*pieces, splitter.flush()]) == "".join(deltas)


def test_abbreviations_and_decimals_do_not_end_a_sentence() -> None:
    splitter = SentenceSplitter()
    text = "Take e.g. 3.5 apples from Dr. Smith. Then stop! Why? "
    assert list(splitter.feed(text)) == ["Take e.g. 3.5 apples from Dr. Smith. ", "Then stop! ", "Why? "]


def test_a_client_that_ran_dry_goes_on_where_it_was() -> None:
    playback = Playback()
    playback.sent(10.0, 500)
    assert playback.position(10.2) == pytest.approx(200)
    assert playback.position(12.0) == 500
    playback.sent(12.0, 500)
    assert playback.position(12.1) == pytest.approx(600)
    playback.reported(12.2, 550)
    assert playback.position(12.2) == pytest.approx(550)
    assert playback.freeze(12.3) == playback.position(99.0)


@given(st.text("ab c.", min_size=1, max_size=80), st.floats(0, 10_000))
def test_what_was_heard_is_always_a_beginning_of_the_text(text: str, position: float) -> None:
    words = spread_words(text, 0, 0, 5000)
    heard = heard_text(text, words, position)
    assert text.startswith(heard)
    assert position < 5000 or heard == text.rstrip()


def test_the_cut_is_at_the_last_word_heard() -> None:
    words = [CaptionWord(0, 3, 0, 300), CaptionWord(4, 9, 300, 700), CaptionWord(10, 14, 700, 1000)]
    assert heard_text("The chain rule.", words, 620) == "The chain"


def test_items_keep_their_places_and_ids_are_unique() -> None:
    history = History()
    for name in "abc":
        history.add(Item(name, "message", Role.LEARNER, parts=(Part("input_text", name),)))
    history.add(Item("x", "message", Role.SYSTEM), "a")
    history.add(Item("y", "message", Role.SYSTEM), "root")
    assert [item.id for item in history.items] == ["y", "a", "x", "b", "c"]
    positions = [history.position(item.id) for item in history.items]
    assert positions == sorted(set(positions))
    assert history.previous_id("x") == "a" and history.previous_id("y") is None
    with pytest.raises(Conflict):
        history.add(Item("a", "message"))
    with pytest.raises(NotFound):
        history.add(Item("z", "message"), "nowhere")


@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "replace", "cut", "remove"]), st.text(max_size=5)), max_size=20
    )
)
def test_the_length_of_all_texts_is_always_known(changes: list[tuple[str, str]]) -> None:
    history = History()
    for number, (change, text) in enumerate(changes):
        last = history.last_id
        if change == "add" or last is None:
            history.add(Item(str(number), "message", Role.LEARNER, parts=(Part("input_text", text),)))
        elif change == "replace":
            history.replace(Item(last, "function_call_output", output=text))
        elif change == "cut":
            history.cut(last, text, 5)
        else:
            history.remove(last)
    assert history.characters == sum(item.characters for item in history.items)
