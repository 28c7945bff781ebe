"""A telephone's gateway that speaks the Realtime protocol: nobody sees a page there."""

import pytest

from tests.conversation.scene import FakeSupervisor
from tests.conversation.virtual_time import run
from tests.transports.wire_scene import WireScene

G711 = {"input": {"format": {"type": "audio/pcmu"}}, "output": {"format": {"type": "audio/pcmu"}}}


@pytest.mark.parametrize(
    ("viva", "audio", "told"),
    [(False, G711, ["Mr Okafor is listening now."]), (True, G711, []), (False, {}, [])],
)
def test_who_listens_is_said_where_nothing_shows_it(
    viva: bool, audio: dict[str, object], told: list[str]
) -> None:
    async def talk() -> None:
        async with WireScene(viva=viva) as scene:
            scene.send("session.update", session={"type": "realtime", "audio": audio})
            scene.session.join(FakeSupervisor())
            await scene.quiet(4)
            assert [item.text.strip() for item in scene.session.history.items] == told

    run(talk())
