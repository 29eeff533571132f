"""Returns that reproduce the examples of Kibo's article, each by its own life."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from retour.lifecycle.commands import (
    Authorize,
    Complete,
    ConfirmSettlement,
    FinishReceipt,
    LineAsked,
    ProposeSettlement,
    RecordRefundOutcome,
    Reject,
    Reopen,
    StartRefund,
)
from retour.lifecycle.model import ActorKind, Origin
from tests.support.kibo import Body, Tale, an_order, article
from tests.support.returns import judge, receive

START: Final = datetime(2018, 7, 23, 14, 34, 30, tzinfo=UTC)
_TEST_PRODUCT = article("b", 44999, 2, sku="TestProduct1")


def plain() -> Tale:
    """Ask for two of one article, by the API."""
    return Tale(an_order(_TEST_PRODUCT), at=START, b=2).requested()


def accepted() -> Tale:
    """Accept them, 11 seconds later."""
    tale = plain()
    tale.do(Authorize(), receive(b=2), judge("b", 2, "accepted"), after_s=11)
    return tale.do(FinishReceipt())


def cleared() -> Tale:
    """Pay them the next morning."""
    tale = accepted().do(ProposeSettlement(), ConfirmSettlement(), StartRefund(), after_s=61_228)
    leg = tale.ret.settlements[-1].legs[0].id
    return tale.do(RecordRefundOutcome(leg=leg, outcome="succeeded"), by=ActorKind.PROCESSOR)


def deleted() -> Tale:
    """Say no to one piece for 899.99, of a merchant without a retailer."""
    tale = Tale(an_order(article("b", 89999, sku="TestProduct1")), at=START, b=1)
    tale.settings = {"manufacturer_id": "11111", "catalog_id": "15"}
    return tale.requested().do(Reject(reason="Too late"))


def reopened() -> Tale:
    """Clear one article and reopen with two more."""
    lines = [
        article(name, 1000, part_number=number, upc=number, sku=sku)
        for name, number, sku in (
            ("b", "0123456789", "3030303-0922"),
            ("c", "0987654321", "3010301-1388"),
            ("d", "01020304", "4010300-0415"),
        )
    ]
    tale = Tale(an_order(*lines), at=START, b=1).requested(Origin.AGENT, "Customer changed mind")
    tale.taken_in(b=1).do(FinishReceipt(), ProposeSettlement(), ConfirmSettlement(), StartRefund())
    leg = tale.ret.settlements[-1].legs[0].id
    tale.do(RecordRefundOutcome(leg=leg, outcome="succeeded"), by=ActorKind.PROCESSOR)
    more = [LineAsked(line=name, quantity=1, reason="Customer changed mind") for name in "cd"]
    return tale.do(Complete()).do(Reopen(reason="More to come", lines=tuple(more)), after_s=60)


def errored() -> Tale:
    """Fail three times to pay two articles worth 373.05."""
    lines = [
        article("b", 18653, part_number="10111", upc="1234", sku="1234"),
        article("c", 18652, part_number="20222", upc="1234", sku="1234"),
    ]
    tale = Tale(an_order(*lines, order_type="IN_STORE_PICKUP"), at=START, b=1, c=1)
    tale.requested().taken_in(b=1, c=1).do(FinishReceipt())
    return tale.do(ProposeSettlement(), ConfirmSettlement(), StartRefund()).failed(3)


def of_word(tale: Tale, word: str) -> Body:
    """Give the newest message of a word."""
    return next(body for said, body in reversed(tale.said) if said == word)
