"""Turn-taking by event lists, and by Hypothesis: no clock, no sound."""

from hypothesis import given
from hypothesis import strategies as st

from lms_core.companions import Patience
from tutor.brain.base import Purpose
from tutor.conversation import turn_events as t
from tutor.conversation.endpointing import (
    Expect,
    PauseProfile,
    expectation,
    finished_probability,
    is_back_channel,
    wait_seconds,
)
from tutor.conversation.turns import Turns


def kinds(effects: list[t.Effect]) -> list[str]:
    return [type(effect).__name__ for effect in effects]


def listening(text: str, **policy: object) -> tuple[Turns, list[t.Effect]]:
    """A learner said `text` from 0 to 1 s, and its transcript has come."""
    turns = Turns(policy=t.Policy(**policy))  # type: ignore[arg-type]
    turns.handle(t.SpeechBegan(0.1, 0.0))
    (ask,) = turns.handle(t.SpeechPaused(1.1, 1.0))
    assert isinstance(ask, t.Transcribe)
    return turns, turns.handle(t.TranscriptReady(1.2, ask.snapshot, text))


def speaking() -> Turns:
    """The companion has been speaking since 3 s, long past the echo warm-up."""
    turns, _ = listening("It is seven.")
    commit = next(
        effect for effect in turns.handle(t.Tick(turns.deadline or 0)) if isinstance(effect, t.CommitTurn)
    )
    assert commit.reply is not None
    turns.handle(t.ReplyPlaying(3.0, commit.reply))
    return turns


def test_a_finished_answer_is_taken_sooner_than_an_unfinished_one() -> None:
    finished, _ = listening("It is seven.")
    open_ended, _ = listening("I think it is because")
    filler, _ = listening("um")
    assert finished.deadline and open_ended.deadline and filler.deadline
    assert finished.deadline < open_ended.deadline < filler.deadline


def test_speculation_is_used_only_if_the_words_are_the_same() -> None:
    turns, effects = listening("It is seven.")
    assert kinds(effects) == ["Speculate"]
    turns.handle(t.SpeechBegan(1.3, 1.25))
    (ask,) = turns.handle(t.SpeechPaused(2.1, 2.0))
    assert isinstance(ask, t.Transcribe)
    assert kinds(turns.handle(t.TranscriptReady(2.2, ask.snapshot, "It is seventeen."))) == [
        "DropSpeculation",
        "Speculate",
    ]
    (commit,) = turns.handle(t.Tick(turns.deadline or 0))
    assert isinstance(commit, t.CommitTurn) and commit.prepared and commit.text == "It is seventeen."


def test_a_thinking_pause_does_not_end_the_turn_and_teaches_the_profile() -> None:
    turns, _ = listening("let me see")
    before = turns.pauses
    assert turns.handle(t.SpeechBegan(2.2, 2.1)) == []
    assert turns.floor is t.Floor.LEARNER and turns.pauses.count > before.count


def test_a_late_transcript_of_an_earlier_snapshot_is_dropped() -> None:
    turns = Turns()
    turns.handle(t.SpeechBegan(0.1, 0.0))
    (first,) = turns.handle(t.SpeechPaused(1.1, 1.0))
    turns.handle(t.SpeechBegan(1.4, 1.3))
    turns.handle(t.SpeechPaused(2.1, 2.0))
    assert isinstance(first, t.Transcribe)
    assert turns.handle(t.TranscriptReady(2.2, first.snapshot, "old")) == []


def test_speech_over_the_reply_pauses_it_at_once_and_words_decide() -> None:
    turns = speaking()
    assert kinds(turns.handle(t.SpeechBegan(6.1, 6.0))) == ["OpenUtterance", "PauseReply", "AnnounceSpeech"]
    (ask,) = turns.handle(t.SpeechPaused(6.5, 6.4))
    assert isinstance(ask, t.Transcribe)
    assert kinds(turns.handle(t.TranscriptReady(6.6, ask.snapshot, "wait, why?")))[0] == "InterruptReply"
    assert turns.floor is t.Floor.SETTLING


