"""The ItemReturnJob of an order: everything it delivered, and all that came back of it.

Source: fulfillmenttools' article on returns with events, and its public schema: every field that
the schema requires is here, also those which the article's samples leave out.  Webhooks and the API
answer with the same view.  Amounts are JSON numbers written from their exact decimals, never
through a binary fraction; numbers and counters are those of the order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from retour.dialects.fulfillmenttools.ids import (
    facility_ref,
    job_id,
    line_item_id,
    parcel_ref,
    process_ref,
)
from retour.dialects.fulfillmenttools.layout import (
    RETURN_FACILITY,
    SCANNABLE_CODES,
    AnyLine,
    AnyReturn,
    AnyUnit,
    ItemReturn,
    Piece,
    item_returns,
    may_come_back,
)
from retour.dialects.fulfillmenttools.refunds import Refund, refunds_of
from retour.dialects.view import View, instant
from retour.kernel.money import format_amount
from retour.lifecycle.model import (
    Address,
    Customer,
    LineWords,
    Order,
    OrderLine,
    ParcelStatus,
    Reason,
    ReturnStatus,
)

MAIN_FACILITY: Final = "main"
"""Where goods are expected while no facility has seen them: every workspace has it."""
LOCALE: Final = "en_US"
"""Words that nobody translated stand under it, for their schema knows none without a locale."""

_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"  # Without I, O and Q, which are read as figures.
_NO_LABEL: Final = frozenset(
    {ParcelStatus.REQUESTED, ParcelStatus.LABEL_FAILED, ParcelStatus.VOIDED}
)
_NO_WORDS: Final = LineWords()


def job_view(
    order: Order,
    returns: Sequence[AnyReturn],
    *,
    version: int,
    modified: datetime,
    customer: Customer | None,
    words: Mapping[str, LineWords],
) -> View:
    """Show an order and its returns as one ItemReturnJob.

    Args:
        returns: All of the order's, in any order; siblings may be in their compact form.
        version: The number of the order's last event.
        modified: When that event happened.
        customer: ``None`` once erased: then the job is anonymized.
        words: What the shopper wrote, by return line; of all the returns where it is at hand.
    """
    lines = [line for line in order.lines if line.counters.delivered]
    return {
        "id": job_id(order.id),
        "version": version,
        "created": instant(order.handed_over_at or order.created_at),
        "lastModified": instant(modified),
        "status": order.job_status,
        "processRef": process_ref(order.id),
        "tenantOrderId": order.order_number,
        "shortId": short_id(order.order_number),
        "originFacilityRefs": _origins(order),
        "consumerAddresses": [] if customer is None else _addresses(customer),
        "anonymized": customer is None,
        "returnableLineItems": [_line(order, line) for line in lines if line.returnable],
        "notReturnableLineItems": [_line(order, line) for line in lines if not line.returnable],
        "itemReturns": [_item_return(order, one, words) for one in item_returns(returns)],
        "customAttributes": dict(order.attributes) or None,
    }


def short_id(order_number: str) -> str:
    """Give an order two letters and a number up to 99 to call it by on the floor; not unique.

    >>> short_id("ORDER-1234")
    'FC53'
    """
    digest = hashlib.blake2b(order_number.encode(), digest_size=3).digest()
    first, second, number = digest
    letters = _LETTERS[first % len(_LETTERS)] + _LETTERS[second % len(_LETTERS)]
    return f"{letters}{number % 99 + 1}"


def _origins(order: Order) -> list[str]:
    """Name every facility that shipped of the order, each once."""
    codes = [one.facility for one in order.shipments if one.facility is not None]
    codes = codes or [order.facility or MAIN_FACILITY]
    return [facility_ref(code) for code in dict.fromkeys(codes)]


# ---------------------------------------------------------------- who


def _addresses(customer: Customer) -> list[View]:
    kinds = (
        ("POSTAL_ADDRESS", customer.shipping_address),
        ("INVOICE_ADDRESS", customer.billing_address),
    )
    known = [(kind, address) for kind, address in kinds if address is not None]
    known = known or [("POSTAL_ADDRESS", Address())]
    return [_address(kind, address, customer) for kind, address in known]


def _address(kind: str, address: Address, customer: Customer) -> View:
    """Show where somebody is; names are not split, for nobody can."""
    said = {
        "addressType": kind,
        "lastName": address.name or customer.name,
        "companyName": address.company,
        "street": address.street,
        "additionalAddressInfo": address.street2,
        "postalCode": address.postcode or customer.postcode,
        "city": address.city,
        "province": address.region,
        "country": address.country or customer.country,
        "email": customer.email or None,
        "phoneNumbers": [{"value": customer.phone}] if customer.phone else None,
    }
    return {key: value for key, value in said.items() if value is not None}


# ---------------------------------------------------------------- what was delivered


def _line(order: Order, line: OrderLine) -> View:
    counters = line.counters
    article: View = {"tenantArticleId": line.sku, "title": line.title}
    if line.image_url is not None:
        article["imageUrl"] = line.image_url
    price = number(line.unit_price, order.currency)
    article["prices"] = [{"pricePerUnit": price, "currency": order.currency}]
    view: View = {
        "id": line_item_id(order.id, line.id),
        "delivered": counters.delivered,
        "returnable": counters.returnable if line.returnable else 0,
        "returned": counters.requested,
        "article": article,
    }
    codes = [code for code in (line.upc, *line.serials) if code is not None]
    if codes:
        view["scannableCodes"] = codes
    return view


def number(minor: int, currency: str) -> msgspec.Raw:
    """Write an amount as a JSON number with the currency's own decimals."""
    return msgspec.Raw(format_amount(minor, currency).encode())


