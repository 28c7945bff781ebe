from hypothesis import given
from hypothesis import strategies as st

from lms_core.captions import SaidWord, cuts, spread, webvtt


def test_sound_is_cut_where_it_is_quietest_between_5_and_8_seconds() -> None:
    levels = [-20.0] * 200
    levels[60] = levels[130] = -60.0
    assert cuts(levels) == [61, 131, 200]
    assert cuts(levels[:80]) == [80] and cuts([]) == []


@given(st.lists(st.floats(-120, 0), max_size=1000))
def test_pieces_hold_all_of_the_sound_and_none_is_longer_than_8_seconds(levels: list[float]) -> None:
    ends = cuts(levels)
    assert [*ends][-1:] == ([len(levels)] if levels else [])
    assert all(0 < end - start <= 80 for start, end in zip([0, *ends], ends, strict=False))


def test_captions_break_at_pauses_and_sentences_and_hold_two_lines() -> None:
    words = spread("A leaf is green because it is full of chlorophyll. It drinks light.", 0, 5000)
    words += [SaidWord("Later", 9000, 9400), SaidWord("<b>&", 3_600_000, 3_600_500)]
    assert webvtt(words) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:03.750\nA leaf is green because it is full of\nchlorophyll.\n\n"
        "00:00:03.750 --> 00:00:05.000\nIt drinks light.\n\n00:00:09.000 --> 00:00:09.400\nLater\n\n"
        "01:00:00.000 --> 01:00:00.500\n&lt;b&gt;&amp;\n"
    )


@given(st.lists(st.text(max_size=30), max_size=60), st.integers(1, 100_000))
def test_no_word_is_lost_and_no_caption_is_longer_than_it_may(texts: list[str], milliseconds: int) -> None:
    blocks = webvtt(spread(" ".join(texts), 0, milliseconds)).split("\n\n")[1:]
    shown = " ".join(block.split("\n", 1)[1].strip() for block in blocks if "-->" in block)
    plain = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert "".join(plain.split()) == "".join("".join(texts).split())