def test_a_back_channel_resumes_the_reply() -> None:
    turns = speaking()
    turns.handle(t.SpeechBegan(6.1, 6.0))
    (ask,) = turns.handle(t.SpeechPaused(6.5, 6.4))
    assert isinstance(ask, t.Transcribe)
    assert kinds(turns.handle(t.TranscriptReady(6.6, ask.snapshot, "mm-hm"))) == [
        "DropUtterance",
        "ResumeReply",
    ]


def test_a_sound_whose_words_never_come_resumes_the_reply() -> None:
    turns = speaking()
    turns.handle(t.SpeechBegan(6.1, 6.0))
    turns.handle(t.SpeechPaused(6.5, 6.4))
    assert kinds(turns.handle(t.Tick(turns.deadline or 0))) == ["DropUtterance", "ResumeReply"]


def test_speech_that_goes_on_interrupts_without_words() -> None:
    turns = speaking()
    turns.handle(t.SpeechBegan(6.1, 6.0))
    assert kinds(turns.handle(t.Tick(turns.deadline or 0))) == ["InterruptReply"]


def test_a_long_noise_without_words_is_followed_by_the_companion_taking_up_its_thread() -> None:
    for ladder, wanted in ((t.Policy().idle_ladder, ["DropUtterance", "Prompt"]), ((), ["DropUtterance"])):
        turns = speaking()
        turns.policy = t.Policy(idle_ladder=ladder)
        turns.handle(t.SpeechBegan(6.1, 6.0))
        turns.handle(t.Tick(turns.deadline or 0))
        (ask,) = turns.handle(t.SpeechPaused(9.1, 9.0))
        assert isinstance(ask, t.Transcribe)
        effects = turns.handle(t.TranscriptReady(9.2, ask.snapshot, ""))
        effects += turns.handle(t.Tick(turns.deadline or 0)) if not effects else []
        assert kinds(effects) == wanted
        assert (turns.floor is t.Floor.TUTOR) == bool(ladder)


def test_in_the_echo_warm_up_only_words_interrupt() -> None:
    turns = Turns()
    number = turns.next_reply()
    turns.handle(t.ReplyAsked(0.0, number))
    turns.handle(t.ReplyPlaying(0.1, number))
    assert kinds(turns.handle(t.SpeechBegan(0.5, 0.4))) == ["OpenUtterance"]
    assert kinds(turns.handle(t.WordsHeard(0.7, "stop please"))) == ["AnnounceSpeech", "InterruptReply"]


def test_an_immediate_interruption_means_that_the_reply_cut_the_learner_off() -> None:
    turns, _ = listening("I think")
    turns.handle(t.Tick(turns.deadline or 0))
    begun = 3.0
    turns.handle(t.ReplyPlaying(begun, turns._reply.number if turns._reply else 0))
    turns._warm_at = 0.0
    turns.handle(t.SpeechBegan(begun + 0.4, begun + 0.3))
    (effect,) = turns.handle(t.WordsHeard(begun + 0.6, "it is nine"))
    assert isinstance(effect, t.InterruptReply) and effect.cut_off


def test_nobody_is_cut_off_by_a_reply_that_answers_no_turn() -> None:
    turns = Turns(policy=t.Policy(echo_warmup=0.0))
    turns.handle(t.ReplyAsked(0.0, turns.next_reply()))  # a greeting
    turns.handle(t.ReplyPlaying(1.0, 1))
    turns.handle(t.SpeechBegan(1.3, 1.2))
    (effect,) = turns.handle(t.WordsHeard(1.5, "hello there"))
    assert isinstance(effect, t.InterruptReply) and not effect.cut_off
    assert turns.pauses == PauseProfile()


def test_a_turn_without_end_is_cut_at_the_longest() -> None:
    turns = Turns(policy=t.Policy(max_turn=30.0))
    turns.handle(t.SpeechBegan(0.1, 0.0))
    (ask,) = turns.handle(t.Tick(30.0))
    assert isinstance(ask, t.Transcribe)
    assert "CommitTurn" in kinds(turns.handle(t.TranscriptReady(30.5, ask.snapshot, "and so on")))


