"""Phone calls over a real socket, and every one that goes wrong."""

import asyncio
import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
import pytest
import soxr

from audio.pcm import encode_ulaw
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars
from tests.speech import read_wav
from tests.transports.phone_caller import SID, Caller, start
from tests.transports.server import KEY, serving, until

# --- over a real socket --------------------------------------------------------------------------------------
CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}


async def test_a_call_over_a_real_socket_is_greeted_and_hung_up() -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        async with http.ws_connect(f"{server.ws}/phone/media") as socket:
            await socket.send_json(CONNECTED)
            await socket.send_json(start(companion="test", token=KEY))
            async with asyncio.timeout(60):
                kinds = set()
                while kinds != {"media", "mark"}:
                    kinds.add((await socket.receive_json())["event"])
            assert server.session.attached
            await socket.send_json({"event": "stop", "streamSid": SID, "stop": {"callSid": "CA1"}})
            async with asyncio.timeout(60):
                while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                    pass
            assert socket.close_code == 1000
        await until(lambda: not server.session.attached)


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([CONNECTED, start(companion="test", token="wrong")], "token"),
        ([CONNECTED, start(companion="test")], "token"),
        ([start(companion="nobody", token=KEY)], "companion"),
        ([start(token=KEY)], "companion"),
        ([CONNECTED] * 20, "Twilio"),
        ([{"event": "start", "start": 5}], "start"),
        (
            [
                start(companion="test", token=KEY)
                | {"start": {"streamSid": SID, "mediaFormat": {"encoding": "mp3"}}}
            ],
            "mulaw",
        ),
        (["{"], "JSON"),
    ],
)
async def test_a_caller_who_may_not_talk_is_closed_with_the_reason(messages: list[Any], reason: str) -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        async with http.ws_connect(f"{server.ws}/phone/media") as socket:
            for message in messages:
                await socket.send_str(message if isinstance(message, str) else orjson.dumps(message).decode())
            answer = await socket.receive(timeout=60)
            assert answer.type is aiohttp.WSMsgType.CLOSE
            assert socket.close_code == 1008
            assert reason in str(answer.extra)
        assert not server.live.sessions


async def test_a_full_server_tells_a_caller_to_try_again() -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        server.live.full = True
        async with http.ws_connect(f"{server.ws}/phone/media") as socket:
            await socket.send_json(start(companion="test", token=KEY))
            await socket.receive(timeout=60)
            assert socket.close_code == 1013


async def test_a_connection_that_never_starts_is_closed_in_time() -> None:
    async with serving(start_seconds=0.1) as server, aiohttp.ClientSession() as http:
        async with http.ws_connect(f"{server.ws}/phone/media") as socket:
            await socket.receive(timeout=60)
            assert socket.close_code == 1008


async def test_a_line_that_drops_without_a_word_leaves_the_session_waiting_and_resumable() -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        async with http.ws_connect(f"{server.ws}/phone/media") as socket:
            await socket.send_json(start(companion="test", token=KEY))
            await socket.receive(timeout=60)
            socket._response.connection.transport.abort()  # type: ignore[union-attr]
        await until(lambda: not server.session.attached)
        async with http.ws_connect(f"{server.ws}/phone/media") as socket:
            await socket.send_json(start(session_id=server.session.id, token=KEY))
            assert (await socket.receive(timeout=60)).type is aiohttp.WSMsgType.TEXT
        assert len(server.live.sessions) == 1


# --- every call that goes wrong ------------------------------------------------------------------------------
def media(number: int = 1, sid: str = SID, payload: bytes = b"\xff" * 160) -> dict[str, Any]:
    sound = {
        "track": "inbound",
        "chunk": str(number),
        "timestamp": "0",
        "payload": base64.b64encode(payload).decode(),
    }
    return {"event": "media", "sequenceNumber": str(number), "streamSid": sid, "media": sound}


STOP = {"event": "stop", "streamSid": SID, "stop": {"callSid": "CA1"}}
MARK = {"event": "mark", "streamSid": SID, "mark": {"name": "m1"}}
CALL = [CONNECTED, start(companion="test", token=KEY), media(1), media(2), MARK, media(3), STOP]


@pytest.mark.parametrize("aborts", [False, True], ids=["closes", "drops"])
async def test_hanging_up_between_any_two_messages_leaves_nothing_behind(aborts: bool) -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        for length in range(len(CALL) + 1):
            socket = await http.ws_connect(f"{server.ws}/phone/media")
            for message in CALL[:length]:
                await socket.send_json(message)
            if aborts:
                socket._response.connection.transport.abort()  # type: ignore[union-attr]
            await socket.close()
        await until(lambda: len(server.live.sessions) >= len(CALL) - 2)
        await until(lambda: not any(session.attached for session in server.live.sessions.values()))
        assert all(session.ended is None for session in server.live.sessions.values()), "all can be resumed"


