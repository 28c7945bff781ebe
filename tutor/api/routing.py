"""A route is a declaration: who may, what comes in, what goes out. All else follows from it: checks, envelope, OpenAPI."""

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lms_core.errors import Changed, InvalidInput, NotConditional, NotPermitted, VivaError
from lms_core.people import SESSIONS_ONLY, Permission, Principal
from storage.answered import AnsweredStore
from storage.audit import Acting, acting
from tutor.api.once import REPLAYED, digest_of, key_of
from tutor.api.rates import Rates
from tutor.clients import Client, Clients

PREFIX = "/api/v1"
BODY_SECONDS = 30.0
_TAGS = re.compile(r'"[^"]*"')
_PER_SECOND, _BURST = 20, 200  # of one account; a page asks a few at once, then rarely
_STRANGERS_PER_SECOND, _STRANGERS_BURST = 1, 100  # of one address; behind it a whole class may sign in


class Model(BaseModel):
    """Base of what comes in: unknown fields are errors, and so is NUL, which PostgreSQL cannot store."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nul(cls, value: Any) -> Any:
        if _has_nul(value):
            raise ValueError("the character NUL is not allowed")
        return value


UNSENT: Any = Field(default_factory=lambda: None)
"""For the fields of an edit: what is not sent stays. Read them with `model_dump(exclude_unset=True)`."""


T = TypeVar("T")


class Paging(Model):
    """Base of every list's query."""

    page: int = Field(1, ge=1, le=100_000)
    limit: int = Field(20, ge=1, le=100)

    def of(self, found: Sequence[T]) -> Sequence[T]:
        """The page that is asked for of a list that is here whole."""
        first = (self.page - 1) * self.limit
        return found[first : first + self.limit]


Q = TypeVar("Q", bound=Model | None, covariant=True)
B = TypeVar("B", bound=Model | None, covariant=True)


@dataclass(frozen=True)
class Call(Generic[Q, B]):
    """A checked request. `path` holds the path's parts by name."""

    asker: Principal | None
    path: dict[str, str]
    query: Q
    body: B
    if_match: str | None
    request: web.Request  # for what is streamed, in or out
    client: Client

    @property
    def principal(self) -> Principal:
        """Who asks; only routes with a permission have one."""
        assert self.asker is not None
        return self.asker

    def must_match(self, current: BaseModel) -> None:
        """Within the edit's transaction: raises Changed unless the client saw `current`."""
        if not _names(self.if_match or "", tag_of(current)):
            raise Changed("Somebody changed it meanwhile; read it again and repeat your edit.")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, and how many there are in all."""

    items: Sequence[BaseModel]
    total: int


@dataclass(frozen=True, slots=True)
class Stream:
    """What is not JSON: the handler returns a response of its own, whole or in the ranges that were asked for."""

    media_type: str
    ranges: bool = False


@dataclass(frozen=True, slots=True)
class Dressed:
    """An answer that is more than its data: `dress` sets or drops a cookie."""

    data: BaseModel | None
    dress: Callable[[web.StreamResponse], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`answers` is the model of `data`, or of each element where `query` is a Paging; None: 204, no body.

    `takes_file`: the body is a file, whatever its Content-Type, which the handler reads from the request bit by bit.
    `permission` None: open to all. `secret`: the answer holds a secret, and is kept nowhere. `long`: it works on files for a
    while, which cannot be one transaction. `edits`: needs `If-Match`. `errors`: beside those that follow from the rest.
    """

    method: str
    path: str
    summary: str
    permission: Permission | None
    handle: Callable[[Call[Any, Any]], Awaitable[Any]]
    answers: type[BaseModel] | Stream | None
    query: type[Model] | None = None
    body: type[Model] | None = None
    takes_file: bool = False
    status: int = 200
    edits: bool = False
    secret: bool = False
    long: bool = False
    errors: tuple[type[VivaError], ...] = ()

    @property
    def paged(self) -> bool:
        return self.query is not None and issubclass(self.query, Paging)

    @property
    def creates(self) -> bool:
        """Whether it makes something that a client may ask for twice with one `Idempotency-Key`, and gets once.

        All that it does is then one transaction.
        """
        whole = isinstance(self.answers, type) and not (self.takes_file or self.secret or self.long)
        return whole and self.method == "POST" and self.status == 201 and self.permission is not None

    @property
    def strangers_act(self) -> bool:
        """Whether who is not signed in changes something; such a route counts how often an address asks."""
        return self.permission is None and self.method != "GET"


class Gate(Protocol):
    """Who asks, and whether their page may; see `tutor.auth.Authenticator`."""

    async def request(self, request: web.Request) -> Principal: ...
    def check_origin(self, request: web.Request) -> None: ...


def bind(
    routes: Iterable[Route], gate: Gate, clients: Clients, answered: AnsweredStore
) -> list[web.RouteDef]:
    rates = Rates(per_second=_PER_SECOND, burst=_BURST)
    strangers = Rates(per_second=_STRANGERS_PER_SECOND, burst=_STRANGERS_BURST)
    return [
        web.route(
            route.method,
            PREFIX + route.path,
            _endpoint(route, gate, clients, strangers if route.strangers_act else rates, answered),
        )
        for route in routes
    ]