def test_long_noise_without_words_is_no_long_silence() -> None:
    turns = Turns(policy=t.Policy(max_turn=30.0))
    turns.handle(t.SpeechBegan(0.1, 0.0))
    (ask,) = turns.handle(t.Tick(30.0))
    assert isinstance(ask, t.Transcribe)
    assert kinds(turns.handle(t.TranscriptReady(30.5, ask.snapshot, ""))) == ["DropUtterance"]
    assert turns.deadline == 40.0, "the companion waits as long as ever before it says something"


def test_a_turn_without_end_ends_also_where_the_ears_are_slower_than_the_learners_pauses() -> None:
    turns = Turns(policy=t.Policy(max_turn=30.0))
    turns.handle(t.SpeechBegan(0.1, 0.0))
    turns.handle(t.Tick(30.0))
    turns.handle(t.SpeechPaused(30.2, 30.1))
    turns.handle(t.SpeechBegan(30.8, 30.7))  # before the words were known
    assert turns.deadline is not None and turns.deadline <= 30.8
    (ask,) = turns.handle(t.Tick(30.8))
    assert isinstance(ask, t.Transcribe)
    assert "CommitTurn" in kinds(turns.handle(t.TranscriptReady(35.0, ask.snapshot, "and so on")))


def test_failed_ears_leave_the_floor_free() -> None:
    turns = Turns()
    turns.handle(t.SpeechBegan(0.1, 0.0))
    (ask,) = turns.handle(t.SpeechPaused(1.1, 1.0))
    assert isinstance(ask, t.Transcribe)
    assert kinds(turns.handle(t.TranscriptReady(1.2, ask.snapshot, None))) == ["DropUtterance"]
    assert turns.floor is t.Floor.IDLE


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("began"), st.just("")), st.tuples(st.just("paused"), st.just("")),
        st.tuples(st.just("words"), st.sampled_from(["", "mm", "stop that", "um"])),
        st.tuples(st.just("text"), st.sampled_from(["", "yes", "because", "I think it is seven."])),
        st.tuples(st.just("lost"), st.just("")), st.tuples(st.just("playing"), st.just("")),
        st.tuples(st.just("over"), st.just("What is it?")), st.tuples(st.just("asked"), st.just("")),
        st.tuples(st.just("forget"), st.just("")), st.tuples(st.just("tick"), st.just("")),
        st.tuples(st.just("took"), st.just("")), st.tuples(st.just("gave"), st.just("")), st.tuples(st.just("whisper"), st.just("")),
    ),
    max_size=60,
)  # fmt: skip


@given(EVENTS, st.lists(st.floats(0.01, 4.0), min_size=60, max_size=60))
def test_any_order_of_events_keeps_the_floor_consistent(
    steps: list[tuple[str, str]], gaps: list[float]
) -> None:
    turns = Turns()
    at, snapshot, reply = 0.0, 0, 0
    paused: set[int] = set()
    for (kind, text), gap in zip(steps, gaps, strict=False):
        at += gap
        event: t.Event = {
            "began": t.SpeechBegan(at, at - 0.05), "paused": t.SpeechPaused(at, at - 0.05), "words": t.WordsHeard(at, text),
            "text": t.TranscriptReady(at, snapshot, text), "lost": t.TranscriptReady(at, snapshot, None),
            "playing": t.ReplyPlaying(at, reply), "over": t.ReplyOver(at, reply, text),
            "asked": t.ReplyAsked(at, turns.next_reply() if kind == "asked" else 0), "forget": t.InputForgotten(at), "tick": t.Tick(at),
            "took": t.TeacherTook(at), "gave": t.TeacherGave(at), "whisper": t.Whispered(at),
        }[kind]  # fmt: skip
        for effect in turns.handle(event):
            match effect:
                case t.Transcribe(number):
                    snapshot = number
                case t.CommitTurn():
                    reply = effect.reply or reply
                    assert effect.text
                case t.Prompt(number):
                    reply = number
                case t.PauseReply(number):
                    assert number not in paused
                    paused.add(number)
                case t.ResumeReply(number):
                    assert number in paused
                    paused.remove(number)
                case t.Speculate():
                    assert not turns.teacher
        if isinstance(event, t.ReplyAsked):
            reply = event.reply
        assert (turns.floor is t.Floor.TUTOR) == (turns._reply is not None)
        assert turns.floor not in (t.Floor.LEARNER, t.Floor.SETTLING) or turns._utterance is not None
        if turns.floor is t.Floor.SETTLING:
            assert turns.deadline is not None


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(Patience), st.sampled_from(Expect))
def test_the_wait_falls_as_the_turn_looks_more_finished(
    a: float, b: float, patience: Patience, expect: Expect
) -> None:
    low, high = sorted((a, b))
    profile = PauseProfile()
    assert wait_seconds(low, patience, expect, profile) >= wait_seconds(high, patience, expect, profile) > 0.2


