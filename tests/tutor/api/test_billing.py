"""Stripe's library against a server of Stripe's shape, and webhooks that it signs, at a real server."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
import stripe
from aiohttp import web

from tests.e2e.conftest import RunningServer
from tests.served import served
from tests.tutor.api.asking import Asking
from tests.tutor.api.asking import ask as ask
from tests.tutor.conftest import NULL_ENGINES

SECRET = "whsec_test"


@pytest.fixture(scope="module")
def stripe_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory, stripe_port: int) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("paying") / "data"
    folder.mkdir(mode=0o700)
    (folder / "viva.toml").write_text(
        f'stripe_secret_key = "sk_test_1"\nstripe_webhook_secret = "{SECRET}"\nstripe_price_core = "price_core"\n'
        f'stripe_api_base = "http://127.0.0.1:{stripe_port}"\n'
    )
    running = RunningServer(folder, *NULL_ENGINES)
    yield running
    running.stop()


def event(number: int, person: str, status: str, price: str = "price_core", kind: str = "updated") -> str:
    subscription = {
        "id": "sub_1", "object": "subscription", "status": status, "customer": "cus_1", "metadata": {"person_id": person},
        "items": {"object": "list", "data": [{"id": "si_1", "price": {"id": price, "object": "price"}}]},
    }  # fmt: skip
    return json.dumps({
        "id": f"evt_{number}", "object": "event", "type": f"customer.subscription.{kind}",
        "created": 1_790_000_000 + number, "data": {"object": subscription},
    })  # fmt: skip


async def hook(ask: Asking, payload: str, secret: str = SECRET, at: float | None = None) -> tuple[int, Any]:
    signature = stripe.WebhookSignature.generate_signature_header(payload, secret, at and int(at))
    headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.post(
            f"{ask.server.url}/api/v1/billing/stripe/webhook", data=payload.encode()
        ) as answer:
            return answer.status, await answer.json()


async def plan_of(ask: Asking, name: str) -> str:
    return str((await ask(name, "GET", "/me/usage")).data["plan"])


async def test_signed_news_change_the_plan_once_and_in_any_order(ask: Asking) -> None:
    lena = await ask.add("lena")
    assert await hook(ask, event(2, lena, "active")) == (200, {"data": {"changed": True}, "metadata": {}})
    assert await plan_of(ask, "lena") == "core"
    for old in (event(2, lena, "active"), event(1, lena, "incomplete", kind="created")):
        assert (await hook(ask, old))[1]["data"] == {"changed": False}
    assert (await hook(ask, event(4, lena, "canceled", kind="deleted")))[1]["data"] == {"changed": True}
    assert (await hook(ask, event(3, lena, "active")))[1]["data"] == {"changed": False}
    assert await plan_of(ask, "lena") == "free"


async def test_what_stripe_did_not_sign_changes_nothing(ask: Asking) -> None:
    leo = await ask.add("leo")
    payload = event(10, leo, "active")
    assert (await hook(ask, payload, secret="whsec_other"))[0] == 401
    assert (await hook(ask, payload, at=time.time() - 600))[0] == 401
    assert (await ask("leo", "POST", "/billing/stripe/webhook")).status == 401
    assert await plan_of(ask, "leo") == "free"


async def test_news_of_other_things_are_taken_and_an_unknown_price_comes_again(ask: Asking) -> None:
    lia = await ask.add("lia")
    other = json.dumps({"id": "evt_20", "type": "invoice.paid", "created": 1, "data": {"object": {}}})
    assert (await hook(ask, other))[0] == 200
    assert (await hook(ask, event(21, lia, "active", price="price_other")))[0] == 501
    assert (await hook(ask, "{}"))[0] == 400


async def test_a_checkout_asks_stripe_for_a_page_to_pay_at(ask: Asking, stripe_port: int) -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    async def create(request: web.Request) -> web.Response:
        form = await request.post()
        asked.append((request.headers["Authorization"], {key: str(value) for key, value in form.items()}))
        if form["client_reference_id"] == ask.ids["luc"]:
            return web.json_response(
                {"error": {"type": "invalid_request_error", "message": "no"}}, status=400
            )
        return web.json_response({
            "id": "cs_1", "object": "checkout.session", "url": "https://checkout.stripe.com/c/pay/cs_1",
        })  # fmt: skip

    lou, _ = await ask.add("lou"), await ask.add("luc")
    app = web.Application()
    app.router.add_post("/v1/checkout/sessions", create)
    async with served(app, stripe_port):
        made = await ask("lou", "POST", "/billing/stripe/checkout", {"plan": "core"})
        refused = await ask("luc", "POST", "/billing/stripe/checkout", {"plan": "core"})
    assert (made.status, made.data) == (201, {"url": "https://checkout.stripe.com/c/pay/cs_1"})
    key, form = asked[0]
    assert key == "Bearer sk_test_1" and form["mode"] == "subscription"
    assert form["line_items[0][price]"] == "price_core"
    assert form["subscription_data[metadata][person_id]"] == form["client_reference_id"] == lou
    assert form["success_url"].startswith(ask.server.url)
    assert refused.status == 501
    assert (
        await ask("lou", "POST", "/billing/stripe/checkout", {"plan": "core"})
    ).status == 503  # it is gone
    assert (
        await ask("lou", "POST", "/billing/stripe/checkout", {"plan": "pro"})
    ).status == 501  # has no price
    assert (await ask("lou", "POST", "/billing/stripe/checkout", {"plan": "free"})).status == 400


async def test_who_pays_already_is_led_to_where_that_is_changed_and_pays_for_no_second(
    ask: Asking, stripe_port: int
) -> None:
    async def manage(request: web.Request) -> web.Response:
        url = f"https://billing.stripe.com/{(await request.post())['customer']}"
        return web.json_response({"id": "bps_1", "object": "billing_portal.session", "url": url})

    luz = await ask.add("luz")
    assert (await ask("luz", "POST", "/billing/stripe/portal")).status == 404
    await hook(ask, event(50, luz, "active").replace("sub_1", "sub_luz"))
    app = web.Application()
    app.router.add_post("/v1/billing_portal/sessions", manage)
    async with served(app, stripe_port):
        refused = await ask("luz", "POST", "/billing/stripe/checkout", {"plan": "core"})
        led = await ask("luz", "POST", "/billing/stripe/portal")
    assert (refused.status, refused.body["code"]) == (409, "conflict")
    assert (led.status, led.data) == (201, {"url": "https://billing.stripe.com/cus_1"})


async def test_who_is_deleted_pays_no_more_and_stays_while_that_cannot_be_arranged(
    ask: Asking, stripe_port: int
) -> None:
    cancelled: list[str] = []

    async def cancel(request: web.Request) -> web.Response:
        cancelled.append(request.match_info["id"])
        return web.json_response(
            {"id": request.match_info["id"], "object": "subscription", "status": "canceled"}
        )

    lyn = await ask.add("lyn")
    await hook(ask, event(40, lyn, "active"))
    assert (await ask("admin", "DELETE", f"/admin/users/{lyn}")).status == 503
    assert await plan_of(ask, "lyn") == "core"
    app = web.Application()
    app.router.add_delete("/v1/subscriptions/{id}", cancel)
    async with served(app, stripe_port):
        assert (await ask("admin", "DELETE", f"/admin/users/{lyn}")).status == 204
    assert cancelled == ["sub_1"]
