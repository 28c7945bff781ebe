"""A real server that the tests of a module share, and people who ask it: `await ask("lena", "GET", "/companions")`."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import aiohttp
import pytest

from lms_core.people import Role, TokenKind
from storage.accounts import AccountStore
from storage.database import Database
from tests.e2e.conftest import RunningServer
from tests.tutor.conftest import NULL_ENGINES


class Answer(NamedTuple):
    status: int
    body: Any
    headers: Any

    @property
    def data(self) -> Any:
        return self.body["data"]


class Asking:
    """The admin is there from the start; `add` makes others."""

    def __init__(self, server: RunningServer, database: Database) -> None:
        self.server, self.database = server, database
        self.keys = {"admin": server.api_key}
        self.ids: dict[str, str] = {}

    async def add(self, name: str, role: Role = Role.LEARNER) -> str:
        """Returns the id; the name is then who asks."""
        accounts = AccountStore(self.database)
        person = await accounts.add_person(name, role)
        self.keys[name], _ = await accounts.issue(person.id, TokenKind.API_KEY)
        self.ids[name] = person.id
        return person.id

    async def __call__(self, who: str, method: str, path: str, json: Any = None, **headers: str) -> Answer:
        """`If_Match="..."` is the header If-Match."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer {self.keys[who]}"
        async with aiohttp.ClientSession(headers=sent) as http:
            async with http.request(method, f"{self.server.url}/api/v1{path}", json=json) as answer:
                body = (
                    await answer.json() if answer.content_type == "application/json" else await answer.read()
                )
                return Answer(answer.status, body, answer.headers)


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path_factory.mktemp("shared") / "data", *NULL_ENGINES)
    yield running
    running.stop()


@pytest.fixture
async def ask(shared_server: RunningServer) -> AsyncIterator[Asking]:
    database = Database(f"sqlite:///{shared_server.data_dir / 'viva.db'}")
    yield Asking(shared_server, database)
    await database.aclose()
