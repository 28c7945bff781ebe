"""Whole conversations on virtual time: recorded speech in, null engines behind, events and history out."""

from typing import Any

from tests.conversation.scene import SPEECH, Scene
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tests.speech import read_wav
from tutor.conversation.events import (
    Ended,
    ItemDone,
    ReplyAudio,
    ReplyDone,
    ReplyItemStarted,
    ReplyOptions,
    ReplyStarted,
    Role,
    SpeechDropped,
    SpeechStarted,
    TranscriptCompleted,
    Trouble,
)
from tutor.conversation.ports import ItemSaved, Snapshot

LONG = "One two three four five six seven eight nine ten. " * 8


def test_a_spoken_turn_runs_in_the_order_of_the_protocol() -> None:
    async def talk() -> Scene:
        async with Scene(ears=NullEars("go forward ten meters")) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(12)
        return scene

    scene = run(talk())
    kinds = list(dict.fromkeys(scene.kinds()))
    assert kinds[:8] == [
        "SpeechStarted", "SpeechStopped", "InputCommitted", "ItemAdded", "TranscriptDelta", "TranscriptCompleted",
        "ItemDone", "ReplyStarted",
    ]  # fmt: skip
    assert [event.text for event in scene.events(TranscriptCompleted)] == ["go forward ten meters"]
    (done,) = scene.events(ReplyDone)
    assert done.status == "completed"
    assert done.items[0].text == "That is a good answer. Now tell me a little more about it. "


def test_an_item_is_acknowledged_only_after_it_was_committed() -> None:
    async def talk() -> Scene:
        async with Scene() as scene:
            await scene.hear(SPEECH)
            await scene.quiet(1)
            committed = {change.item.id for change in scene.journal.changes if isinstance(change, ItemSaved)}
            assert {event.item.id for event in scene.events(ItemDone)} <= committed
            await scene.quiet(8)
        return scene

    assert len(run(talk()).events(ItemDone)) == 2


def test_speculation_hides_the_mind_and_the_mouth_behind_the_endpointing_delay() -> None:
    async def talk() -> Scene:
        async with Scene() as scene:
            await scene.hear(SPEECH)
            await scene.quiet(6)
        return scene

    (metrics,) = run(talk()).counter.turns
    assert metrics.first_sent_ms is not None and metrics.endpoint_delay_ms is not None
    assert metrics.first_sent_ms - metrics.endpoint_delay_ms < 20


def test_barge_in_silences_at_once_and_history_keeps_only_what_was_heard() -> None:
    async def talk() -> Scene:
        async with Scene(
            ears=NullEars("first", "stop please I have a question"), mind=NullMind(LONG)
        ) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(4)
            await scene.hear(read_wav("austen_0880"))
            await scene.quiet(1)
        return scene

    scene = run(talk())
    first, second = scene.events(SpeechStarted)[:2]
    assert first.item_id != second.item_id
    cut = next(event for event in scene.events(ReplyDone) if event.status == "cancelled")
    assert cut.reason == "turn_detected"
    heard = cut.items[0].text
    assert heard and len(heard) < len(LONG) / 2 and LONG.startswith(heard)
    assert cut.items[0].status == "incomplete"
    late = [
        at for at, event in scene.door.got if isinstance(event, ReplyAudio) and event.reply_id == cut.reply_id
    ]
    stopped_at = next(at for at, event in scene.door.got if event is second)
    assert max(late) <= stopped_at


def test_a_back_channel_over_the_reply_does_not_stop_it_and_the_rest_is_said() -> None:
    async def talk() -> Scene:
        async with Scene(ears=NullEars("first", "mm-hm"), mind=NullMind(LONG)) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(4)
            await scene.hear(read_wav("cards_001")[4000:10000])
            await scene.quiet(25)
        return scene

    scene = run(talk())
    assert scene.counter.barge_ins == {True: 0, False: 1}
    assert len(scene.events(SpeechDropped)) == 1
    cancelled, completed = (event for event in scene.events(ReplyDone) if event.items[0].role is Role.TUTOR)
    assert (cancelled.status, completed.status) == ("cancelled", "completed")
    said = " ".join(" ".join(item.text for item in event.items) for event in (cancelled, completed))
    assert said.split() == LONG.split()


