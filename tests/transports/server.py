"""A real server on a real port: the doors, real sessions with null engines, and in-memory accounts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from audio.silero import SileroBatch
from lms_core.errors import NotAuthenticated, NotFound, TooBusy
from lms_core.people import Principal, Role, TokenKind
from tests.conversation.scene import Counter, MemoryJournal
from tests.null_engines import NullEars, NullMind, NullMouth
from tests.transports.wire_scene import COMPANION
from tutor.conversation.ports import Engines
from tutor.conversation.session import Session
from tutor.conversation.session_config import SessionConfig
from tutor.transports import routes
from tutor.transports.outbox import Outbox

KEY = "viva_test_key"
TEACHER_KEY = "viva_teacher_key"
_KEY_PROTOCOL = "openai-insecure-api-key."


class Accounts:
    """Keeps the ports' promises in memory."""

    def __init__(self) -> None:
        self.tokens = {
            KEY: Principal("pers_1", Role.LEARNER, TokenKind.API_KEY),
            TEACHER_KEY: Principal("pers_2", Role.TEACHER, TokenKind.API_KEY),
        }

    async def request(self, request: web.Request) -> Principal:
        header = request.headers.get("Authorization", "")
        if header.startswith("Bearer "):
            return await self.token(header.removeprefix("Bearer "))
        for name in request.headers.get("Sec-WebSocket-Protocol", "").split(","):
            if name.strip().startswith(_KEY_PROTOCOL):
                return await self.token(name.strip().removeprefix(_KEY_PROTOCOL))
        raise NotAuthenticated("Send 'Authorization: Bearer <token>'.")

    async def token(self, value: str) -> Principal:
        if value not in self.tokens:
            raise NotAuthenticated("The token is unknown, expired or already used.")
        return self.tokens[value]

    async def issue_secret(
        self, person_id: str, *, lasts: timedelta, config: dict[str, Any]
    ) -> tuple[str, datetime]:
        value = f"ek_{len(self.tokens)}"
        self.tokens[value] = Principal(person_id, Role.LEARNER, TokenKind.CLIENT_SECRET, value, config)
        return value, datetime.now(UTC) + lasts

    def spend(self, secret: Principal, session_id: str) -> None:
        if secret.session_id is not None:
            raise NotAuthenticated("This client secret was already used.")
        self.tokens[secret.digest] = replace(secret, session_id=session_id)


class Live:
    """Sessions that run; `full` makes it refuse."""

    def __init__(self, accounts: Accounts, silero: SileroBatch, ears: Any, mind: Any) -> None:
        self._accounts, self._engines = accounts, Engines(ears, mind, NullMouth(), silero)
        self.sessions: dict[str, Session] = {}
        self.tasks: list[asyncio.Task[None]] = []
        self.full = False

    async def open(
        self, companion_ref: str, principal: Principal, /, *, resume_id: str | None = None, door_kind: str
    ) -> Session:
        if self.full:
            raise TooBusy("All sessions are taken; try again later.")
        if resume_id is not None:
            own = principal.kind is not TokenKind.CLIENT_SECRET or principal.session_id == resume_id
            if resume_id not in self.sessions or not own:
                raise NotFound(f"There is no session '{resume_id}'.")
            return self.sessions[resume_id]
        if companion_ref not in (COMPANION.id, COMPANION.slug):
            raise NotFound(f"There is no companion '{companion_ref}'.")
        loop = asyncio.get_running_loop()
        session_id = f"sess_{len(self.sessions) + 1}"
        if principal.kind is TokenKind.CLIENT_SECRET:
            self._accounts.spend(principal, session_id)
        session = Session(
            id=session_id, companion=COMPANION, lesson=None, engines=self._engines, journal=MemoryJournal(), observer=Counter(),
            config=SessionConfig(), now=loop.time, grace_seconds=30,
        )  # fmt: skip
        self.sessions[session.id] = session
        self.tasks.append(asyncio.create_task(session.run()))
        await asyncio.sleep(0)
        return session


@dataclass(frozen=True)
class Followed:
    session: Session
    learner_name: str = "Lena"
    teacher_name: str = "Mr Okafor"


class Supervising:
    """Whoever is no learner may follow."""

    def __init__(self, live: Live) -> None:
        self._live = live

    async def begin(self, viewer: Principal, session_id: str) -> Followed:
        if viewer.role is Role.LEARNER or session_id not in self._live.sessions:
            raise NotFound(f"There is no talk '{session_id}'.")
        return Followed(self._live.sessions[session_id])

    async def took_over(self, viewer: Principal, session_id: str) -> None: ...


class Server:
    def __init__(self, port: int, live: Live, accounts: Accounts) -> None:
        self.live, self.accounts = live, accounts
        self.http = f"http://127.0.0.1:{port}"
        self.ws = f"ws://127.0.0.1:{port}"

    @property
    def session(self) -> Session:
        return list(self.live.sessions.values())[-1]


async def until(true: Callable[[], bool]) -> None:
    """Wait for a change that nobody announces, such as a detached door."""
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(
    *,
    ears: Any = None,
    mind: Any = None,
    new_outbox: Callable[[], Outbox] = Outbox,
    start_seconds: float = 10.0,
) -> AsyncIterator[Server]:
    silero = SileroBatch()
    accounts = Accounts()
    live = Live(accounts, silero, ears or NullEars(), mind or NullMind())
    app = web.Application()
    app.add_routes(
        routes(
            live,
            Supervising(live),
            accounts.request,
            accounts.token,
            accounts,
            lambda *_: nullcontext(),
            new_outbox=new_outbox,
            start_seconds=start_seconds,
        )
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield Server(runner.addresses[0][1], live, accounts)
    finally:
        for session in live.sessions.values():
            session.end("closed")
        await asyncio.gather(*live.tasks)
        await runner.cleanup()
        await silero.aclose()
