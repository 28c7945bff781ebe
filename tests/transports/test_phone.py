"""Phone calls in the manner of Twilio Media Streams: marks, clear on barge-in, hanging up at any moment."""

import base64
from typing import Any

import pytest

from tests.conversation.test_tape import Heard
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tests.speech import read_wav
from tests.transports.phone_caller import LONG, SID, Caller


def test_the_companion_greets_and_its_position_comes_from_the_marks() -> None:
    async def call() -> Caller:
        async with Caller() as caller:
            await caller.quiet(6)
        return caller

    caller = run(call())
    sound = b"".join(base64.b64decode(message["media"]["payload"]) for message in caller.events("media"))
    words = len("This is the greeting.".split())
    assert len(sound) == words * 8000 // 4
    assert caller.played_bytes == len(sound)
    positions = [ms for _, ms in caller.reports]
    assert positions == sorted(positions)
    assert positions[-1] == words * 250, "the last mark stands behind the last sample"
    assert max(b - a for a, b in zip([0, *positions], positions, strict=False)) <= 400
    assert len({message["mark"]["name"] for message in caller.events("mark")}) == len(caller.events("mark"))


def test_a_recorded_caller_is_told_so_before_anything_else_and_talking_over_it_clears_nothing() -> None:
    async def call() -> tuple[Caller, int]:
        async with Caller(recorder=Heard()) as caller:
            await caller.quiet(0.2)
            await caller.speak(read_wav("goforward")[4000:16_000])
            cleared = len(caller.events("clear"))
            await caller.quiet(6)
        return caller, cleared

    caller, cleared = run(call())
    told = next(item for item in caller.session.history.items if item.text)
    assert told.text.strip() == "This call is being recorded." and told.status == "completed"
    assert cleared == 0
    assert (told.id, len(told.text.split()) * 250) in caller.reports, "it was played to its end"


def test_a_barge_in_clears_the_line_at_once_and_cleared_marks_are_not_taken_for_playback() -> None:
    async def call() -> Caller:
        async with Caller(mind=NullMind(LONG), ears=NullEars("go forward", "eight of spades")) as caller:
            await caller.quiet(3)
            await caller.speak(read_wav("goforward"))
            await caller.quiet(4)
            await caller.speak(read_wav("cards_005"))
            await caller.quiet(2)
        return caller

    caller = run(call())
    assert caller.events("clear")
    cut = [item for item in caller.session.history.items if item.status == "incomplete"]
    assert cut and cut[0].heard_ms is not None
    assert cut[0].heard_ms < 8000, "marks that came back with the clear would count everything as heard"
    heard = [ms for item_id, ms in caller.reports if item_id == cut[0].id]
    assert heard and abs(cut[0].heard_ms - heard[-1]) <= 400


def test_after_a_false_alarm_the_rest_is_played_and_not_cleared_again() -> None:
    async def call() -> Caller:
        async with Caller(mind=NullMind(LONG), ears=NullEars("tell me", "mm-hm")) as caller:
            await caller.quiet(3)
            await caller.speak(read_wav("goforward"))
            await caller.quiet(5)
            before = len(caller.events("clear"))
            await caller.speak(read_wav("cards_001")[6000:12000])
            await caller.quiet(30)
            caller.clears = len(caller.events("clear")) - before  # type: ignore[attr-defined]
        return caller

    caller = run(call())
    assert caller.clears == 1  # type: ignore[attr-defined]
    said = " ".join(item.text for item in caller.session.history.items if item.role == "tutor")
    assert LONG.strip() in " ".join(said.split()), "what was heard and the rest are the whole"


def test_hanging_up_ends_the_listening_and_leaves_the_session_waiting() -> None:
    async def call() -> bool:
        async with Caller() as caller:
            await caller.quiet(0.2)
            goes_on = caller.say({"event": "stop", "streamSid": SID, "stop": {}})
            caller.door.close()
            caller.session.detach(caller.door)
            assert not caller.session.attached
            assert not caller.say({"event": "media", "media": {"payload": "////"}})
        return goes_on

    assert run(call()) is False


@pytest.mark.parametrize(
    "message",
    [
        b"", b"{", b"[]", b"5", b'{"event": "media"}', b'{"event": "media", "media": 3}', b"\xff",
        b'{"event": "media", "media": {"payload": "%%%"}}', b'{"event": "media", "media": {"payload": 7}}',
        b'{"event": "mark", "mark": {}}', b'{"event": "mark", "mark": {"name": [1]}}', b'{"event": "media", "media": []}',
    ],
)  # fmt: skip
def test_a_little_nonsense_is_forgiven_and_much_of_it_ends_the_call(message: bytes) -> None:
    async def call() -> Caller:
        async with Caller() as caller:
            for _ in range(5):
                assert caller.door.receive(message)
            assert caller.closed is None
            for _ in range(50):
                caller.door.receive(message)
        return caller

    closed = run(call()).closed
    assert closed is not None and closed[0] == 1008


@pytest.mark.parametrize(
    "message",
    [
        {"event": "dtmf", "streamSid": SID, "dtmf": {"track": "inbound_track", "digit": "5"}},
        {"event": "something_new"},
        {"event": "mark", "streamSid": SID, "mark": {"name": "never_sent"}},
        {"event": "media", "media": {"track": "outbound", "payload": "////"}},
    ],
)
def test_what_means_nothing_to_us_is_let_through(message: dict[str, Any]) -> None:
    async def call() -> Caller:
        async with Caller() as caller:
            for _ in range(100):
                assert caller.say(message)
            assert caller.closed is None
        return caller

    run(call())


def test_a_flood_of_audio_ends_the_call_with_bounded_memory() -> None:
    async def call() -> Caller:
        async with Caller() as caller:
            payload = base64.b64encode(b"\xff" * 8000).decode()
            for _ in range(100):
                caller.say({"event": "media", "media": {"payload": payload}})
        return caller

    assert run(call()).closed == (1008, "audio comes much faster than real time")
