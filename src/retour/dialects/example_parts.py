"""What the samples are made of: one made-up order, its return, its parcel, receipt and settlement.

``examples.py`` tells their story.  Everything is fixed: instants, ids, names.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from retour.kernel.ids import Mint, workspace_text
from retour.lifecycle.model import (
    Acceptance,
    Address,
    Counters,
    Customer,
    Executor,
    FacilityRef,
    Leg,
    LegAttempt,
    LegStatus,
    LineWords,
    Order,
    OrderLine,
    Origin,
    Parcel,
    ParcelScan,
    ParcelStatus,
    Payment,
    PolicyRef,
    Reason,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
    Reception,
    Return,
    ReturnLine,
    ReturnStatus,
    Settlement,
    SettlementKind,
    SettlementLine,
    SettlementStatus,
    Shipment,
    ShippingCharge,
    TraceStep,
    Unit,
    Verdict,
)

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINT: Final = Mint(START, bytes(16))
IDS: Final = MappingProxyType(
    {
        name: MINT(prefix)
        for name, prefix in (
            ("order", "ord"),
            ("return", "ret"),
            ("lamp", "rln"),
            ("lamp-1", "unt"),
            ("mug", "rln"),
            ("mug-1", "unt"),
            ("mug-2", "unt"),
            ("parcel", "pcl"),
            ("receipt", "rcp"),
            ("receipt-1", "rcl"),
            ("receipt-2", "rcl"),
            ("correction", "rcl"),
            ("settlement", "stl"),
            ("leg", "leg"),
            ("key", "key"),
            ("subscription", "sub"),
        )
    }
)
WORKSPACE: Final = workspace_text(1)
CUSTOMER: Final = Customer(
    email="alex.jansen@example.com",
    name="Alex Jansen",
    phone="+31201234567",
    country="NL",
    postcode="1012 AB",
    locale="nl-NL",
    shipping_address=Address(
        name="Alex Jansen", street="Damrak 1", postcode="1012 AB", city="Amsterdam", country="NL"
    ),
)
WORDS: Final = {
    IDS["lamp"]: LineWords(reason_comments=("The glass is cracked.",)),
    IDS["mug"]: LineWords(comment="One would have been enough.", reason_comments=(None,)),
}
FACILITY: Final = FacilityRef(code="main", number=1, name="Main warehouse")


def moment(hours: int) -> datetime:
    """Give the instant so many hours after the order was handed over."""
    return START + timedelta(hours=hours)


def order_with(**counted: Counters) -> Order:
    """Give the order with these counters, by line."""
    untouched = Counters(delivered=3)
    return Order(
        id=IDS["order"],
        order_number="000100042",
        external_order_id="WEB-77120",
        currency="EUR",
        channel="webshop",
        created_at=START,
        ordered_at=moment(-96),
        handed_over_at=START,
        lines=(
            OrderLine(
                id="1",
                number=1,
                sku="00420-BRASS",
                upc="0012345678905",
                title="Desk lamp, brass",
                quantity=1,
                unit_price=8950,
                tax_rate="21",
                counters=counted.get("lamp", Counters(delivered=1)),
            ),
            OrderLine(
                id="2",
                number=2,
                sku="MUG-03",
                title="Mug “Größe L”",
                quantity=3,
                unit_price=1250,
                discount=250,
                tax_rate="21",
                counters=counted.get("mug", untouched),
            ),
        ),
        shipments=(
            Shipment(
                id="S-1",
                shipped_at=moment(-48),
                delivered_at=START,
                facility="main",
                tracking_number="3SABC000111222",
            ),
        ),
        shipping=ShippingCharge(amount=495, tax_rate="21"),
        payments=(Payment(id="pay-1", processor=Executor.SANDBOX, kind="card", captured=12945),),
        attributes={"campaign": "spring & co"},
    )


def lines_of(lamp: Unit, *mugs: Unit) -> tuple[ReturnLine, ...]:
    """Give the return's two lines with these units."""
    return (
        ReturnLine(
            id=IDS["lamp"],
            number=1,
            line="1",
            sku="00420-BRASS",
            quantity=1,
            reasons=(Reason(code="damaged", text="Arrived damaged"),),
            units=(lamp,),
        ),
        ReturnLine(
            id=IDS["mug"],
            number=2,
            line="2",
            sku="MUG-03",
            quantity=2,
            reasons=(Reason(text="Ordered too many"),),
            units=mugs,
        ),
    )


LAMP: Final = Unit(id=IDS["lamp-1"])
MUG_1: Final = Unit(id=IDS["mug-1"])
MUG_2: Final = Unit(id=IDS["mug-2"])


def arrived_by(unit: Unit, receipt_line: str) -> Unit:
    """Give a unit as a line of the receipt brought it."""
    return replace(
        unit,
        reception=Reception.RECEIVED,
        facility="main",
        receipt_line=IDS[receipt_line],
    )


