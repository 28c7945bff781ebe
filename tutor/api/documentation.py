"""OpenAPI 3.1 from the routes' declarations, as JSON and as a page without scripts."""

import asyncio
import base64
import hashlib
import html
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from lms_core.errors import (
    Changed,
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotConditional,
    NotPermitted,
    TooBusy,
    TooMany,
    VivaError,
)
from tutor.api.errors import STATUS
from tutor.api.once import HEADER
from tutor.api.routing import PREFIX, Route, Stream

_STYLE = "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:auto;padding:1rem}code{font-weight:bold}"
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_CSP = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'"
_ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}, "code": {"type": "string"}, "details": {"type": "object"}},
    "required": ["error", "code", "details"],
}


def pages(declared: list[Route]) -> list[web.RouteDef]:
    """`/api/v1/openapi.json`, and `/api/v1/docs` for people: made when somebody asks, for that takes a while."""
    document = cache(lambda: openapi(declared))
    page = cache(lambda: _page(document()))

    async def as_json(_request: web.Request) -> web.Response:
        return web.json_response(await asyncio.to_thread(document))

    async def as_page(_request: web.Request) -> web.Response:
        text = await asyncio.to_thread(page)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": _CSP})

    return [web.get(f"{PREFIX}/openapi.json", as_json), web.get(f"{PREFIX}/docs", as_page)]


def openapi(declared: Iterable[Route]) -> dict[str, Any]:
    declared = list(declared)
    names, schemas = _schemas(declared)
    paths: dict[str, dict[str, Any]] = {}
    for route in declared:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route, names, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Viva", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Error": _ERROR},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "viva_session"},
            },
        },
    }


_Names = Mapping[tuple[type[Any], JsonSchemaMode], dict[str, Any]]


def _schemas(declared: list[Route]) -> tuple[_Names, dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {}
    for route in declared:
        for model in (route.query, route.body):
            if model is not None:
                wanted[model, "validation"] = None
        if route.answers is not None and not isinstance(route.answers, Stream):
            wanted[route.answers, "serialization"] = None
    names, definitions = models_json_schema(list(wanted), ref_template="#/components/schemas/{model}")
    return names, definitions.get("$defs", {})


def _operation(route: Route, names: _Names, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "parameters": _parameters(route, names, schemas),
        "responses": _responses(route, names),
        "security": [] if route.permission is None else [{"token": []}, {"cookie": []}],
    }
    if route.permission is not None:
        operation["x-permission"] = route.permission.value
    if route.takes_file:
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": {}}}
    if route.body is not None:
        schema = names[route.body, "validation"]
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _parameters(route: Route, names: _Names, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    if route.query is not None:
        schema = schemas[names[route.query, "validation"]["$ref"].rsplit("/", 1)[1]]
        required = schema.get("required", ())
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": one}
            for name, one in schema["properties"].items()
        ]
    if route.creates:
        schema = {"type": "string", "pattern": "^[!-~]{1,200}$"}
        found.append({"name": HEADER, "in": "header", "required": False, "schema": schema})
    if route.edits:
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}})
    return found


def _responses(route: Route, names: _Names) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    if route.answers is None:
        responses["204"] = {"description": "Done"}
    elif isinstance(route.answers, Stream):
        responses |= _streamed(route.answers)
    else:
        data = names[route.answers, "serialization"]
        if route.paged:
            data = {"type": "array", "items": data}
        numbers = {name: {"type": "integer"} for name in ("page", "limit", "total")} if route.paged else {}
        schema = {
            "type": "object",
            "properties": {"data": data, "metadata": {"type": "object", "properties": numbers}},
            "required": ["data", "metadata"],
        }
        responses[str(route.status)] = {
            "description": "Done", "content": {"application/json": {"schema": schema}},
        }  # fmt: skip
        if route.method == "GET" and not route.paged:
            responses["304"] = {"description": "As If-None-Match has it"}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for kind in _errors(route):
        responses.setdefault(str(STATUS[kind]), {"description": kind.code, "content": error})
    return responses


def _streamed(answer: Stream) -> dict[str, Any]:
    whole = {"description": "Done", "content": {answer.media_type: {}}}
    if not answer.ranges:
        return {"200": whole}
    return {
        "200": whole,
        "206": {**whole, "description": "The range that was asked for"},
        "304": {"description": "As If-None-Match has it"},
        "412": {"description": "Not as If-Match has it"},
        "416": {"description": "There is no such range"},
    }


def _errors(route: Route) -> Iterable[type[VivaError]]:
    yield from route.errors
    yield InvalidInput
    yield TooBusy
    if route.permission is not None:
        yield NotAuthenticated
    if route.permission is not None or route.strangers_act:
        yield NotPermitted
        yield TooMany
    if route.creates:
        yield Conflict
    if route.edits:
        yield Changed
        yield NotConditional


def _page(document: dict[str, Any]) -> str:
    rows = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            names = ", ".join(one["name"] for one in operation["parameters"]) or "none"
            rows.append(
                f"<h2><code>{method.upper()} {html.escape(path)}</code></h2>"
                f"<p>{html.escape(operation['summary'])}</p>"
                f"<p>Parameters: {html.escape(names)}. Needs: {operation.get('x-permission', 'nothing')}. "
                f"Answers: {', '.join(sorted(operation['responses']))}.</p>"
            )
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>Viva API</title><style>{_STYLE}</style>"
    return f"{head}<h1>Viva API</h1><p><a href=openapi.json>openapi.json</a></p>{''.join(rows)}</html>"
