"""The examples of README.md and docs/realtime.md do what it says, against a real server and through a `kill -9`."""

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI

from tests.e2e.conftest import RunningServer

COMPANION = "ada-fractions"
_ROOT = Path(__file__).resolve().parents[2]


def examples(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (_ROOT / page).read_text(), re.DOTALL)


(FIRST,) = examples("README.md")
CONVERSATION, RESUMING = examples("docs/realtime.md")
Talk = Any
"""What `conversation` of the example gives: pairs of the connection and one event."""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One for all tests that kill it: they start it again."""
    running = RunningServer(tmp_path_factory.mktemp("killed") / "data")
    yield running
    running.stop()


def filled_in(example: str, server: RunningServer) -> str:
    """The example as its reader would run it."""
    return (
        example.replace("<api key>", server.api_key)
        .replace("<companion>", COMPANION)
        .replace(".viva/api_key", str(server.data_dir / "api_key"))
        .replace("http://127.0.0.1:8080", server.url)
    )


@pytest.mark.parametrize(
    "example", [FIRST, CONVERSATION, RESUMING], ids=["readme", "conversation", "resuming"]
)
async def test_an_example_runs_as_it_is_written_and_prints_an_answer(
    server: RunningServer, example: str
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", filled_in(example, server), stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert len(out.decode().split()) > 3


async def next_event(talk: Talk, kind: str, seen: list[Any]) -> Any:
    """The next pair whose event is a `kind`; all events go into `seen`."""
    async with asyncio.timeout(60):
        async for connection, event in talk:
            seen.append(event)
            assert event.type != "error", event.error.message
            if event.type == kind:
                return connection, event
    raise AssertionError(f"the conversation ended before {kind}")


async def ask(connection: Any, text: str) -> None:
    content = [{"type": "input_text", "text": text}]
    await connection.conversation.item.create(item={"type": "message", "role": "user", "content": content})
    await connection.response.create()


@pytest.mark.parametrize(
    "killed_at", ["response.done", "response.output_audio.delta", "conversation.item.done"]
)
async def test_the_example_of_resuming_goes_on_after_kill_9_with_nothing_acknowledged_missing(
    killed: RunningServer, killed_at: str
) -> None:
    names: dict[str, Any] = {}
    exec(filled_in(RESUMING, killed).replace("asyncio.run(main())", ""), names)
    client = AsyncOpenAI(base_url=f"{killed.url}/v1", api_key=killed.api_key, max_retries=0)
    talk, seen = names["conversation"](client, COMPANION), list[Any]()
    connection, created = await next_event(talk, "session.created", seen)
    await ask(connection, "what is a denominator")
    await next_event(talk, killed_at, seen)
    killed.kill()
    await asyncio.to_thread(killed.start)
    connection, again = await next_event(talk, "session.created", seen)
    assert again.session.id == created.session.id
    if killed_at == "response.done":
        await ask(connection, "say that again")  # a reply that was cut off comes unasked
    await next_event(talk, "response.output_audio.delta", seen)
    _, done = await next_event(talk, "response.done", seen)
    assert done.response.status == "completed"
    acknowledged = [event.item for event in seen if event.type == "conversation.item.done"]
    assert acknowledged
    for item in acknowledged:
        await connection.conversation.item.retrieve(item_id=item.id)
        _, kept = await next_event(talk, "conversation.item.retrieved", seen)
        assert [part.transcript or part.text for part in kept.item.content] == [
            part.transcript or part.text for part in item.content
        ]
    await talk.aclose()