def test_a_learner_with_long_pauses_is_waited_for_longer() -> None:
    slow = PauseProfile()
    for _ in range(20):
        slow = slow.learn(3.5)
    quick = wait_seconds(0.3, Patience.NORMAL, Expect.RECALL, PauseProfile())
    assert wait_seconds(0.3, Patience.NORMAL, Expect.RECALL, slow) > quick * 1.3
    assert PauseProfile.from_json(slow.to_json()) == slow


def test_what_was_asked_is_read_from_the_last_question() -> None:
    assert expectation("Good. Is that right?") is Expect.YES_NO
    assert expectation("Now, how many quarters are in one half?") is Expect.COMPUTE
    assert expectation("Why does a plant need light?") is Expect.EXPLAIN
    assert expectation("What do we call the bottom number?") is Expect.RECALL
    assert expectation("That is right.") is Expect.NOTHING


def test_back_channels_are_told_from_wishes() -> None:
    assert all(is_back_channel(text) for text in ("mm-hm", "Yeah.", "uh huh", "", "okay"))
    assert not any(is_back_channel(text) for text in ("no", "stop", "yes I know but why", "wait"))


def test_fillers_and_conjunctions_sound_unfinished() -> None:
    for text in ("um", "it is because", "so let me see", "the answer is"):
        assert finished_probability(text) < 0.3
    for text in ("yes", "I don't know", "is it seven?"):
        assert finished_probability(text) > 0.9


def test_a_teacher_silences_the_companion_and_the_learner_is_still_listened_to() -> None:
    turns = speaking()
    (cut,) = turns.handle(t.TeacherTook(4.0))
    assert isinstance(cut, t.InterruptReply) and turns.floor is t.Floor.IDLE
    assert kinds(turns.handle(t.SpeechBegan(5.0, 4.9))) == ["OpenUtterance"], "nothing silences the teacher"
    (ask,) = turns.handle(t.SpeechPaused(6.0, 5.9))
    assert isinstance(ask, t.Transcribe)
    assert turns.handle(t.TranscriptReady(6.1, ask.snapshot, "Oh, it is eight.")) == []
    (commit,) = turns.handle(t.Tick(turns.deadline or 0))
    assert isinstance(commit, t.CommitTurn) and commit.reply is None
    assert turns.deadline is None, "nobody nudges"
    (bridge,) = turns.handle(t.TeacherGave(90.0))
    assert isinstance(bridge, t.Prompt) and bridge.purpose is Purpose.HAND_BACK


def test_a_learner_who_speaks_when_the_teacher_hands_back_gets_an_answer_and_no_bridge() -> None:
    turns = Turns()
    turns.handle(t.TeacherTook(0.0))
    turns.handle(t.SpeechBegan(1.0, 0.9))
    assert turns.handle(t.TeacherGave(1.5)) == []
    (ask,) = turns.handle(t.SpeechPaused(2.0, 1.9))
    assert isinstance(ask, t.Transcribe)
    assert kinds(turns.handle(t.TranscriptReady(2.1, ask.snapshot, "It is eight."))) == ["Speculate"]


def test_a_whisper_throws_away_what_was_prepared_without_it() -> None:
    turns, _ = listening("It is seven.")
    assert kinds(turns.handle(t.Whispered(1.25))) == ["DropSpeculation"]
    (commit,) = turns.handle(t.Tick(turns.deadline or 0))
    assert isinstance(commit, t.CommitTurn) and commit.reply is not None and not commit.prepared
