"""The order that a job is made from, where no merchant has put it.

Whoever makes a job pays refunds himself: its payment is one of an outside system's, and holds what
the lines cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from retour.desk.order_body import (
    AddressBody,
    AddressesBody,
    CustomerBody,
    OrderBody,
    OrderLineBody,
    PaymentBody,
    ShipmentBody,
)
from retour.dialects.fulfillmenttools.job_plan import price_of
from retour.dialects.fulfillmenttools.parse import ConsumerAddress, JobNew, whole
from retour.dialects.fulfillmenttools.plan import Objection
from retour.kernel.money import EXPONENTS, format_amount
from retour.lifecycle.model import Executor

_PAYMENT: Final = "external"
_COUNTRY_LENGTH: Final = 2


def order_body(
    body: JobNew, facilities: Mapping[str, str], currency: str, at: datetime
) -> OrderBody | Objection:
    """Give the order that a job is about.

    Args:
        facilities: Codes by every name a facility goes by.
        currency: The workspace's, where no price names one.
        at: When it was handed over.

    Raises:
        InvalidRequest: A count cannot be understood.
    """
    if body.status != "OPEN":
        return Objection(400, f"A job cannot begin as {body.status}.", "Make it OPEN, then act.")
    origins: list[str] = []
    for ref in body.origin_facility_refs:
        code = facilities.get(str(ref))
        if code is None:
            return Objection(
                400,
                f"There is no facility {str(ref)!r}.",
                "Name one by the ref that jobs show, by its code or by its external id.",
            )
        origins.append(code)
    customer = _customer(body.consumer_addresses)
    if isinstance(customer, Objection):
        return customer
    everything = (*body.returnable_line_items, *body.not_returnable_line_items)
    named = {price.currency for said in everything for price in said.article.prices}
    currency = min(named, default=currency)
    if currency not in EXPONENTS:
        return Objection(400, f"There is no currency {currency!r}.", "Give an ISO 4217 code.")
    lines = _lines(body, currency)
    if isinstance(lines, Objection):
        return lines
    priced, worth = lines
    order = OrderBody(
        currency=currency,
        customer=customer,
        lines=tuple(priced),
        payments=(
            PaymentBody(
                id=_PAYMENT, processor=Executor.EXTERNAL, captured=format_amount(worth, currency)
            ),
        ),
        facility=origins[0],
        delivered_at=at,
        shipments=tuple(
            ShipmentBody(id=f"S-{n}", facility=code)
            for n, code in enumerate(dict.fromkeys(origins), start=1)
        ),
        attributes=body.custom_attributes,
    )
    try:
        return msgspec.convert(msgspec.to_builtins(order), OrderBody)
    except msgspec.ValidationError as error:
        return Objection(400, "The job makes no order.", f"{error}. Mend it there.")


def _lines(body: JobNew, currency: str) -> tuple[list[OrderLineBody], int] | Objection:
    """Give the order's lines, and what they cost together in minor units."""
    lines: list[OrderLineBody] = []
    worth = 0
    for field, listed, is_returnable in (
        ("returnableLineItems", body.returnable_line_items, True),
        ("notReturnableLineItems", body.not_returnable_line_items, False),
    ):
        for index, said in enumerate(listed):
            pointer = f"/{field}/{index}"
            price = price_of(said, currency, pointer)
            if isinstance(price, Objection):
                return price
            quantity = whole(said.delivered, f"{pointer}/delivered")
            codes = tuple(str(code) for code in said.scannable_codes)
            worth += (price or 0) * quantity
            lines.append(
                OrderLineBody(
                    id=str(len(lines) + 1),
                    sku=str(said.article.tenant_article_id),
                    title=said.article.title,
                    quantity=quantity,
                    unit_price=format_amount(price or 0, currency),
                    image_url=said.article.image_url,
                    returnable=is_returnable,
                    upc=codes[0] if codes else None,
                    serials=codes[1:],
                )
            )
    return lines, worth


def _customer(addresses: Sequence[ConsumerAddress]) -> CustomerBody | Objection:
    """Give the person behind the addresses; their first e-mail address is theirs."""
    email = next((one.email for one in addresses if one.email and "@" in one.email), None)
    if email is None:
        return Objection(
            400,
            "No consumer address holds an e-mail address.",
            "Give one in email: customers are told of their returns there.",
        )
    first = addresses[0]
    shipping = next((one for one in addresses if one.address_type != "INVOICE_ADDRESS"), first)
    billing = next((one for one in addresses if one.address_type == "INVOICE_ADDRESS"), None)
    return CustomerBody(
        email=email,
        name=_name(first),
        phone=next((phone.value for one in addresses for phone in one.phone_numbers), None),
        country=_country(shipping),
        postcode=shipping.postal_code,
        addresses=AddressesBody(
            shipping=_address(shipping), billing=None if billing is None else _address(billing)
        ),
    )


def _name(one: ConsumerAddress) -> str | None:
    return " ".join(part for part in (one.first_name, one.last_name) if part) or None


def _country(one: ConsumerAddress) -> str | None:
    """Keep a country that is a code; anything else stands in the address only."""
    country = (one.country or "").upper()
    return country if len(country) == _COUNTRY_LENGTH and country.isalpha() else None


def _address(one: ConsumerAddress) -> AddressBody:
    street = " ".join(part for part in (one.street, one.house_number) if part) or None
    return AddressBody(
        name=_name(one),
        company=one.company_name,
        street=street,
        street2=one.additional_address_info,
        postcode=one.postal_code,
        city=one.city,
        region=one.province,
        country=one.country,
    )
