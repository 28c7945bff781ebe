"""No route without a declaration, no declaration without a route."""

from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request

from lms_core.errors import NotPermitted
from tests.e2e.conftest import RunningServer
from tests.tutor.conftest import NULL_ENGINES
from tests.tutor.conftest import quick_server as quick_server
from tutor.api.documentation import openapi
from tutor.app import Server
from tutor.app.web import declared, web_app
from tutor.auth import Authenticator
from tutor.engines import choose
from tutor.settings import Settings

_OPEN = {  # to strangers: whoever adds one here says why
    "/auth/sign-up", "/auth/login", "/auth/refresh", "/auth/password/reset-request", "/auth/password/reset",
    "/media/{id}/content",  # the link's signature lets in
    "/billing/stripe/webhook",  # Stripe's signature does
}  # fmt: skip
_UNDECLARED = {"/api/v1/openapi.json", "/api/v1/docs"}  # they tell of the others


async def test_every_route_of_the_api_is_declared(tmp_path: Path) -> None:
    parts = dict(flag.removeprefix("--").split("=") for flag in NULL_ENGINES)
    settings = Settings(data_dir=tmp_path, **parts)
    server = Server(settings, await choose(settings))
    routes = {
        (route.method, route.resource.canonical)
        for route in web_app(server).router.routes()
        if route.resource and route.resource.canonical.startswith("/api/") and route.method != "HEAD"
    }
    await server.database.aclose()
    assert {route.path for route in declared(server) if route.permission is None} == _OPEN
    paths = openapi(declared(server))["paths"]
    assert routes - {("GET", path) for path in _UNDECLARED} == {
        (method.upper(), path) for path, methods in paths.items() for method in methods
    }


async def test_the_running_server_answers_as_it_declares(quick_server: RunningServer) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {quick_server.api_key}"}) as http:
        answer = await http.get(f"{quick_server.url}/api/v1/companions?limit=2")
        body = await answer.json()
        one = await http.get(f"{quick_server.url}/api/v1/companions/{body['data'][0]['slug']}")
        document = await (await http.get(f"{quick_server.url}/api/v1/openapi.json")).json()
    assert answer.status == one.status == 200
    assert body["metadata"]["limit"] == 2 and (await one.json())["data"] == body["data"][0]
    assert set(document["paths"]["/api/v1/companions"]["get"]["responses"]) >= {"200", "400", "401"}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_foreign_page_that_hides_its_origin_is_refused(site: str) -> None:
    auth = Authenticator(None, ())  # type: ignore[arg-type]  # checking an origin needs no accounts
    with pytest.raises(NotPermitted):
        auth.check_origin(make_mocked_request("POST", "/", headers={"Sec-Fetch-Site": site}))
