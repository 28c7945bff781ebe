"""The framework under a real aiohttp server, with routes made for the test."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, Field
from sqlalchemy import insert

from lms_core.errors import InvalidInput, NotAuthenticated
from lms_core.people import Permission, Principal, Role, TokenKind
from storage.answered import AnsweredStore
from storage.database import Database
from storage.tables import people
from tutor.api.documentation import openapi, pages
from tutor.api.errors import errors
from tutor.api.routing import Call, Model, Page, Paging, Route, bind
from tutor.clients import Clients


class NoteIn(Model):
    text: str = Field(max_length=20)


class NoteOut(BaseModel):
    id: str
    text: str


slow = asyncio.Event()


def notes() -> list[Route]:
    """A resource of one note, as another resource would declare it."""
    kept = {"1": "hello"}
    learn, everything = Permission.LEARN, Permission.SEE_ALL_SESSIONS

    async def listed(call: Call[Paging, None]) -> Page:
        return Page([NoteOut(id=key, text=text) for key, text in kept.items()], len(kept))

    async def one(call: Call[None, None]) -> NoteOut:
        return NoteOut(id=call.path["id"], text=kept[call.path["id"]])

    async def edit(call: Call[None, NoteIn]) -> NoteOut:
        call.must_match(await one(call))  # type: ignore[arg-type]
        kept[call.path["id"]] = call.body.text
        return NoteOut(id=call.path["id"], text=call.body.text)

    async def remove(call: Call[None, None]) -> None:
        kept.clear()

    async def add(call: Call[None, NoteIn]) -> NoteOut:
        if call.body.text == "refused":
            raise InvalidInput("Not this one.")
        if call.body.text == "slow":
            await slow.wait()
        number = str(len(kept) + 1)
        kept[number] = call.body.text
        return NoteOut(id=number, text=call.body.text)

    return [
        Route(method="POST", path="/notes", summary="Add", permission=learn, handle=add, body=NoteIn, answers=NoteOut,
              status=201),
        Route(method="POST", path="/secret-notes", summary="Add a secret", permission=learn, handle=add, body=NoteIn,
              answers=NoteOut, status=201, secret=True),
        Route(method="GET", path="/notes", summary="All", permission=None, handle=listed, query=Paging, answers=NoteOut),
        Route(method="GET", path="/notes/{id}", summary="One", permission=learn, handle=one, answers=NoteOut),
        Route(method="PUT", path="/notes/{id}", summary="Edit", permission=learn, handle=edit, body=NoteIn,
              answers=NoteOut, edits=True),
        Route(method="DELETE", path="/notes", summary="None", permission=everything, handle=remove, answers=None),
    ]  # fmt: skip


class Gate:
    async def request(self, request: web.Request) -> Principal:
        if "Authorization" not in request.headers:
            raise NotAuthenticated("Sign in.")
        secret = request.headers["Authorization"] == "Bearer ek_1"
        return Principal("pers_1", Role.LEARNER, TokenKind.CLIENT_SECRET if secret else TokenKind.API_KEY)

    def check_origin(self, request: web.Request) -> None: ...


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application(middlewares=[errors()])
    database = Database(f"sqlite:///{tmp_path / 'viva.db'}")
    await database.migrate()
    async with database.write() as connection:
        person = {"id": "pers_1", "name": "Lena", "role": "learner", "created_at": datetime.now(UTC)}
        await connection.execute(insert(people).values(person))
    routes = notes()
    app.add_routes([*bind(routes, Gate(), Clients(), AnsweredStore(database)), *pages(routes)])
    async with TestClient(TestServer(app), headers={"Authorization": "Bearer x"}) as client:
        yield client
    await database.aclose()


async def test_lists_have_page_limit_and_total(client: TestClient[Any, Any]) -> None:
    answer = await (await client.get("/api/v1/notes?limit=5")).json()
    assert answer == {
        "data": [{"id": "1", "text": "hello"}],
        "metadata": {"page": 1, "limit": 5, "total": 1},
    }


@pytest.mark.parametrize("query", ["limit=101", "limit=x", "page=0", "colour=red", "limit=%00"])
async def test_a_wrong_query_is_refused_with_its_field(client: TestClient[Any, Any], query: str) -> None:
    answer = await client.get(f"/api/v1/notes?{query}")
    body = await answer.json()
    assert answer.status == 400 and body["code"] == "invalid_input"
    assert body["details"]["fields"][0]["in"] == "query"


async def test_tags_are_known_in_lists_and_when_a_proxy_made_them_weak(client: TestClient[Any, Any]) -> None:
    tag = (await client.get("/api/v1/notes/1")).headers["ETag"]
    for sent, status in (
        (tag, 304),
        (f"W/{tag}", 304),
        (f'"x", W/{tag}', 304),
        ("*", 304),
        ('"x"', 200),
        ("", 200),
    ):
        assert (await client.get("/api/v1/notes/1", headers={"If-None-Match": sent})).status == status, sent
    for sent, status in (('"x"', 412), ("", 412), (tag.strip('"'), 412), (f'"x", W/{tag}', 200)):
        answer = await client.put("/api/v1/notes/1", json={"text": "hello"}, headers={"If-Match": sent})
        assert answer.status == status, sent


async def test_what_is_not_done_at_an_address_is_said_with_what_is(client: TestClient[Any, Any]) -> None:
    answer = await client.delete("/api/v1/notes/1")
    assert answer.status == 405 and answer.headers["Allow"] == "GET,HEAD,PUT"
    assert (await answer.json())["error"].endswith("with GET, HEAD, PUT.")


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"text": 1}', b'{"text": "a\\u0000"}', b'{"text": "%s"}' % (b"a" * 21), b"{}"]
)
async def test_a_wrong_body_is_refused(client: TestClient[Any, Any], body: bytes) -> None:
    headers = {"If-Match": "*", "Content-Type": "application/json"}
    answer = await client.put("/api/v1/notes/1", data=body, headers=headers)
    assert answer.status == 400 and (await answer.json())["code"] == "invalid_input"


async def test_of_two_editors_who_read_the_same_the_second_is_told(client: TestClient[Any, Any]) -> None:
    tag = (await client.get("/api/v1/notes/1")).headers["ETag"]
    first = await client.put("/api/v1/notes/1", json={"text": "mine"}, headers={"If-Match": tag})
    second = await client.put("/api/v1/notes/1", json={"text": "yours"}, headers={"If-Match": tag})
    assert (first.status, second.status) == (200, 412)
    assert first.headers["ETag"] == (await client.get("/api/v1/notes/1")).headers["ETag"]


async def test_an_edit_without_if_match_is_refused(client: TestClient[Any, Any]) -> None:
    assert (await client.put("/api/v1/notes/1", json={"text": "mine"})).status == 428


async def test_what_is_unchanged_is_not_sent_again(client: TestClient[Any, Any]) -> None:
    tag = (await client.get("/api/v1/notes/1")).headers["ETag"]
    assert (await client.get("/api/v1/notes/1", headers={"If-None-Match": tag})).status == 304


async def test_an_address_with_nothing_behind_it_says_where_to_look(client: TestClient[Any, Any]) -> None:
    answer = await client.get("/api/v1/nothing-here")
    body = await answer.json()
    assert answer.status == 404 and body["code"] == "not_found" and "/api/v1/docs" in body["error"]


async def test_a_role_without_the_permission_is_refused(client: TestClient[Any, Any]) -> None:
    answer = await client.delete("/api/v1/notes")
    assert answer.status == 403 and (await answer.json())["details"] == {"permission": "see_all_sessions"}


async def test_an_account_that_asks_too_often_is_told_to_wait(client: TestClient[Any, Any]) -> None:
    answers = [await client.get("/api/v1/notes/1") for _ in range(400)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused and all(answer.headers["Retry-After"] == "1" for answer in refused)


async def test_the_document_tells_of_every_answer_that_follows_from_a_declaration() -> None:
    paths = openapi(notes())["paths"]
    assert set(paths["/api/v1/notes/{id}"]["put"]["responses"]) == {
        "200",
        "400",
        "401",
        "403",
        "412",
        "428",
        "429",
        "503",
    }
    assert set(paths["/api/v1/notes"]["get"]["responses"]) == {"200", "400", "503"}


async def test_the_page_for_people_runs_no_script_and_loads_nothing(client: TestClient[Any, Any]) -> None:
    answer = await client.get("/api/v1/docs")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    text = await answer.text()
    assert "/api/v1/notes/{id}" in text and "<script" not in text


async def test_a_client_secret_opens_a_session_and_nothing_of_the_rest_api(
    client: TestClient[Any, Any],
) -> None:
    answer = await client.get("/api/v1/notes/1", headers={"Authorization": "Bearer ek_1"})
    assert answer.status == 403 and (await answer.json())["code"] == "not_permitted"


# --- sent twice -------------------------------------------------------------------------------------------


async def add(client: TestClient[Any, Any], text: str, key: str | None = "k1", path: str = "notes") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await client.post(f"/api/v1/{path}", json={"text": text}, headers=headers)


async def count(client: TestClient[Any, Any]) -> int:
    total: int = (await (await client.get("/api/v1/notes")).json())["metadata"]["total"]
    return total


async def test_what_is_sent_twice_with_a_key_is_made_once(client: TestClient[Any, Any]) -> None:
    first, second = await add(client, "new"), await add(client, "new")
    assert (first.status, second.status) == (201, 201)
    assert await first.json() == await second.json()
    assert first.headers["ETag"] == second.headers["ETag"]
    assert "Idempotency-Replayed" not in first.headers and second.headers["Idempotency-Replayed"] == "true"
    assert await count(client) == 2


async def test_without_a_key_or_with_another_it_is_made_again(client: TestClient[Any, Any]) -> None:
    for key in (None, None, "k1", "k2"):
        assert (await add(client, "new", key)).status == 201
    assert await count(client) == 5


async def test_a_key_that_was_used_for_something_else_is_refused(client: TestClient[Any, Any]) -> None:
    await add(client, "new")
    answer = await add(client, "other")
    assert answer.status == 409 and "another request" in (await answer.json())["error"]
    assert await count(client) == 2


async def test_what_failed_leaves_its_key_free(client: TestClient[Any, Any]) -> None:
    assert (await add(client, "refused")).status == 400
    assert (await add(client, "new")).status == 201


async def test_of_many_at_once_one_is_carried_out(client: TestClient[Any, Any]) -> None:
    slow.clear()
    asked = [asyncio.create_task(add(client, "slow")) for _ in range(5)]
    slow.set()
    answers = await asyncio.gather(*asked)
    assert {answer.status for answer in answers} == {201}
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 4
    assert await count(client) == 2


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "\u00e4"])
async def test_a_key_that_is_none_is_refused(client: TestClient[Any, Any], key: str) -> None:
    assert (await add(client, "new", key)).status == 400


async def test_an_answer_with_a_secret_is_never_kept(client: TestClient[Any, Any]) -> None:
    for _ in range(2):
        assert "Idempotency-Replayed" not in (await add(client, "new", path="secret-notes")).headers
    assert await count(client) == 3
