"""The whole server's web part in this process, on a fresh SQLite file, with people to ask as."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from lms_core.people import Person, Role, TokenKind
from tests.postgres import sqlite_template as sqlite_template
from tests.tutor.conftest import NULL_ENGINES
from tutor.app import Server
from tutor.app.web import web_app
from tutor.engines import choose
from tutor.settings import Settings

PASSWORD = "four words make one"
_PARTS = dict(flag.removeprefix("--").split("=") for flag in NULL_ENGINES)


class House:
    """`people` have the addresses <role>@example.org, PASSWORD, and an API key each."""

    def __init__(self, server: Server, http: TestClient[Any, Any]) -> None:
        self.server, self.http = server, http
        self.people: dict[Role, Person] = {}
        self.keys: dict[Role, str] = {}

    async def settle(self) -> None:
        hashed = await self.server.passwords.hash(PASSWORD)
        for role in Role:
            person = await self.server.stores.accounts.add_person(f"The {role}", role, f"{role}@example.org")
            await self.server.stores.sign_ins.change_password(person.id, hashed, keep=None)
            self.people[role] = person
            self.keys[role], _ = await self.server.stores.accounts.issue(
                person.id, TokenKind.API_KEY, name="test"
            )

    async def ask(
        self, method: str, path: str, body: Any = None, *, by: Role | str | None = None, **headers: str
    ) -> tuple[int, Any]:
        """Status and answer; `by` a role, or a token."""
        if by is not None:
            headers["Authorization"] = f"Bearer {self.keys[by] if isinstance(by, Role) else by}"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.request(method, f"/api/v1{path}", json=body, headers=names) as answer:
            return answer.status, await answer.json() if answer.content_type == "application/json" else None

    async def log_in(self, who: Role | str, password: str = PASSWORD) -> dict[str, Any]:
        """The answer's data; its tokens are under `tokens`."""
        email = f"{who}@example.org" if isinstance(who, Role) else who
        status, answer = await self.ask("POST", "/auth/login", {"email": email, "password": password})
        assert status == 200, answer
        return dict(answer["data"])


@asynccontextmanager
async def open_house(data_dir: Path, template: Path, **settings: Any) -> AsyncIterator[House]:
    shutil.copy(template, data_dir / "viva.db")
    chosen = Settings(data_dir=data_dir, **_PARTS, **settings)
    server = Server(chosen, await choose(chosen))
    async with TestClient(TestServer(web_app(server))) as http:
        house = House(server, http)
        await house.settle()
        answering = asyncio.create_task(server.resets.run())
        yield house
        answering.cancel()
    server.passwords.close()
    await server.database.aclose()


@pytest.fixture
async def house(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, sqlite_template) as house:
        yield house
