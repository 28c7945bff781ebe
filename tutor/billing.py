"""Stripe: a page to pay at, and its news of subscriptions. The library is loaded when it is first needed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import structlog
from pydantic import BaseModel, Field, ValidationError

from lms_core.billing import Subscription
from lms_core.errors import InvalidInput, NotAuthenticated, TooBusy, Unavailable
from lms_core.plans import Plan

_PATIENCE_SECONDS = 10.0
_SUBSCRIPTION = "customer.subscription."
_NO_PAYMENT = "Payment is not set up here; an admin can change the plan."
_log = structlog.get_logger(__name__)


class _Price(BaseModel):
    id: str


class _Item(BaseModel):
    price: _Price


class _Items(BaseModel):
    data: list[_Item] = Field(min_length=1)


class _StripeSubscription(BaseModel):
    """As much of it as we need."""

    id: str = Field(max_length=255)
    status: str = Field(max_length=40)
    customer: str = Field("", max_length=255)
    metadata: dict[str, str] = {}
    items: _Items


class _Data(BaseModel):
    object: dict[str, Any]


class _Event(BaseModel):
    id: str = Field(max_length=255)
    type: str
    created: int = Field(ge=0, le=253_402_300_799)
    data: _Data


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """`prices`: Stripe's price of each plan that can be bought; `api_base` "" is Stripe's own."""

    secret_key: str
    webhook_secret: str
    prices: dict[Plan, str]
    api_base: str = ""


class Stripe:
    """Without an account, or without its library, everything raises Unavailable."""

    def __init__(self, account: StripeAccount) -> None:
        self._account = account

    @property
    def sold(self) -> frozenset[Plan]:
        """The plans that one can pay for."""
        return frozenset(self._account.prices if self._account.secret_key else ())

    async def checkout(self, person_id: str, plan: Plan, back: str) -> str:
        """The address of a page to pay for `plan` at; `back` is where it leads afterwards. Raises TooBusy."""
        price = self._account.prices.get(plan)
        if not self._account.secret_key or not price:
            raise Unavailable(
                f"{_NO_PAYMENT} The operator sets VIVA_STRIPE_SECRET_KEY and a price of each plan."
            )
        told = {"person_id": person_id}
        params = {
            "mode": "subscription", "line_items": [{"price": price, "quantity": 1}],
            "client_reference_id": person_id, "subscription_data": {"metadata": told}, "metadata": told,
            "success_url": f"{back}/plans?paid=yes", "cancel_url": f"{back}/plans",
        }  # fmt: skip
        async with self._asking() as client:
            session = await client.v1.checkout.sessions.create_async(params)
        return str(session.url)

    async def portal(self, customer: str, back: str) -> str:
        """The address of a page where a customer changes or ends what they pay for. Raises TooBusy or Unavailable."""
        params = {"customer": customer, "return_url": f"{back}/plans"}
        async with self._asking() as client:
            session = await client.v1.billing_portal.sessions.create_async(params)
        return str(session.url)

    async def cancel(self, subscription_id: str) -> None:
        """At once; nothing more is to be paid for it. Raises TooBusy or Unavailable."""
        async with self._asking() as client:
            await client.v1.subscriptions.cancel_async(subscription_id)

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncIterator[Any]:
        """Stripe's client; what it raises becomes ours."""
        stripe = await _library()
        http = stripe.AIOHTTPClient(timeout=_PATIENCE_SECONDS)
        bases = {"api": self._account.api_base} if self._account.api_base else None
        client = stripe.StripeClient(self._account.secret_key, http_client=http, base_addresses=bases)
        try:
            yield client
        except stripe.APIConnectionError as error:
            raise TooBusy("The payment service does not answer; try again later.") from error
        except stripe.StripeError as error:
            _log.error("billing.refused", code=error.code, status=error.http_status)
            raise Unavailable("The payment service refused; the operator finds why in the log.") from error
        finally:
            await http.close_async()

    async def news(self, payload: bytes, signature: str) -> tuple[str, Subscription] | None:
        """A webhook's event id and what it tells of a subscription of ours; None if it is about something else.

        Raises NotAuthenticated unless Stripe signed it within the last five minutes.
        """
        if not self._account.webhook_secret:
            raise Unavailable(f"{_NO_PAYMENT} The operator sets VIVA_STRIPE_WEBHOOK_SECRET.")
        stripe = await _library()
        try:
            stripe.WebhookSignature.verify_header(
                payload, signature, self._account.webhook_secret, stripe.Webhook.DEFAULT_TOLERANCE
            )
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise NotAuthenticated("Stripe did not sign this, or too long ago.") from error
        try:
            event = _Event.model_validate_json(payload)
            if not event.type.startswith(_SUBSCRIPTION):
                return None
            found = _StripeSubscription.model_validate(event.data.object)
        except ValidationError as error:
            raise InvalidInput("This is no event of Stripe's as Viva knows them.") from error
        person_id = found.metadata.get("person_id")
        if person_id is None:  # sold elsewhere
            return None
        told_at = datetime.fromtimestamp(event.created, UTC)
        plan = self._plan_of(found)
        return event.id, Subscription(found.id, person_id, found.status, plan, told_at, found.customer)

    def _plan_of(self, subscription: _StripeSubscription) -> Plan:
        """Stripe sends the event again, so that it is not lost until the price is known. Raises Unavailable."""
        prices = {item.price.id for item in subscription.items.data}
        for plan, price in self._account.prices.items():
            if price in prices:
                return plan
        raise Unavailable("This price is not known; the operator sets VIVA_STRIPE_PRICE_CORE and _PRO.")


async def _library() -> ModuleType:
    """It is large: a second to load."""
    try:
        return await asyncio.to_thread(__import__, "stripe")
    except ImportError as error:
        raise Unavailable(f"{_NO_PAYMENT} The operator runs pip install -e '.[stripe]'.") from error