def tag_of(shown: BaseModel) -> str:
    """The ETag of an answer that shows this."""
    return _tag(shown.model_dump_json())


def _tag(data: str) -> str:
    """A strong ETag."""
    return f'"{hashlib.sha256(data.encode()).hexdigest()[:32]}"'


def _names(header: str, tag: str) -> bool:
    """Whether `If-Match` or `If-None-Match` names the tag: `*`, or one of a list.

    Weak ones (`W/"..."`) count too: proxies that compress make them of ours.
    """
    return header.strip() == "*" or tag in _TAGS.findall(header)


def _endpoint(
    route: Route, gate: Gate, clients: Clients, rates: Rates, answered: AnsweredStore
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def endpoint(request: web.Request) -> web.StreamResponse:
        asker, client = None, clients.of(request)
        if route.strangers_act:
            gate.check_origin(request)
            rates.take(client.household, time.monotonic())
        if route.permission is not None:
            asker = await gate.request(request)
            if asker.kind in SESSIONS_ONLY:  # they are in the hands of a page or a gateway somewhere
                raise NotPermitted("This token opens sessions and nothing else; use an API key.")
            rates.take(asker.person_id, time.monotonic())
            if not asker.may(route.permission):
                raise asker.refused(route.permission)
        acting.set(Acting(asker.person_id if asker else None, client.address))
        call = await _checked(route, request, asker, client)
        if route.creates and (key := key_of(request.headers)) is not None:
            return await _create_once(route, call, key, answered)
        return _respond(route, request, call, await route.handle(call))

    return endpoint


async def _create_once(
    route: Route, call: Call[Any, Any], key: str, answered: AnsweredStore
) -> web.StreamResponse:
    async def make() -> Any:
        return (await route.handle(call)).model_dump(mode="json")

    parts = (part.model_dump(mode="json") if part is not None else None for part in (call.query, call.body))
    sent = [dict(call.path), *parts]
    data, before = await answered.once(
        call.principal.person_id, f"{route.method} {route.path}", key, digest_of(sent), make
    )
    assert isinstance(route.answers, type)
    response = _whole(route, route.answers.model_validate(data).model_dump_json())
    if before:
        response.headers[REPLAYED] = "true"
    return response


async def _checked(
    route: Route, request: web.Request, asker: Principal | None, client: Client
) -> Call[Any, Any]:
    path = dict(request.match_info)
    if _has_nul(path):
        raise InvalidInput("The character NUL is not allowed.")
    if_match = request.headers.get("If-Match")
    if route.edits and if_match is None:
        raise NotConditional("Send If-Match with the ETag of what you edit.")
    body = await _body(route, request)
    return Call(asker, path, _query(route, request), body, if_match, request, client)


def _query(route: Route, request: web.Request) -> Model | None:
    if route.query is None:
        return None
    try:
        return route.query.model_validate(dict(request.query))
    except ValidationError as error:
        _refuse(error, "query")


async def _body(route: Route, request: web.Request) -> Model | None:
    if route.body is None:
        return None
    if request.content_type != "application/json":
        raise InvalidInput("Send the body as JSON, with Content-Type: application/json.")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.read()
        return route.body.model_validate_json(body)
    except TimeoutError as error:
        raise InvalidInput(f"The body did not come within {BODY_SECONDS:.0f} s.") from error
    except web.HTTPRequestEntityTooLarge as error:
        raise InvalidInput("The body is too large; it may have 1 MiB.") from error
    except ValidationError as error:
        _refuse(error, "body")


def _refuse(error: ValidationError, part: str) -> NoReturn:
    fields = [
        {
            "in": part,
            "field": ".".join(map(str, one["loc"])),
            "problem": one["msg"],
            "kind": one["type"],
            "limits": {
                name: limit for name, limit in one.get("ctx", {}).items() if isinstance(limit, int | float)
            },
        }
        for one in error.errors(include_url=False, include_input=False)[:20]
    ]
    first = fields[0]
    where = f"{part} field {first['field']}" if first["field"] else part
    raise InvalidInput(f"{where}: {first['problem']}.", fields=fields) from error


def _respond(route: Route, request: web.Request, call: Call[Any, Any], result: Any) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    if isinstance(result, Dressed):
        response = _respond(route, request, call, result.data)
        result.dress(response)
        return response
    if route.answers is None:
        return web.Response(status=204)
    if isinstance(result, Page):
        data = ",".join(one.model_dump_json() for one in result.items)
        metadata = {"page": call.query.page, "limit": call.query.limit, "total": result.total}
        return _json(route.status, f"[{data}]", metadata)
    data = result.model_dump_json()
    if request.method == "GET" and _names(request.headers.get("If-None-Match", ""), tag := _tag(data)):
        return web.Response(status=304, headers={"ETag": tag})
    return _whole(route, data)


def _whole(route: Route, data: str) -> web.Response:
    response = _json(route.status, data, {})
    response.headers["ETag"] = _tag(data)
    return response


def _json(status: int, data: str, metadata: dict[str, int]) -> web.Response:
    text = f'{{"data": {data}, "metadata": {json.dumps(metadata)}}}'
    return web.Response(text=text, status=status, content_type="application/json")


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(one) for key, one in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))