LAMP_HERE: Final = arrived_by(LAMP, "receipt-1")
MUG_1_HERE: Final = arrived_by(MUG_1, "receipt-2")
MUG_2_MISSING: Final = replace(MUG_2, reception=Reception.MISSING)
LAMP_DONE: Final = replace(
    LAMP_HERE,
    acceptance=Acceptance.ACCEPTED,
    grade="C",
    condition="Glass cracked, otherwise clean",
    disposition="refurbish",
)
MUG_1_DONE: Final = replace(
    MUG_1_HERE, acceptance=Acceptance.ACCEPTED, grade="A", disposition="restock"
)

PARCEL: Final = Parcel(
    id=IDS["parcel"], status=ParcelStatus.REQUESTED, created_at=moment(4), carrier="sandbox"
)
LABELED: Final = replace(
    PARCEL,
    status=ParcelStatus.LABEL_CREATED,
    tracking_number="000340123",
    label_url="https://carrier.example/labels/000340123.pdf",
)
SCANNED: Final = replace(
    LABELED,
    status=ParcelStatus.IN_TRANSIT,
    scans=(ParcelScan(code="in_transit", at=moment(28)),),
)
DELIVERED: Final = replace(
    SCANNED,
    status=ParcelStatus.DELIVERED,
    scans=(*SCANNED.scans, ParcelScan(code="delivered", at=moment(50))),
)

LAMP_SEEN: Final = ReceiptLine(
    id=IDS["receipt-1"],
    quantity=1,
    at=moment(51),
    line="1",
    sku="00420-BRASS",
    units=(IDS["lamp-1"],),
    parcel=IDS["parcel"],
    operation_id="scan-0001",
)
MUG_SEEN: Final = replace(
    LAMP_SEEN,
    id=IDS["receipt-2"],
    line="2",
    sku="MUG-03",
    units=(IDS["mug-1"],),
    operation_id="scan-0002",
)
RECEIPT: Final = Receipt(
    id=IDS["receipt"],
    facility="main",
    status=ReceiptStatus.OPEN,
    opened_at=moment(51),
    lines=(LAMP_SEEN,),
)
RECEIPT_2: Final = replace(RECEIPT, lines=(LAMP_SEEN, MUG_SEEN))
CORRECTION: Final = replace(
    MUG_SEEN,
    id=IDS["correction"],
    operation_id=None,
    corrects=IDS["receipt-2"],
    reason="Counted again",
)
RECEIPT_3: Final = replace(RECEIPT, lines=(LAMP_SEEN, MUG_SEEN, CORRECTION))
RECEIPT_DONE: Final = replace(RECEIPT_3, status=ReceiptStatus.FINISHED, finished_at=moment(53))

LEG: Final = Leg(
    id=IDS["leg"],
    kind="refund",
    executor=Executor.SANDBOX,
    payment="pay-1",
    amount=10117,
    status=LegStatus.RESERVED,
)
SETTLEMENT: Final = Settlement(
    id=IDS["settlement"],
    kind=SettlementKind.REFUND,
    status=SettlementStatus.CONFIRMED,
    currency="EUR",
    total=10117,
    created_at=moment(54),
    confirmed_at=moment(54),
    memo_number="M1-1",
    lines=(
        SettlementLine(kind="item", line="1", amount=8950, tax=1553, units=(IDS["lamp-1"],)),
        SettlementLine(kind="item", line="2", amount=1167, tax=203, units=(IDS["mug-1"],)),
    ),
    legs=(LEG,),
)


def leg_as(status: LegStatus, *attempts: LegAttempt, reference: str | None = None) -> Leg:
    """Give the leg in this status, after these attempts."""
    return replace(
        LEG,
        status=status,
        attempts=attempts,
        series_failures=sum(attempt.outcome == "failed" for attempt in attempts),
        reference=reference,
    )


def settlement_as(status: SettlementStatus, leg: Leg) -> Settlement:
    """Give the settlement in this status, with this leg."""
    settled_at = moment(55) if status is SettlementStatus.SETTLED else None
    return replace(SETTLEMENT, status=status, legs=(leg,), settled_at=settled_at)


RETURN: Final = Return(
    id=IDS["return"],
    number=1,
    rma_number="R00000018",
    status=ReturnStatus.REQUESTED,
    order_number="000100042",
    origin=Origin.PORTAL,
    source="portal",
    policy=PolicyRef(id="default", version=1),
    verdict=Verdict(
        eligible=True,
        trace=(
            TraceStep(
                rule="window",
                verdict="eligible",
                detail="Within 30 days of delivery.",
                line="1",
            ),
        ),
    ),
    lines=lines_of(LAMP, MUG_1, MUG_2),
    attributes={"ticket": "T-9 <urgent>"},
)
