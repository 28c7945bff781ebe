"""Who sees no page is told by voice that the talk is recorded, and who listens or speaks."""

import asyncio

import pytest

from tests.conversation.scene import SPEECH, FakeSupervisor, Scene
from tests.conversation.test_take_over import said, teach
from tests.conversation.test_tape import Heard
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tutor.conversation.events import ReplyDone, ReplyItemStarted, ReplyOptions, Role, SpeechStarted, Trouble

GREETING = "This is the greeting."
RECORDED = "This call is being recorded."
LISTENS = "Mr Okafor is listening now."
SPEAKS = "Mr Okafor is speaking with you now."
LONG = "One two three four five six seven eight nine ten. " * 2


def texts(scene: Scene) -> list[str]:
    return [text.strip() for _, text in said(scene)]


@pytest.mark.parametrize(("shows", "first"), [(True, [GREETING]), (False, [RECORDED, GREETING])])
def test_a_recorded_caller_is_told_before_the_greeting(shows: bool, first: list[str]) -> None:
    async def talk() -> None:
        async with Scene(recorder=Heard(), companion_leads=True, shows=shows) as scene:
            await scene.quiet(6)
            assert texts(scene) == first

    run(talk())


def test_it_is_told_again_on_every_call_and_in_the_companions_language() -> None:
    async def talk() -> None:
        async with Scene(recorder=Heard(), shows=False, language="de-DE") as scene:
            await scene.quiet(4)
            await scene.reconnect(1)
            await scene.quiet(4)
            assert texts(scene) == ["Dieses Gespräch wird aufgenommen."] * 2

    run(talk())


def test_speaking_over_it_silences_nothing_and_is_answered_afterwards() -> None:
    async def talk() -> None:
        async with Scene(recorder=Heard(), companion_leads=True, shows=False) as scene:
            await scene.quiet(0.3)
            await scene.hear(SPEECH)
            await scene.quiet(8)
            assert scene.events(ReplyDone)[0].status == "completed"
            assert [role for role, _ in said(scene)] == [Role.ANNOUNCEMENT, Role.LEARNER, Role.TUTOR]
            assert texts(scene)[0] == RECORDED and GREETING not in texts(scene)

    run(talk())


def test_it_stands_in_the_history_and_is_nothing_to_the_mind() -> None:
    async def talk() -> None:
        mind = NullMind()
        async with Scene(mind=mind, recorder=Heard(), companion_leads=True, shows=False) as scene:
            await scene.quiet(6)
            await scene.hear(SPEECH)
            await scene.quiet(4)
            roles = [item.role for item in scene.session.history.items]
            assert roles == [Role.ANNOUNCEMENT, Role.TUTOR, Role.LEARNER, Role.TUTOR]
            scene.session.request_reply(ReplyOptions(input=scene.session.history.items[:3], out_of_band=True))
            await scene.quiet(4)
            told = [[message.role for message in request.messages] for request in mind.requests]
            assert told[0] == [] and told[-2:] == [["tutor", "learner"]] * 2

    run(talk())


def test_a_caller_who_heard_no_more_than_that_is_greeted_on_the_next_call() -> None:
    async def talk() -> None:
        async with Scene(recorder=Heard(), companion_leads=True, shows=False) as scene:
            await scene.quiet(0.5)
            await scene.reconnect(1)
            await scene.quiet(6)
            assert texts(scene)[-2:] == [RECORDED, GREETING]

    run(talk())


def test_a_client_may_tell_how_much_of_it_was_played() -> None:
    async def talk() -> None:
        async with Scene(recorder=Heard(), shows=False) as scene:
            await scene.quiet(3)
            announced = scene.session.history.items[0]
            scene.session.truncate_item(announced.id, 600)
            assert scene.session.history.items[0].text == "This call" and not scene.events(Trouble)

    run(talk())


def test_one_that_a_client_cuts_is_said_again() -> None:
    async def talk() -> None:
        async with Scene(recorder=Heard(), companion_leads=True, shows=False) as scene:
            await scene.quiet(0.5)
            scene.session.cancel_reply()
            await scene.quiet(6)
            assert texts(scene)[-2:] == [RECORDED, GREETING]

    run(talk())


def test_nobody_hears_a_caller_who_does_not_know_it() -> None:
    async def talk() -> None:
        async with Scene(mind=NullMind(LONG), shows=False) as scene:
            await scene.hear(SPEECH)
            await scene.quiet(2)
            teacher = FakeSupervisor()
            scene.session.join(teacher)
            await scene.quiet(1)
            assert teacher.heard == 0 and texts(scene)[-1] != LISTENS, "the companion still speaks"
            await scene.quiet(8)
            assert texts(scene)[-1] == LISTENS and teacher.heard > 0
            scene.session.leave(teacher)
            scene.session.join(FakeSupervisor())
            await scene.quiet(4)
            assert texts(scene).count(LISTENS) == 1, "a link that is lost for a moment is no news"

    run(talk())


def test_a_teacher_is_announced_and_no_word_of_theirs_is_lost() -> None:
    async def talk() -> None:
        async with Scene(ears=NullEars("halves are equal"), mind=NullMind(LONG), shows=False) as scene:
            teacher = FakeSupervisor()
            scene.session.join(teacher)
            await scene.quiet(4)
            scene.session.take_over(teacher)
            await teach(scene, teacher)
            await scene.quiet(4)
            assert texts(scene) == [LISTENS, SPEAKS, "halves are equal"]
            scene.session.hand_back(teacher)
            await scene.quiet(4)
            scene.session.take_over(teacher)
            await scene.quiet(4)
            assert texts(scene)[3:] == ["This is the hand_back.", SPEAKS]

    run(talk())


def test_a_learner_who_talks_on_is_told_all_the_same() -> None:
    async def talk() -> None:
        async with Scene(ears=NullEars("and then"), shows=False) as scene:
            teacher = FakeSupervisor()
            scene.session.join(teacher)
            await scene.quiet(4)
            talking = asyncio.create_task(scene.hear(SPEECH))
            await asyncio.sleep(1)
            assert scene.events(SpeechStarted)
            scene.session.take_over(teacher)
            await talking
            await scene.quiet(6)
            assert texts(scene) == [LISTENS, SPEAKS, "and then"]

    run(talk())


def test_a_line_that_drops_while_a_teacher_waits_to_be_heard_breaks_nothing() -> None:
    async def talk() -> None:
        async with Scene(ears=NullEars("halves are equal"), shows=False) as scene:
            teacher = FakeSupervisor()
            scene.session.join(teacher)
            await scene.quiet(4)
            scene.session.take_over(teacher)
            spoken = asyncio.create_task(teach(scene, teacher))
            await asyncio.sleep(0.5)
            await scene.reconnect(1)
            await spoken
            await scene.quiet(4)
            assert texts(scene).count(SPEAKS) >= 1 and scene.events(ReplyItemStarted)
            scene.session.hand_back(teacher)
            await scene.quiet(4)
            assert texts(scene)[-2:] == ["This is the hand_back.", LISTENS]

    run(talk())
