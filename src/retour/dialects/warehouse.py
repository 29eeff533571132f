"""The ``warehouse`` dialect: what a warehouse's own system must know before goods come.

The words are ours.  An advance notice is said when a return may be sent, said anew whole whenever
that changes, and taken back when nothing will come; receivers keep the one with the highest
``version`` of each return.  Moves of goods follow as quantities.  It holds nothing of the customer.

Subscribe with the filter ``{"facility": ["dc-2"]}``: a return is a facility's from the moment
that it is to be sent there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from retour.dialects.dialect import Dialect, Wanted, written
from retour.dialects.shapes import Integer, ListOf, Shape, StringMap, Text, Tree, or_null
from retour.dialects.stored import StoredEvent
from retour.dialects.tree_parts import COUNT, MAYBE, MOMENT, TEXT, words
from retour.dialects.view import View, instant
from retour.kernel.wire import WireMessage
from retour.lifecycle.dock.waiting import heading_for
from retour.lifecycle.model import (
    EventType,
    Order,
    OrderLine,
    Origin,
    Parcel,
    ParcelStatus,
    Reception,
    Return,
    ReturnLine,
    ReturnStatus,
)
from retour.lifecycle.words import Direction

ROOT: Final = "notice"
CREATED: Final = "advance_notice.created"
UPDATED: Final = "advance_notice.updated"
CANCELED: Final = "advance_notice.canceled"
DISPOSED: Final = "units.disposed"
STORED: Final = "units.stored"
_MOVES: Final = (DISPOSED, STORED)

_SETTINGS: Final[Mapping[str, str | None]] = {
    "facility_id": None,
    "instructions": None,
    "blind": "false",
}
_INSTRUCTIONS: Final = "instructions"
"""The attribute of an order line that says how to unpack it."""
_COMING: Final = frozenset(
    {
        ReturnStatus.AUTHORIZED,
        ReturnStatus.SHIPPED,
        ReturnStatus.TRACKED,
        ReturnStatus.RECEIVED,
    }
)
_NOT_COMING: Final = frozenset({ParcelStatus.VOIDED, ParcelStatus.LABEL_FAILED})

_VOCABULARY: Final[Mapping[EventType, tuple[str, ...]]] = {
    EventType.RETURN_AUTHORIZED: (CREATED,),
    EventType.RETURN_AMENDED: (UPDATED,),
    EventType.LABEL_CREATED: (UPDATED,),
    EventType.RETURN_SHIPPED: (UPDATED,),
    EventType.RETURN_TRACKED: (UPDATED,),
    EventType.PARCEL_UPDATED: (UPDATED,),
    EventType.RETURN_REOPENED: (UPDATED,),
    EventType.RETURN_CANCELED: (CANCELED,),
    EventType.UNIT_DISPOSED: (DISPOSED,),
    EventType.UNIT_STORED: (STORED,),
}


def render(event: StoredEvent, wanted: Wanted) -> WireMessage | None:
    """Say ``event`` to a warehouse; silent while nothing may be sent to it yet."""
    seen = event.snapshot
    if seen.ret is None or seen.order is None or event.type not in _VOCABULARY:
        return None
    settings = {**_SETTINGS, **wanted.settings}
    (word,) = _VOCABULARY[event.type]
    head = _head(event, seen.ret, word, settings)
    if word in _MOVES:
        return written(event, {**head, **_move(event)}, ROOT, wanted.format)
    if word is UPDATED and seen.ret.status not in _COMING:
        return None
    if word is CANCELED and ReturnStatus.AUTHORIZED.value not in seen.ret.status_at:
        return None
    return written(event, {**head, **_notice(seen.ret, seen.order, settings)}, ROOT, wanted.format)


def _head(event: StoredEvent, ret: Return, word: str, settings: Mapping[str, str | None]) -> View:
    places = sorted(heading_for(ret))
    return {
        "id": event.id,
        "type": word,
        "occurred_at": instant(event.occurred_at),
        "workspace": event.workspace,
        "version": ret.version,
        "facility": event.snapshot.details.get("facility") or (places[0] if places else None),
        "facility_id": settings["facility_id"],
        "return": ret.id,
        "rma_number": ret.rma_number,
        "order_number": ret.order_number,
    }


def _move(event: StoredEvent) -> View:
    told = event.snapshot.details
    units = told.get("units")
    return {
        "line": told.get("line"),
        "sku": told.get("sku"),
        "quantity": told.get("count"),
        "units": units.split(",") if isinstance(units, str) else [],
        "disposition": told.get("disposition"),
        "before": told.get("before"),
        "location": told.get("location"),
        "lpn": told.get("lpn"),
    }


def _notice(ret: Return, order: Order, settings: Mapping[str, str | None]) -> View:
    blind = settings["blind"] == "true"
    items = {line.id: line for line in order.lines}
    expected = sum(_expected(line) for line in ret.lines)
    return {
        "status": ret.status.value,
        "origin": ret.origin.value,
        "instructions": settings["instructions"],
        "expected": None if blind else expected,
        "parcels": [
            _parcel(parcel)
            for parcel in ret.parcels
            if parcel.direction is Direction.INBOUND and parcel.status not in _NOT_COMING
        ],
        "lines": [
            _line(line, None if line.line is None else items.get(line.line), blind=blind)
            for line in ret.lines
            if line.quantity
        ],
        "attributes": dict(ret.attributes),
    }


def _expected(line: ReturnLine) -> int:
    return sum(unit.reception is Reception.EXPECTED for unit in line.units)


def _parcel(parcel: Parcel) -> View:
    return {
        "id": parcel.id,
        "status": parcel.status.value,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
    }


def _line(line: ReturnLine, item: OrderLine | None, *, blind: bool) -> View:
    quantity = line.quantity - line.refused_quantity
    return {
        "id": line.id,
        "line": line.line,
        "sku": line.sku,
        "upc": None if item is None else item.upc,
        "part_number": None if item is None else item.part_number,
        "title": None if item is None else item.title,
        "group": None if item is None else item.group,
        "weight_g": None if item is None else item.weight_g,
        "image_url": None if item is None else item.image_url,
        "quantity": None if blind else quantity,
        "expected": None if blind else _expected(line),
        "serials": [] if item is None or blind else list(item.serials),
        "reasons": [{"code": reason.code, "text": reason.text} for reason in line.reasons],
        "instructions": None if item is None else item.attributes.get(_INSTRUCTIONS),
    }


# ---------------------------------------------------------------- shapes

_MAYBE_COUNT: Final = Integer(minimum=0, nullable=True)
_LINE: Final = Tree(
    name="notice_line",
    fields={
        "id": Text(about="Name it in a receipt, or the SKU."),
        "line": or_null(TEXT, "The order line."),
        "sku": TEXT,
        **dict.fromkeys(("upc", "part_number", "title", "group"), MAYBE),
        "weight_g": Integer(nullable=True),
        "image_url": MAYBE,
        "quantity": or_null(_MAYBE_COUNT, "Announced; null where the warehouse counts blind."),
        "expected": or_null(_MAYBE_COUNT, "Of these still to come."),
        "serials": ListOf(item=Text(about="Sold with the order.")),
        "reasons": ListOf(item=Tree(name="notice_reason", fields={"code": MAYBE, "text": TEXT})),
        "instructions": or_null(TEXT, "How to unpack it, from the order line's attributes."),
    },
)
_HEAD: Final[dict[str, Shape]] = {
    "id": Text(about="The same for every resend; also the header webhook-id."),
    "occurred_at": MOMENT,
    "workspace": TEXT,
    "version": Integer(minimum=1, about="Of the return; of two notices the higher is true."),
    "facility": or_null(TEXT, "Code of the facility the goods go to."),
    "facility_id": or_null(TEXT, "As the setting facility_id says."),
    "return": TEXT,
    "rma_number": TEXT,
    "order_number": TEXT,
}


def shape(word: str) -> Tree:
    """Say what a message of a word looks like."""
    said: dict[str, Shape] = {"type": Text(words=(word,))}
    if word in _MOVES:
        told: dict[str, Shape] = {
            "line": MAYBE,
            "sku": MAYBE,
            "quantity": COUNT,
            "units": ListOf(item=Text(about="A unit's id; none where they are too many.")),
            **dict.fromkeys(("disposition", "before", "location", "lpn"), MAYBE),
        }
        return Tree(name="units_moved", fields={**_HEAD, **said, **told})
    body: dict[str, Shape] = {
        "status": words(ReturnStatus),
        "origin": words(Origin),
        "instructions": or_null(TEXT, "As the setting instructions says."),
        "expected": or_null(_MAYBE_COUNT, "Units still to come; null where it counts blind."),
        "parcels": ListOf(
            item=Tree(
                name="notice_parcel",
                fields={
                    "id": TEXT,
                    "status": words(ParcelStatus),
                    "carrier": MAYBE,
                    "tracking_number": MAYBE,
                },
            )
        ),
        "lines": ListOf(item=_LINE),
        "attributes": StringMap(about="The return's."),
    }
    return Tree(name="advance_notice", fields={**_HEAD, **said, **body})


def _blind_problem(value: str | None) -> str | None:
    if value in {"true", "false"}:
        return None
    return f"blind is {value!r}. Give true or false, as a text."


DIALECT: Final = Dialect(
    name="warehouse",
    source="our own (docs/receiving.md)",
    vocabulary=_VOCABULARY,
    silences={
        event_type: "It changes nothing about what a warehouse has to expect or to move."
        for event_type in EventType
        if event_type not in _VOCABULARY
    },
    formats=("json", "xml"),
    render=render,
    shape=shape,
    settings=_SETTINGS,
    checks={"blind": _blind_problem},
)
