"""Where processors tell us of refunds and disputes: signed, answered when all is recorded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from retour.api.problems import Problem, Stop, not_found
from retour.api.routes import Hooked, HookRoute
from retour.desk.outcome import Done
from retour.desk.payments.accounts import STRIPE, open_account
from retour.desk.payments.messages import take
from retour.dialects.shapes import Boolean, Tree
from retour.store.parcel_links import read_hook_token

if TYPE_CHECKING:
    from types import ModuleType

    from retour.desk.house import House
    from retour.desk.outcome import Outcome

BYTES_MAX: Final = 1_000_000
SIGNATURE: Final = b"stripe-signature"
_ENCODE: Final = msgspec.json.Encoder()
TOLD: Final = Tree(
    name="payment_told",
    fields={"matched": Boolean(about="Whether legs have all of it; else it may be a case.")},
)


async def take_stripe(house: House, asked: Hooked) -> Outcome:
    """Take an event of Stripe's; those about anything else are answered and left."""
    right = read_hook_token(house.vault, asked.params["token"])
    account = None if right is None else await open_account(house, *right)
    gateway = None if account is None else await asyncio.to_thread(_gateway)
    if right is None or account is None or account.processor != STRIPE or gateway is None:
        raise Stop(not_found("hook"))

    given = asked.headers.get(SIGNATURE)
    header = None if given is None else given.decode("latin-1")
    if not gateway.is_signed(asked.body, header, account.credentials.webhook_secrets):
        detail = (
            "The signature is missing, older than five minutes or not of this body. Put the"
            " endpoint's signing secret into the payment account."
        )
        raise Stop(Problem(code="unauthenticated", detail=detail))
    try:
        messages = gateway.read(asked.body)
    except msgspec.MsgspecError as error:
        detail = "The message cannot be read. Send it as Stripe's own documents say."
        raise Stop(Problem(code="unreadable", detail=detail)) from error
    matched = [await take(house, right[0], STRIPE, message) for message in messages]
    body = _ENCODE.encode({"matched": bool(matched) and all(matched)})
    return Done(status=200, body=body)


def _gateway() -> ModuleType | None:
    try:
        from retour.gateways.payments import stripe_messages
    except ModuleNotFoundError:
        return None
    return stripe_messages


HOOK_ROUTES: Final = (
    HookRoute(
        path="/hooks/stripe/{token}",
        name="take_stripe_message",
        tag="Payments",
        summary="Hear of refunds and disputes from Stripe",
        about="Signed with Stripe-Signature. The address stands in the payment account; the same"
        " event again changes nothing.",
        answer=take_stripe,
        accepts=("application/json",),
        bytes_max=BYTES_MAX,
        result=TOLD,
    ),
)