# ---------------------------------------------------------------- what came back


def _item_return(order: Order, one: ItemReturn, words: Mapping[str, LineWords]) -> View:
    refunds = refunds_of(one.ret)
    pieces = [(piece, line_view(order, piece, refunds, words)) for piece in one.pieces]
    view: View = {
        "id": one.id,
        "status": one.status,
        "returnFacilityRef": return_facility(one),
        "tenantOrderId": order.order_number,
        "returnedLineItems": [view for piece, view in pieces if may_come_back(order, piece.line)],
    }
    others = [view for piece, view in pieces if not may_come_back(order, piece.line)]
    if others:
        view["returnedNotReturnableLineItems"] = others
    parcels = [parcel for parcel in one.ret.parcels if parcel.status not in _NO_LABEL]
    if parcels:
        view["parcelRefs"] = [parcel_ref(parcel.id) for parcel in parcels]
    codes = [parcel.tracking_number for parcel in parcels if parcel.tracking_number is not None]
    given = one.ret.attributes.get(SCANNABLE_CODES, "").splitlines()
    view["scannableCodes"] = list(dict.fromkeys((one.ret.rma_number, *given, *codes)))
    created = _created(one)
    if created is not None:
        view["created"] = instant(created)
    return view


def return_facility(one: ItemReturn) -> str:
    """Say where an ItemReturn is, or where it is expected."""
    expected_at = one.ret.attributes.get(RETURN_FACILITY, MAIN_FACILITY)
    return facility_ref(expected_at if one.receipt is None else one.receipt.facility)


def _created(one: ItemReturn) -> datetime | None:
    """Say when the goods were announced, or first seen where nobody announced them."""
    if one.nth == 0:
        return one.ret.status_at.get(ReturnStatus.REQUESTED.value)
    return None if one.receipt is None else one.receipt.opened_at


def line_view(
    order: Order, piece: Piece, refunds: Mapping[str, Refund], words: Mapping[str, LineWords]
) -> View:
    """Show one unit; what was never said or decided has no key."""
    view: View = {
        "id": piece.id,
        "status": piece.status,
        "tenantArticleId": piece.sku,
        "itemReturnJobLineItemRefs": [line_item_id(order.id, piece.line)],
    }
    if piece.now is None:
        return view
    unit, line = piece.now
    reasons = _reasons(line, words.get(line.id, _NO_WORDS))
    if reasons:
        view["reasons"] = reasons
    view |= _judgement(unit)
    refund = refunds.get(unit.id)
    if refund is not None:
        price = {"value": number(refund.amount, refund.currency), "currency": refund.currency}
        view["refund"] = {"status": refund.status, "price": price, "percent": None}
        if refund.failed:
            view["customAttributes"] = {"refund_failed": True}
    return view


def _reasons(line: AnyLine, words: LineWords) -> list[View]:
    comments = words.reason_comments
    reasons = [
        _reason(reason, comments[n] if n < len(comments) else None)
        for n, reason in enumerate(line.reasons)
    ]
    if reasons and words.comment and "comment" not in reasons[0]:
        reasons[0]["comment"] = words.comment
    return reasons


def _reason(reason: Reason, comment: str | None) -> View:
    view: View = {
        "reasonLocalized": dict(reason.localized) or {LOCALE: reason.text},
        "reason": reason.text,
    }
    if comment:
        view["comment"] = comment
    return view


def _judgement(unit: AnyUnit) -> View:
    """Show what the warehouse found, and why it decided so."""
    view: View = {}
    if unit.condition is not None:
        view["itemCondition"] = unit.condition
        view["itemConditionLocalized"] = dict(unit.condition_localized) or {LOCALE: unit.condition}
    if unit.condition_comment is not None:
        view["itemConditionComment"] = unit.condition_comment
    if unit.reason is not None:
        view["decisionReason"] = unit.reason
    if unit.serial is not None:
        view["scannedCodes"] = [unit.serial]
    return view
