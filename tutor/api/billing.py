"""Paying for a plan through Stripe."""

import asyncio
from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel

from lms_core.errors import Conflict, InvalidInput, NotAuthenticated, NotFound, Unavailable
from lms_core.people import Permission
from lms_core.plans import Plan
from storage.billing import BillingStore
from tutor.api.routing import BODY_SECONDS, Call, Model, Route
from tutor.billing import Stripe

_LARGEST_EVENT = 256 * 1024


class CheckoutIn(Model):
    plan: Literal[Plan.CORE, Plan.PRO]


class CheckoutOut(BaseModel):
    """Lead the browser there."""

    url: str


class HeardOut(BaseModel):
    """`changed`: false for what was known already or is nothing to us."""

    changed: bool


def routes(stripe: Stripe, billing: BillingStore, address: Callable[[], str]) -> list[Route]:
    async def checkout(call: Call[None, CheckoutIn]) -> CheckoutOut:
        paid = await billing.paid(call.principal.person_id)
        if paid is not None:  # they would pay for both
            raise Conflict(
                f"You pay for the plan '{paid.plan}' already; POST /api/v1/billing/stripe/portal leads to where that is "
                "changed or ended."
            )
        return CheckoutOut(url=await stripe.checkout(call.principal.person_id, call.body.plan, address()))

    async def portal(call: Call[None, None]) -> CheckoutOut:
        paid = await billing.paid(call.principal.person_id)
        if paid is None or not paid.customer:
            raise NotFound("You pay for nothing here.")
        return CheckoutOut(url=await stripe.portal(paid.customer, address()))

    async def webhook(call: Call[None, None]) -> HeardOut:
        if (call.request.content_length or 0) > _LARGEST_EVENT:
            raise InvalidInput("No event of Stripe's is as large as this.")
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await call.request.read()
        except TimeoutError as error:
            raise InvalidInput(f"The event did not come within {BODY_SECONDS:.0f} s.") from error
        news = await stripe.news(body, call.request.headers.get("Stripe-Signature", ""))
        return HeardOut(changed=news is not None and await billing.learn(*news))

    return [
        Route(
            method="POST", path="/billing/stripe/checkout", summary="A page of Stripe's to pay for a plan at.",
            permission=Permission.OWN_ACCOUNT, handle=checkout, body=CheckoutIn, answers=CheckoutOut, status=201,
            secret=True, errors=(Unavailable, Conflict),
        ),
        Route(
            method="POST", path="/billing/stripe/portal", summary="A page of Stripe's where I change or end what I pay for.",
            permission=Permission.OWN_ACCOUNT, handle=portal, answers=CheckoutOut, status=201,
            secret=True, errors=(Unavailable, NotFound),
        ),
        Route(
            method="POST", path="/billing/stripe/webhook", summary="For Stripe: signed news of subscriptions.",
            permission=None, handle=webhook, answers=HeardOut, errors=(Unavailable, NotAuthenticated),
        ),
    ]  # fmt: skip
