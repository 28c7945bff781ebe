"""Phone calls in the manner of Twilio Media Streams: marks, clear on barge-in, hanging up at any moment."""

import asyncio
import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import numpy as np
import orjson
import pytest
import soxr

from audio.pcm import encode_ulaw
from tests.conversation.test_tape import Heard
from tests.conversation.virtual_time import run
from tests.null_engines import NullEars, NullMind
from tests.speech import read_wav
from tests.transports.server import KEY, serving, until
from tests.transports.wire_scene import make_session
from tutor.transports.phone_door import PhoneDoor

LONG = "One two three four five six seven eight nine ten. " * 8
SID = "MZ0001"


class Caller:
    """A phone on virtual time: plays what it is sent in order, sends back marks when played or cleared."""

    def __init__(self, **session: Any) -> None:
        self.session = make_session(**{"companion_leads": True} | session)
        self.got: list[tuple[float, dict[str, Any]]] = []
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.cleared = asyncio.Event()
        self.played_bytes = 0
        self.closed: tuple[int, str] | None = None
        self.reports: list[tuple[str, int]] = []

    async def __aenter__(self) -> "Caller":
        loop = asyncio.get_running_loop()
        self.door = PhoneDoor(
            self.session, SID, send=self._take, close=self._close, now=loop.time, call_later=loop.call_later
        )
        played = self.session.played

        def watch(item_id: str, ms: float) -> None:
            self.reports.append((item_id, int(ms)))
            played(item_id, ms)

        self.session.played = watch  # type: ignore[method-assign]
        self.task = asyncio.create_task(self.session.run())
        self.player = asyncio.create_task(self._play())
        await asyncio.sleep(0)
        self.session.attach(self.door)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.session.end("closed")
        await self.task
        self.player.cancel()

    def say(self, message: dict[str, Any]) -> bool:
        return self.door.receive(orjson.dumps(message))

    async def speak(self, sound: np.ndarray[Any, Any]) -> None:
        """16 kHz in, 160 bytes of mu-law every 20 ms."""
        narrow = encode_ulaw(soxr.resample(sound, 16_000, 8_000))
        for number, at in enumerate(range(0, len(narrow) - len(narrow) % 160, 160)):
            payload = base64.b64encode(narrow[at : at + 160]).decode()
            media = {
                "track": "inbound",
                "chunk": str(number),
                "timestamp": str(number * 20),
                "payload": payload,
            }
            self.say({"event": "media", "sequenceNumber": str(number), "streamSid": SID, "media": media})
            await asyncio.sleep(0.02)

    async def quiet(self, seconds: float) -> None:
        await self.speak(np.zeros(int(16_000 * seconds), np.int16))

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [message for _, message in self.got if message["event"] == kind]

    def _take(self, data: bytes) -> None:
        message = orjson.loads(data)
        assert message["streamSid"] == SID
        self.got.append((asyncio.get_running_loop().time(), message))
        if message["event"] == "clear":
            self.cleared.set()
            while not self.queue.empty():
                waiting = self.queue.get_nowait()
                if waiting["event"] == "mark":
                    self.say({"event": "mark", "streamSid": SID, "mark": waiting["mark"]})
        else:
            self.queue.put_nowait(message)

    async def _play(self) -> None:
        while True:
            message = await self.queue.get()
            if message["event"] == "mark":
                self.say({"event": "mark", "streamSid": SID, "mark": message["mark"]})
                continue
            sound = base64.b64decode(message["media"]["payload"])
            self.cleared.clear()
            try:
                async with asyncio.timeout(len(sound) / 8000):
                    await self.cleared.wait()
            except TimeoutError:
                self.played_bytes += len(sound)

    def _close(self, code: int, reason: str) -> None:
        if self.closed is None:
            self.closed = code, reason


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


# --- over a real socket -----------------------------------------------------------------------------------


def start(**parameters: str) -> dict[str, Any]:
    body = {
        "accountSid": "AC1", "callSid": "CA1", "streamSid": SID, "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": parameters,
    }  # fmt: skip
    return {"event": "start", "sequenceNumber": "1", "streamSid": SID, "start": body}


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


# --- every call that goes wrong ---------------------------------------------------------------------------


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