@pytest.mark.parametrize(
    "message",
    [start(companion="test", token=KEY), media(sid="MZ9999"), MARK | {"streamSid": "MZ9999"}],
    ids=["a second start", "media of another stream", "a mark of another stream"],
)
def test_what_belongs_to_no_call_is_not_heard_and_too_much_of_it_ends_the_call(
    message: dict[str, Any],
) -> None:
    async def call() -> Caller:
        async with Caller() as caller:
            heard = caller.session._listening._audio_at
            await asyncio.sleep(1)
            for _ in range(5):
                assert caller.say(message)
            assert caller.session._listening._audio_at == heard and caller.closed is None
            for _ in range(50):
                caller.say(message)
        return caller

    closed = run(call()).closed
    assert closed is not None and closed[0] == 1008


def test_sound_is_heard_as_it_comes_whatever_its_numbers_say() -> None:
    async def call() -> Caller:
        async with Caller(ears=NullEars("ten of clubs")) as caller:
            await caller.quiet(3)
            narrow = encode_ulaw(soxr.resample(read_wav("cards_001"), 16_000, 8_000))
            for number, at in enumerate(range(0, len(narrow), 160)):
                caller.say(media(1000 - number, payload=narrow[at : at + 160]))
                await asyncio.sleep(0.02)
            await caller.quiet(2)
        return caller

    assert "ten of clubs" in [item.text for item in run(call()).session.history.items]


async def test_media_before_start_is_not_heard_and_the_call_begins_all_the_same() -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        async with http.ws_connect(f"{server.ws}/phone/media") as socket:
            for message in (CONNECTED, media(1), media(2), MARK, start(companion="test", token=KEY)):
                await socket.send_json(message)
            assert (await socket.receive_json(timeout=60))["event"] == "media"
        assert server.session.history.last_id is not None


@pytest.mark.parametrize(
    ("sent", "code"), [(b"\x00" * 300_000, 1009), (b"\x00\x01", 1008)], ids=["oversized", "binary"]
)
async def test_frames_that_are_no_messages_end_the_call_before_it_begins(sent: bytes, code: int) -> None:
    async with serving() as server, aiohttp.ClientSession() as http:
        async with http.ws_connect(f"{server.ws}/phone/media") as socket:
            await socket.send_bytes(sent)
            assert (await socket.receive(timeout=60)).type is aiohttp.WSMsgType.CLOSE
            assert socket.close_code == code


async def dial(server: Any, **parameters: str) -> tuple[str, int | None]:
    """The first event, or why there was none, and the code."""
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{server.ws}/phone/media") as socket:
        await socket.send_json(start(**parameters))
        answer = await socket.receive(timeout=60)
        if answer.type is aiohttp.WSMsgType.TEXT:
            return str(answer.json()["event"]), None
        return str(answer.extra), socket.close_code


async def test_a_client_secret_opens_one_call_with_its_companion_and_settings() -> None:
    async with serving() as server:
        config = {"model": "test", "instructions": "Be odd.", "audio": {"output": {"speed": 1.5}}}
        secret, _ = await server.accounts.issue_secret("pers_1", lasts=timedelta(minutes=1), config=config)
        assert await dial(server, token=secret) == ("media", None)
        assert (server.session.config.instructions, server.session.config.speed) == ("Be odd.", 1.5)
        reason, code = await dial(server, token=secret)
        assert (code, "already used" in reason) == (1008, True)
        assert await dial(server, token=secret, session_id=server.session.id) == ("media", None)
        assert len(server.live.sessions) == 1


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"tools": [{"type": "function", "name": "f"}]}, "tools"),
        ({"output_modalities": ["text"]}, "text"),
        ({"audio": {"input": {"turn_detection": None}}}, "turn detection"),
    ],
)
async def test_a_client_secret_that_no_phone_can_live_with_is_refused_unspent(
    config: dict[str, Any], word: str
) -> None:
    async with serving() as server:
        secret, _ = await server.accounts.issue_secret("pers_1", lasts=timedelta(minutes=1), config=config)
        for _ in range(2):
            reason, code = await dial(server, token=secret, companion="test")
            assert (code, word in reason) == (1008, True)
        assert not server.live.sessions


async def test_a_token_is_in_no_log_and_no_reason(capsys: pytest.CaptureFixture[str]) -> None:
    secret = "ek_this_must_stay_secret"
    async with serving() as server:
        server.accounts.tokens[secret] = replace(server.accounts.tokens[KEY], digest=secret)
        said = [
            await dial(server, token=secret, companion="test"),
            await dial(server, token=secret, companion="nobody"),
            await dial(server, token=secret),
            await dial(server, token=f"{secret}_wrong", companion="test"),
        ]
    assert [code for _, code in said] == [None, 1008, 1008, 1008]
    out, err = capsys.readouterr()
    assert "phone.call_begins" in out + err
    assert secret not in f"{out}{err}{said}"
