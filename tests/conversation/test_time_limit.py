"""Talk that the plan ends before the companion's duration does."""

from hypothesis import given
from hypothesis import strategies as st

from tests.conversation.scene import SPEECH, Scene
from tests.conversation.virtual_time import run
from tutor.brain.base import Phase, Purpose
from tutor.conversation.events import Ended
from tutor.conversation.talk_time import TalkTime


def test_when_the_minutes_run_out_the_companion_says_so_sums_up_and_ends() -> None:
    async def talk() -> Scene:
        async with Scene(companion_leads=True) as scene:
            scene.session.limit_time(120)
            await scene.talk_until_ended()
        return scene

    scene = run(talk())
    purposes = list(dict.fromkeys(request.purpose for request in scene.mind.requests))
    assert purposes.index(Purpose.WRAP_UP) < purposes.index(Purpose.SUMMARY)
    (ended,) = scene.events(Ended)
    assert (ended.reason, ended.summary.strip()) == ("out_of_minutes", "This is the summary.")
    at = next(at for at, event in scene.door.got if event is ended)
    assert 100 < at < 135


def test_minutes_that_are_gone_at_once_still_leave_time_to_sum_up() -> None:
    async def talk() -> Scene:
        async with Scene(companion_leads=True) as scene:
            await scene.quiet(30)
            scene.session.limit_time(0)
            await scene.quiet(40)
        return scene

    scene = run(talk())
    assert Purpose.SUMMARY in [request.purpose for request in scene.mind.requests]
    assert [ended.reason for ended in scene.events(Ended)] == ["out_of_minutes"]


def test_a_larger_plan_in_the_middle_takes_the_limit_away() -> None:
    async def talk() -> Scene:
        async with Scene() as scene:
            scene.session.limit_time(60)
            await scene.quiet(30)
            scene.session.limit_time(None)
            await scene.hear(SPEECH)
            await scene.quiet(40)
            assert scene.session.phase is Phase.BODY and scene.session.remaining_seconds > 480
        return scene

    run(talk())


def test_it_is_summed_up_also_after_words_that_were_thrown_away_when_the_time_was_up() -> None:
    async def talk() -> None:
        async with Scene(silence_ms=3000) as scene:
            await scene.quiet(300)
            await scene.hear(SPEECH[:20_000])
            scene.session.limit_time(20)
            await scene.hear(SPEECH[20_000:])
            await scene.quiet(1)
            assert scene.mind.requests[-1].purpose is Purpose.SUMMARY, "it is prepared"
            scene.session.clear_input()
            await scene.quiet(0.5)
            assert not scene.events(Ended), (
                "a client that threw something away may be about to ask for something"
            )
            await scene.quiet(5)
            assert [ended.summary.strip() for ended in scene.events(Ended)] == ["This is the summary."]

    run(talk())


@given(st.lists(st.tuples(st.floats(0.1, 60), st.floats(0, 300)), max_size=20))
def test_what_is_over_gets_no_later_end(steps: list[tuple[float, float]]) -> None:
    now = 0.0
    time = TalkTime(600, lambda: now)
    time.resume()
    for seconds, left in steps:
        now += seconds
        time.limit(left)
        assert time.remaining <= left + 1e-6
    time.limit(0)
    over = time.talked + time.remaining
    for _ in range(10):
        now += 30
        time.limit(0)
        assert time.remaining == 0 and time.talked >= over
    assert time.phase is Phase.ENDED
