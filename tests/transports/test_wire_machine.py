"""Any client, at any moment: random requests, sounds, waits and lost links on the virtual clock."""

import asyncio
import base64
from collections.abc import Coroutine
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.conversation.virtual_time import VirtualLoop
from tests.transports.test_race_pairs import ACTIONS, ASKED, MANUAL, Race, check_answers, check_goes_on

TEXT = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "And this?"}]}
SPOKEN = TEXT | {"content": [{"type": "input_audio", "audio": base64.b64encode(bytes(24_000)).decode()}]}
AUTOMATIC = {"audio": {"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 300}}}}


class AnyClient(RuleBasedStateMachine):
    """What `Race` checks at its end (strict models, order, ids, answers) is what must always hold."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.scene: Race

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        self.loop.run_until_complete(work)

    @initialize()
    def connect(self) -> None:
        async def connected() -> None:
            self.scene = await Race().__aenter__()

        self.run(connected())

    @rule(name=st.sampled_from(sorted(ACTIONS)))
    def act(self, name: str) -> None:
        async def acted() -> None:
            ACTIONS[name](self.scene)

        self.run(acted())

    @rule(seconds=st.sampled_from([0.0, 0.001, 0.01, 0.3, 1.0, 3.0]))
    def wait(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))

    @rule(automatic=st.booleans())
    def choose_turns(self, automatic: bool) -> None:
        async def chosen() -> None:
            self.scene.do("session.update", session=AUTOMATIC if automatic else MANUAL)

        self.run(chosen())

    @rule(place=st.sampled_from(["root", None, ASKED, "item_nobody"]), spoken=st.booleans())
    def create_item(self, place: str | None, spoken: bool) -> None:
        async def created() -> None:
            self.scene.do("conversation.item.create", item=SPOKEN if spoken else TEXT, previous_item_id=place)

        self.run(created())

    @rule()
    def retrieve_last(self) -> None:
        async def retrieved() -> None:
            last = self.scene.session.history.last_id or "item_nobody"
            self.scene.do("conversation.item.retrieve", item_id=last)

        self.run(retrieved())

    def teardown(self) -> None:
        async def over() -> None:
            await asyncio.sleep(6)
            check_answers(self.scene)
            await check_goes_on(self.scene)
            await self.scene.__aexit__()

        try:
            self.run(over())
        finally:
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.run(asyncio.sleep(0))
            self.loop.close()


TestAnyClient = AnyClient.TestCase
TestAnyClient.settings = settings(max_examples=60, stateful_step_count=25)
