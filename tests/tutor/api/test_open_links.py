"""Who signs out, is shut out or loses a role is cut off at once, also where they are connected already."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from lms_core.people import Permission, Role, TokenKind
from storage.accounts import AccountStore, digest_of
from storage.database import Database
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.api.asking import shared_server as shared_server
from tutor.open_links import OpenLinks

_TALK = "/v1/realtime?model=ada-fractions&viva=1&greeting=0"


@contextlib.asynccontextmanager
async def connected(ask: Asking, who: str) -> AsyncIterator[aiohttp.ClientSession]:
    head = {"Authorization": f"Bearer {ask.keys[who]}"}
    async with aiohttp.ClientSession(ask.server.url, headers=head) as http, asyncio.timeout(60):
        yield http


async def until(socket: aiohttp.ClientWebSocketResponse, kind: str, **fields: Any) -> dict[str, Any]:
    while True:
        event: dict[str, Any] = await socket.receive_json()
        if event["type"] == kind and fields.items() <= event.items():
            return event


async def closed(socket: aiohttp.ClientWebSocketResponse) -> int:
    """The code that the server sent; `close_code` is 1006 where our answer to it came too late."""
    while (message := await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
        assert message.type is aiohttp.WSMsgType.TEXT, message
    return int(message.data)


@contextlib.asynccontextmanager
async def followed(
    ask: Asking, learner: str, admin: str
) -> AsyncIterator[tuple[aiohttp.ClientWebSocketResponse, aiohttp.ClientWebSocketResponse]]:
    """A talk, and who follows it until they are cut off."""
    for name, role in ((learner, Role.LEARNER), (admin, Role.ADMIN)):
        await ask.add(name, role)
    async with connected(ask, learner) as talking, connected(ask, admin) as watching:
        talk = await talking.ws_connect(_TALK)
        session_id = (await until(talk, "session.created"))["session"]["id"]
        follows = await watching.ws_connect(f"/v1/supervise/{session_id}")
        yield talk, follows
        assert await closed(follows) == 1008
        await until(talk, "viva.supervised", mode="nobody")
        await talk.close()


async def test_an_admin_who_is_made_a_teacher_follows_no_longer(ask: Asking) -> None:
    """The same rows for a teacher who becomes a learner: what counts is what they may now."""
    async with followed(ask, "lena", "ada") as (talk, follows):
        ada = f"/admin/users/{ask.ids['ada']}"
        await until(talk, "viva.supervised", mode="listening")
        assert (await ask("admin", "PATCH", ada, {"name": "Ada L."}, If_Match="*")).status == 200
        await follows.send_json({"type": "whisper", "text": "ask about halves"})  # they may still
        assert (await ask("admin", "PATCH", ada, {"role": "learner"}, If_Match="*")).status == 200


async def test_who_is_shut_out_follows_no_longer(ask: Asking) -> None:
    async with followed(ask, "leo", "amy") as (talk, follows):
        await follows.send_json({"type": "take_over"})
        await until(talk, "viva.supervised", mode="speaking")
        await ask("admin", "PATCH", f"/admin/users/{ask.ids['amy']}", {"active": False}, If_Match="*")


async def test_a_revoked_key_talks_and_watches_no_longer_and_another_goes_on(ask: Asking) -> None:
    await ask.add("mia")
    ask.keys["mia's tablet"] = (await ask("mia", "POST", "/me/api-keys", {"name": "tablet"})).data["value"]
    async with connected(ask, "mia's tablet") as tablet, connected(ask, "mia") as phone:
        talk = await tablet.ws_connect(_TALK)
        await until(talk, "session.created")
        ending, staying = await tablet.get("/api/v1/events"), await phone.get("/api/v1/events")
        assert (ending.status, staying.status) == (200, 200)
        for stream in (ending, staying):
            await stream.content.readuntil(b"event: ready")
        key = digest_of(ask.keys["mia's tablet"])
        assert (await ask("mia", "DELETE", f"/me/api-keys/{key}")).status == 204
        assert await closed(talk) == 1008
        with contextlib.suppress(aiohttp.ClientError):
            await ending.content.read()  # to its end
        await ask("admin", "PUT", f"/admin/users/{ask.ids['mia']}/plan", {"plan": "pro"})
        await staying.content.readuntil(b"event: plan.changed")
        staying.close()


async def test_what_another_process_ends_is_cut_with_the_next_look(tmp_path: Any) -> None:
    database = Database(f"sqlite:///{tmp_path / 'viva.db'}")
    await database.migrate()
    accounts = AccountStore(database)
    lena = await accounts.add_person("Lena", Role.LEARNER)
    links, cut = OpenLinks(accounts), []
    with contextlib.ExitStack() as held:
        values = [(await accounts.issue(lena.id, TokenKind.API_KEY))[0] for _ in range(2)]
        for value in values:
            who = await accounts.authenticate(value, TokenKind.API_KEY)
            held.enter_context(links.held(who, Permission.LEARN, lambda one=value: cut.append(one)))
        await links.look()
        assert cut == []
        await accounts.revoke_token(lena.id, digest_of(values[0]))
        await links.look({"pers_another"})
        assert cut == []
        await links.look()
        assert cut == [values[0]]
    await links.look()
    assert cut == [values[0]]
    await database.aclose()
