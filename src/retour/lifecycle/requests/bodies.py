"""What may be asked when a return begins: which units, why, for what, and by whom."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from retour.lifecycle.bodies import Body, Localized, Quantity, Some, Text, Word
from retour.lifecycle.model import Origin, Outcome, ParcelMethod
from retour.lifecycle.money.bodies import GOODS_MAX, GoodsAsked
from retour.lifecycle.photos.bodies import Photos


class ReasonGiven(Body):
    """A reason in the shopper's words, with the merchant's code where one was chosen."""

    text: Text
    code: Word | None = None
    comment: Text | None = None
    localized: Localized = msgspec.field(default_factory=dict[str, str])


class LineAsked(Body):
    """How many units of an order line shall come back, and why."""

    line: Word
    quantity: Quantity
    reason: Text | None = None
    reasons: Annotated[tuple[ReasonGiven, ...], Meta(max_length=20)] = ()
    comment: Text | None = None
    photos: Photos = ()


class GiftRecipient(Body):
    """Who received the goods as a gift, is told of the return and gets what is paid."""

    email: Annotated[str, Meta(min_length=3, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")]
    name: Text | None = None


class Request(Body):
    """Ask for a return.  ``policy`` is the default one unless named.

    Args:
        gift: Where who received the goods gives them back: they alone are told, and paid in store
            credit.
        outcome: What is wanted for the goods; the policy says what is offered.
        method: How the goods shall come back; the policy says what is offered.
        goods: What shall go out instead, where an exchange is wanted.
        together_with: A return of the same customer whose parcel it shares: one label for both.
    """

    order_number: Word
    lines: Annotated[tuple[LineAsked, ...], Some]
    origin: Origin = Origin.API
    policy: Word | None = None
    attributes: dict[str, str] = msgspec.field(default_factory=dict)
    outcome: Outcome | None = None
    method: ParcelMethod | None = None
    gift: GiftRecipient | None = None
    goods: Annotated[tuple[GoodsAsked, ...], Meta(max_length=GOODS_MAX)] = ()
    together_with: Annotated[str, Meta(pattern=r"^ret_[0-9a-z]{26}$")] | None = None
