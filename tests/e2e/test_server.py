"""The whole server by real recorded speech through real WebSockets, with the stock OpenAI SDK."""

import asyncio
import base64
from typing import Any

import aiohttp
import numpy as np
import pytest
import soxr
from openai import AsyncOpenAI

from tests.e2e.conftest import RunningServer
from tests.speech import read_wav

COMPANION = "ada-fractions"


def pcm24(name: str, tail_seconds: float = 2.0) -> bytes:
    """A recording with silence behind it, as the wire wants it."""
    sound = np.concatenate((read_wav(name), np.zeros(int(16_000 * tail_seconds), np.int16)))
    return bytes(soxr.resample(sound, 16_000, 24_000).astype("<i2").tobytes())


async def speak(connection: Any, pcm: bytes) -> None:
    for start in range(0, len(pcm), 4800):
        audio = base64.b64encode(pcm[start : start + 4800]).decode()
        await connection.input_audio_buffer.append(audio=audio)
        await asyncio.sleep(0.1)  # real time, as a microphone


async def until(connection: Any, kind: str) -> list[Any]:
    """The events up to the first of `kind`."""
    seen = []
    async with asyncio.timeout(60):
        async for event in connection:
            seen.append(event)
            if event.type == "error":
                raise AssertionError(event.error.message)
            if event.type == kind:
                return seen
    raise AssertionError(f"the connection ended before {kind}")


def client(server: RunningServer) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.api_key, max_retries=0)


async def test_the_stock_sdk_holds_a_spoken_conversation(server: RunningServer) -> None:
    async with client(server).realtime.connect(model=COMPANION) as connection:
        await until(connection, "session.created")
        speaking = asyncio.create_task(speak(connection, pcm24("cards_001")))
        events = await until(connection, "response.done")
        await speaking
    kinds = list(dict.fromkeys(event.type for event in events))
    order = [
        "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed",
        "conversation.item.added", "conversation.item.input_audio_transcription.completed", "conversation.item.done",
        "response.created", "response.output_item.added", "response.content_part.added", "response.output_audio.delta",
        "response.output_audio.done", "response.output_item.done", "response.done",
    ]  # fmt: skip
    assert [kind for kind in kinds if kind in order] == order
    transcript = next(event.transcript for event in events if event.type.endswith("transcription.completed"))
    assert transcript == "ten of clubs"
    sound = b"".join(
        base64.b64decode(event.delta) for event in events if event.type == "response.output_audio.delta"
    )
    assert np.abs(np.frombuffer(sound, "<i2")).max() > 3000


async def test_after_kill_9_the_conversation_goes_on_with_nothing_acknowledged_missing(
    own_server: RunningServer,
) -> None:
    async with client(own_server).realtime.connect(model=COMPANION) as connection:
        created = (await until(connection, "session.created"))[-1]
        session_id = created.session.id
        content: Any = [{"type": "input_text", "text": "what is a denominator"}]
        await connection.conversation.item.create(
            item={"type": "message", "role": "user", "content": content}
        )
        await connection.response.create(response={"output_modalities": ["text"]})
        events = await until(connection, "response.done")
        own_server.kill()
    acknowledged = [event.item.id for event in events if event.type == "conversation.item.done"]
    assert len(acknowledged) == 2
    own_server.start()
    options: Any = {"session_id": session_id}
    async with client(own_server).realtime.connect(model=COMPANION, extra_query=options) as connection:
        again = (await until(connection, "session.created"))[-1]
        assert again.session.id == session_id
        for item_id in acknowledged:
            await connection.conversation.item.retrieve(item_id=item_id)
            assert (await until(connection, "conversation.item.retrieved"))[-1].item.id == item_id
        await connection.response.create(response={"output_modalities": ["text"]})
        assert (await until(connection, "response.done"))[-1].response.status == "completed"


async def test_an_ephemeral_secret_opens_one_session_only(server: RunningServer) -> None:
    secret = await client(server).realtime.client_secrets.create(
        session={"type": "realtime", "model": COMPANION}
    )
    once = AsyncOpenAI(base_url=f"{server.url}/v1", api_key=secret.value, max_retries=0)
    async with once.realtime.connect(model=COMPANION) as connection:
        await until(connection, "session.created")
    with pytest.raises(Exception, match="401"):
        async with once.realtime.connect(model=COMPANION):
            pass


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("/api/v1/companions", None, 401),
        ("/api/v1/companions", "wrong", 401),
        ("/v1/realtime?model=ada-fractions", "wrong", 401),
        ("/v1/realtime?model=nobody", "right", 404),
        ("/api/v1/companions?limit=1000", "right", 400),
        ("/api/v1/sessions/sess_unknown", "right", 404),
        ("/nothing", "right", 404),
    ],
)
async def test_refusals_are_json_with_the_right_status(
    server: RunningServer, path: str, key: str | None, status: int
) -> None:
    token = {"right": server.api_key}.get(key or "", key)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(headers=headers) as http:
        if "realtime" in path:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await http.ws_connect(server.url + path)
            assert refused.value.status == status
        else:
            async with http.get(server.url + path) as answer:
                assert answer.status == status
                assert {"error", "code"} <= set(await answer.json())


async def test_companions_are_listed_with_a_total(server: RunningServer) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {server.api_key}"}) as http:
        async with http.get(f"{server.url}/api/v1/companions?limit=2") as answer:
            body = await answer.json()
    assert len(body["data"]) == 2
    assert body["metadata"] == {"page": 1, "limit": 2, "total": 3}
    assert {"id", "slug", "name", "subject", "topic"} <= set(body["data"][0])


async def test_sigterm_drains_with_exit_code_0_and_a_close_code_that_asks_to_reconnect(
    own_server: RunningServer,
) -> None:
    headers = {"Authorization": f"Bearer {own_server.api_key}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.ws_connect(f"{own_server.url}/v1/realtime?model={COMPANION}") as socket:
            await socket.receive_json(timeout=60)
            stopping = asyncio.create_task(asyncio.to_thread(own_server.stop))
            async with asyncio.timeout(60):
                async for _ in socket:
                    pass
            assert socket.close_code in (1001, 1012)
            assert await stopping == 0


async def test_a_client_secret_opens_a_call_with_its_own_companion_and_no_other(
    server: RunningServer,
) -> None:
    async def dial(token: str, **parameters: str) -> Any:
        start = {"streamSid": "MZ1", "callSid": "CA1", "customParameters": {"token": token, **parameters}}
        async with aiohttp.ClientSession() as http, http.ws_connect(f"{server.url}/phone/media") as socket:
            await socket.send_json({"event": "start", "streamSid": "MZ1", "start": start})
            answer = await socket.receive(timeout=60)
            return answer.json()["event"] if answer.type is aiohttp.WSMsgType.TEXT else str(answer.extra)

    secrets = client(server).realtime.client_secrets
    secret = await secrets.create(session={"type": "realtime", "model": COMPANION})
    assert COMPANION in await dial(secret.value, companion="nora-seasons")
    assert await dial(secret.value) == "media"
    assert "already used" in await dial(secret.value)
