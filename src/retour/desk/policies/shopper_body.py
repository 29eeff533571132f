"""What a policy says about shoppers: read, and held to what can be carried out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from retour.kernel.money import EXPONENTS, parse_amount
from retour.kernel.problems import FieldError
from retour.lifecycle.bodies import Amount, Body, Word
from retour.policy.shopper import RejectedChoice, ShopperTerms


class SendBackFeeBody(Body):
    """What the way back costs the shopper, in one currency; in any other it is free."""

    amount: Amount
    currency: Word


class ShopperBody(Body):
    """What shoppers may do by themselves.

    Args:
        labels: How many good labels a return may have by the shopper's asking.
        rejected_options: What they may choose for goods that were not accepted; nobody asks them
            where it is empty.
        rejected_default: What becomes of such goods where nobody chose; an agent says so where it
            is null.
        rejected_days: How long they may choose, in whole days of the workspace's zone.
        send_back_fee: Withheld from money still to be promised; once all of it is, the way is free.
    """

    labels: Annotated[int, Meta(ge=0, le=20)] = 2
    rejected_options: Annotated[tuple[RejectedChoice, ...], Meta(max_length=3)] = ()
    rejected_default: RejectedChoice | None = None
    rejected_days: Annotated[int, Meta(ge=1, le=365)] = 14
    send_back_fee: SendBackFeeBody | None = None


def shopper_terms(body: ShopperBody) -> ShopperTerms:
    """Give the terms a body asks for."""
    return msgspec.convert(msgspec.to_builtins(body), ShopperTerms)


def shopper_wrong(body: ShopperBody) -> Iterator[FieldError]:
    """Find what no return could ever carry out."""
    if len(set(body.rejected_options)) != len(body.rejected_options):
        yield FieldError(
            pointer="/shopper/rejected_options",
            code="duplicate",
            detail="A choice is named twice. Name each once.",
        )
    fee = body.send_back_fee
    if fee is None:
        return
    if fee.currency not in EXPONENTS:
        yield FieldError(
            pointer="/shopper/send_back_fee/currency",
            code="bad_value",
            detail=f"{fee.currency!r} is no currency we know. Give its ISO 4217 code.",
        )
    elif (amount := parse_amount(fee.amount, fee.currency)) is None or amount <= 0:
        yield FieldError(
            pointer="/shopper/send_back_fee/amount",
            code="bad_value",
            detail="The fee is a positive decimal number such as 5.90. Leave it out where the way"
            " back is free.",
        )