def test_the_companion_greets_first_when_it_leads() -> None:
    async def talk() -> Scene:
        async with Scene(companion_leads=True) as scene:
            await scene.quiet(3)
        return scene

    scene = run(talk())
    assert scene.events(ReplyItemStarted) and scene.mind.requests[0].purpose == "greeting"


def test_a_strict_session_is_never_spoken_to_unasked() -> None:
    async def talk() -> Scene:
        async with Scene() as scene:
            await scene.quiet(60)
        return scene

    assert run(talk()).events(ReplyStarted) == []


def test_a_quiet_learner_is_helped_and_then_let_go() -> None:
    async def talk() -> Scene:
        async with Scene(companion_leads=True) as scene:
            for _ in range(200):
                if scene.session.ended:
                    break
                await scene.quiet(1)
        return scene

    scene = run(talk())
    assert [str(request.purpose) for request in scene.mind.requests] == [
        "greeting", "back_channel", "hint", "hint", "goodbye"
    ]  # fmt: skip
    assert scene.session.ended == "quiet"


def test_a_second_reply_while_one_is_active_is_refused_with_the_clients_event_id() -> None:
    async def talk() -> Scene:
        async with Scene() as scene:
            scene.session.request_reply(ReplyOptions(event_id="e1"))
            scene.session.request_reply(ReplyOptions(event_id="e2"))
            await scene.quiet(6)
        return scene

    scene = run(talk())
    assert [(event.code, event.event_id) for event in scene.events(Trouble)] == [
        ("conversation_already_has_active_response", "e2")
    ]
    assert [event.status for event in scene.events(ReplyDone)] == ["completed"]


def test_cancelling_at_once_still_opens_and_closes_the_response() -> None:
    async def talk() -> Scene:
        async with Scene() as scene:
            scene.session.request_reply(ReplyOptions())
            scene.session.cancel_reply()
            scene.session.cancel_reply(event_id="again")
            await scene.quiet(1)
        return scene

    scene = run(talk())
    assert [event.status for event in scene.events(ReplyDone)] == ["cancelled"]
    assert [event.code for event in scene.events(Trouble)] == ["response_cancel_not_active"]


def _delay(end_of_turn: Any) -> float:
    """The endpointing delay in ms of one turn."""

    async def talk() -> Scene:
        async with Scene(end_of_turn=end_of_turn) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(6)
        return scene

    (metrics,) = run(talk()).counter.turns
    assert metrics.endpoint_delay_ms is not None
    return metrics.endpoint_delay_ms


def test_the_end_of_turn_model_moves_the_waiting_time_and_gets_the_sound() -> None:
    heard: list[Any] = []

    def says(probability: float) -> Any:
        async def judge(sound: Any) -> float:
            heard.append(sound)
            return probability

        return judge

    sure, neutral, unsure = _delay(says(0.98)), _delay(None), _delay(says(0.03))
    assert sure < neutral < unsure
    assert all(16_000 < len(sound) <= 9 * 16_000 for sound in heard)


def test_a_talk_that_the_learner_ends_is_summed_up_in_text_for_the_page_and_the_history() -> None:
    async def talk() -> Scene:
        async with Scene() as scene:
            await scene.hear(SPEECH)
            await scene.quiet(8)
        return scene

    scene = run(talk())
    (ended,) = scene.events(Ended)
    assert ended == Ended("closed", "This is the notes.")
    snapshots = [change for change in scene.journal.changes if isinstance(change, Snapshot)]
    assert snapshots[-1].summary == ended.summary
