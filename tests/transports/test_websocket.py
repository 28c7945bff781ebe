"""The Realtime door on a real port: the official SDK, upgrades that are refused, hostile clients, resuming."""

import asyncio
import base64
import json
from typing import Any

import aiohttp
import numpy as np
import pytest
import soxr
from openai import AsyncOpenAI

from tests.null_engines import NullEars, NullMind
from tests.speech import read_wav
from tests.transports.server import KEY, Server, serving, until
from tests.transports.strict import check
from tutor.transports.outbox import Outbox

LONG = "One two three four five six seven eight nine ten. " * 8
AUTH = {"Authorization": f"Bearer {KEY}"}

UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


def sdk(server: Server) -> AsyncOpenAI:
    return AsyncOpenAI(api_key=KEY, base_url=f"{server.http}/v1")


def frames(name: str, silence: float) -> list[str]:
    """A recording and the quiet after it, in base64 frames of 20 ms at 24 kHz."""
    sound = np.concatenate([read_wav(name), np.zeros(int(16_000 * silence), np.int16)])
    wide = soxr.resample(sound, 16_000, 24_000).astype("<i2")
    return [base64.b64encode(wide[at : at + 480].tobytes()).decode() for at in range(0, len(wide), 480)]


async def receive(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next event of this type; those before it are checked and skipped."""
    async with asyncio.timeout(60):
        while True:
            event: dict[str, Any] = json.loads(await socket.receive_str())
            if not event["type"].startswith("viva."):
                check(event)
            if event["type"] == kind:
                return event


async def test_the_official_sdk_holds_a_whole_voice_conversation() -> None:
    async with serving(ears=NullEars("go forward ten meters")) as server, sdk(server) as client:
        async with client.realtime.connect(model="test") as connection:
            await connection.session.update(session={"type": "realtime", "instructions": "Be brief."})

            async def speak() -> None:
                for frame in frames("goforward", 3):
                    await connection.input_audio_buffer.append(audio=frame)
                    await asyncio.sleep(0.02)

            speaking = asyncio.create_task(speak())
            kinds, heard, said, sound = [], "", "", b""
            async with asyncio.timeout(60):
                async for event in connection:
                    check(event.to_dict(mode="json"))
                    kinds.append(event.type)
                    if event.type == "conversation.item.input_audio_transcription.completed":
                        heard = event.transcript
                    elif event.type == "response.output_audio_transcript.delta":
                        said += event.delta
                    elif event.type == "response.output_audio.delta":
                        sound += base64.b64decode(event.delta)
                    elif event.type == "response.done":
                        break
            speaking.cancel()
    assert kinds[:2] == ["session.created", "session.updated"]
    assert heard == "go forward ten meters"
    assert said.strip() == NullMind().answer
    assert len(sound) == len(said.split()) * 24_000 // 4 * 2


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("model=test", {}, 401),
        ("model=test", {"Authorization": "Bearer wrong"}, 401),
        ("model=nobody", AUTH, 404),
        ("model=test&session_id=sess_unknown", AUTH, 404),
        ("", AUTH, 400),
        ("model=test", AUTH | {"Origin": "https://evil.example"}, 403),
        ("model=test", {"Sec-WebSocket-Protocol": f"openai-insecure-api-key.{KEY}"}, 400),
    ],
)
async def test_a_refused_client_is_told_before_the_upgrade(
    query: str, headers: dict[str, str], status: int
) -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        async with http.get(f"{server.http}/v1/realtime?{query}", headers=UPGRADE | headers) as answer:
            body = await answer.json()
    assert answer.status == status
    assert body["error"]["message"] and body["error"]["code"]


async def test_a_full_server_says_when_to_come_again() -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        server.live.full = True
        async with http.get(f"{server.http}/v1/realtime?model=test", headers=UPGRADE | AUTH) as answer:
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) > 0


async def test_a_request_that_is_no_websocket_is_told_so_and_opens_no_session() -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        async with http.get(f"{server.http}/v1/realtime?model=test", headers=AUTH) as answer:
            assert answer.status == 400
            assert "WebSocket" in (await answer.json())["error"]["message"]
        assert not server.live.sessions


async def test_a_browser_brings_its_key_among_the_subprotocols() -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        offered = ("realtime", f"openai-insecure-api-key.{KEY}", "openai-beta.realtime-v1")
        origin = server.http
        async with http.ws_connect(
            f"{server.ws}/v1/realtime?model=test", protocols=offered, origin=origin
        ) as socket:
            assert socket.protocol == "realtime"
            await receive(socket, "session.created")


async def test_a_viva_client_is_greeted_and_a_strict_one_only_if_it_asks() -> None:
    async with serving() as server, aiohttp.ClientSession(headers=AUTH) as http:
        for query in ("viva=1", "greeting=1"):
            async with http.ws_connect(f"{server.ws}/v1/realtime?model=test&{query}") as socket:
                done = await receive(socket, "response.done")
                assert "greeting" in done["response"]["output"][0]["content"][0]["transcript"]
        async with http.ws_connect(f"{server.ws}/v1/realtime?model=test") as socket:
            await receive(socket, "session.created")
            with pytest.raises(TimeoutError):
                await socket.receive(timeout=0.3)


async def test_a_lost_client_resumes_its_session_and_sees_the_items() -> None:
    async with serving() as server, aiohttp.ClientSession(headers=AUTH) as http:
        url = f"{server.ws}/v1/realtime?model=test&viva=1&greeting=0"
        item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]}
        async with http.ws_connect(url) as socket:
            created = await receive(socket, "session.created")
            await socket.send_json({"type": "conversation.item.create", "item": item | {"id": "mine"}})
            await receive(socket, "conversation.item.done")
        session_id = created["session"]["id"]
        async with http.ws_connect(f"{url}&session_id={session_id}") as socket:
            assert (await receive(socket, "session.created"))["session"]["id"] == session_id
            resumed = await receive(socket, "viva.session.resumed")
            assert [one["id"] for one in resumed["items"]] == ["mine"] and resumed["teachers"] == []


async def test_the_stock_sdk_resumes_by_itself_after_a_restart_close_code() -> None:
    async with serving() as server, sdk(server) as client:
        session_ids: list[str] = []

        def resume(_event: Any) -> Any:
            return {"extra_query": {"session_id": session_ids[-1]}}

        async with client.realtime.connect(
            model="test", on_reconnecting=resume, initial_delay=0.01
        ) as connection:
            async with asyncio.timeout(60):
                async for event in connection:
                    if event.type == "session.created":
                        session_ids.append(event.session.id)  # type: ignore[union-attr]
                        if len(session_ids) == 2:
                            break
                        door = server.session._door
                        door.leave(1012, "restarting")  # type: ignore[union-attr]
    assert session_ids[0] == session_ids[1]
    assert len(server.live.sessions) == 1


async def test_a_second_client_takes_the_session_over_and_the_first_is_told() -> None:
    async with serving() as server, aiohttp.ClientSession(headers=AUTH) as http:
        url = f"{server.ws}/v1/realtime?model=test"
        async with http.ws_connect(url) as first:
            session_id = (await receive(first, "session.created"))["session"]["id"]
            async with http.ws_connect(f"{url}&session_id={session_id}") as second:
                await receive(second, "session.created")
                assert (await first.receive(timeout=60)).type is aiohttp.WSMsgType.CLOSE
                assert first.close_code == 4001
                await second.send_json({"type": "session.update", "session": {}})
                await receive(second, "session.updated")
        assert len(server.live.sessions) == 1


async def test_a_huge_frame_closes_with_1009_and_others_go_on() -> None:
    async with serving() as server, aiohttp.ClientSession(headers=AUTH) as http:
        url = f"{server.ws}/v1/realtime?model=test"
        async with http.ws_connect(url) as good, http.ws_connect(url) as bad:
            await receive(bad, "session.created")
            await bad.send_str("x" * (3 * 1024 * 1024))
            async with asyncio.timeout(60):
                while (message := await bad.receive()).type is aiohttp.WSMsgType.TEXT:
                    pass
            assert bad.close_code == 1009 or message.type in (
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.ERROR,
            )
            await good.send_json({"type": "session.update", "session": {}})
            await receive(good, "session.updated")


async def test_a_session_that_ends_closes_the_socket_and_says_why() -> None:
    async with serving() as server, aiohttp.ClientSession(headers=AUTH) as http:
        async with http.ws_connect(f"{server.ws}/v1/realtime?model=test&viva=1&greeting=0") as socket:
            await receive(socket, "session.created")
            await socket.send_json({"type": "viva.session.end"})
            assert (await receive(socket, "viva.session.ended"))["reason"] == "closed"
            assert (await socket.receive(timeout=60)).type is aiohttp.WSMsgType.CLOSE
            assert socket.close_code == 1000


async def test_a_draining_server_closes_with_a_code_that_sdks_reconnect_on() -> None:
    async with serving() as server, aiohttp.ClientSession(headers=AUTH) as http:
        async with http.ws_connect(f"{server.ws}/v1/realtime?model=test") as socket:
            await receive(socket, "session.created")
            server.session.end("draining")
            assert (await socket.receive(timeout=60)).type is aiohttp.WSMsgType.CLOSE
            assert socket.close_code == 1012


async def test_a_client_that_does_not_read_is_let_go_with_bounded_memory() -> None:
    outboxes: list[Outbox] = []

    def small() -> Outbox:
        outboxes.append(Outbox(most_bytes=200_000))
        return outboxes[-1]

    async with serving(new_outbox=small) as server:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", int(server.http.rsplit(":", 1)[1]), limit=1024
        )
        writer.write(_upgrade())
        await reader.readuntil(b"\r\n\r\n")
        await until(lambda: bool(server.live.sessions) and server.session.attached)
        door, session = server.session._door, server.session
        most = 0
        async with asyncio.timeout(60):
            while session.attached:
                for _ in range(50):
                    door.error("x", "y" * 4000)  # type: ignore[attr-defined]
                most = max(most, outboxes[0].waiting_bytes)
                await asyncio.sleep(0)
        assert outboxes[0].overflowed
        assert most <= 200_000
        writer.close()


def _upgrade() -> bytes:
    return (
        "GET /v1/realtime?model=test HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    ).encode()


async def test_a_client_secret_opens_one_session_with_its_settings_and_resumes_it() -> None:
    async with serving() as server, sdk(server) as client:
        secret = await client.realtime.client_secrets.create(
            expires_after={"anchor": "created_at", "seconds": 60},
            session={
                "type": "realtime",
                "model": "test",
                "instructions": "Be odd.",
                "audio": {"output": {"speed": 1.5}},
            },
        )
        assert secret.value.startswith("ek_")
        async with aiohttp.ClientSession() as http:
            headers = {"Authorization": f"Bearer {secret.value}"}
            async with http.ws_connect(f"{server.ws}/v1/realtime", headers=headers) as socket:
                session = (await receive(socket, "session.created"))["session"]
            assert (session["instructions"], session["audio"]["output"]["speed"]) == ("Be odd.", 1.5)
            async with http.get(f"{server.http}/v1/realtime?model=test", headers=UPGRADE | headers) as answer:
                assert answer.status == 401
            again = f"{server.ws}/v1/realtime?session_id={session['id']}"
            async with http.ws_connect(again, headers=headers) as socket:
                resumed = (await receive(socket, "session.created"))["session"]
            assert (resumed["id"], resumed["instructions"]) == (session["id"], "Be odd.")
            async with http.ws_connect(f"{server.ws}/v1/realtime?model=test", headers=AUTH) as other:
                other_id = (await receive(other, "session.created"))["session"]["id"]
            async with http.get(
                f"{server.http}/v1/realtime?session_id={other_id}", headers=UPGRADE | headers
            ) as answer:
                assert answer.status == 404, "a secret resumes its own session only"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"expires_after": {"anchor": "created_at", "seconds": 5}}, "expires_after.seconds"),
        ({"session": {"type": "realtime", "colour": "red"}}, "session.colour"),
        ({"sesion": {}}, "sesion"),
    ],
)
async def test_a_wrong_client_secret_request_names_the_field(body: dict[str, Any], param: str) -> None:
    async with serving() as server, aiohttp.ClientSession(headers=AUTH) as http:
        async with http.post(f"{server.http}/v1/realtime/client_secrets", json=body) as answer:
            assert answer.status == 400
            assert (await answer.json())["error"]["param"] == param


async def test_client_secrets_need_a_token_and_a_secret_makes_no_other() -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        url = f"{server.http}/v1/realtime/client_secrets"
        async with http.post(url) as answer:
            assert answer.status == 401
        async with http.post(url, headers=AUTH) as answer:
            secret = (await answer.json())["value"]
        async with http.post(url, headers={"Authorization": f"Bearer {secret}"}) as answer:
            assert answer.status == 403
        async with http.post(url, headers=AUTH, data="{") as answer:
            assert answer.status == 400
