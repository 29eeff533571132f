"""The sandbox's carrier: its ledger, and what it shall see of parcels."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.api.json_body import BodyReader
from retour.api.parcels.hooks import SIGNATURE, sandbox_token, signed, take_sandbox
from retour.api.routes import BASE, PAGED, Hooked, Route
from retour.desk.once import once
from retour.desk.outcome import Done
from retour.desk.pages import envelope
from retour.dialects.shapes import Text, Tree
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT
from retour.gateways.carriers import Scan
from retour.lifecycle.bodies import Body, Instant, Word
from retour.sandbox.carrier import SandboxCarrier

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

SCANS_MAX: Final = 100
COPIES_MAX: Final = 5
_ENCODE: Final = msgspec.json.Encoder()

LABEL: Final = Tree(
    name="sandbox_label",
    about="A label the sandbox's carrier made, whatever we think.",
    fields={
        "id": TEXT,
        "intent": Text(about="The parcel it was asked for."),
        "tracking_number": TEXT,
        "service": TEXT,
        "method": TEXT,
        "direction": Text(words=("inbound", "outbound")),
        "status": Text(words=("booked", "canceled")),
        "pickup": MAYBE,
        "at": MOMENT,
        "canceled_at": MAYBE_MOMENT,
    },
)
SEEN: Final = Tree(name="seen", fields={"tracking_number": TEXT, "told": COUNT, "scans": COUNT})


class ScanPlayed(Body):
    """Something the carrier sees; its id is drawn from its place unless said."""

    code: Literal["in_transit", "delivered", "exception", "lost", "returned_to_sender"]
    at: Instant | None = None
    id: Word | None = None
    detail: Word | None = None
    location: Word | None = None


class TrackingPlayed(Body):
    """What the carrier sees of a parcel, and how badly it tells it.

    Args:
        order: ``shuffled`` tells the scans in an order drawn by ``seed``.
        copies: How often each is told.
        lose: How many of them are never told; whoever asks the carrier hears them.
    """

    tracking_number: Word
    scans: Annotated[tuple[ScanPlayed, ...], Meta(min_length=1, max_length=SCANS_MAX)]
    order: Literal["as_given", "shuffled"] = "as_given"
    copies: Annotated[int, Meta(ge=1, le=COPIES_MAX)] = 1
    lose: Annotated[int, Meta(ge=0, le=SCANS_MAX)] = 0
    seed: int = 0


_PLAYED: Final = BodyReader(TrackingPlayed)


async def read_carrier_ledger(call: Call) -> Outcome:
    """Give the labels ever made, oldest first."""
    page = call.page
    carrier = SandboxCarrier(call.house.database)
    items, following = await carrier.ledger(call.workspace_id, after=page.after, limit=page.limit)
    return Done(status=200, body=envelope(items, following))


async def play_tracking(call: Call) -> Outcome:
    """Have the carrier see a parcel, and tell it as it does."""
    body = _PLAYED.read(call.body)

    async def play() -> Outcome:
        carrier, number = SandboxCarrier(call.house.database), body.tracking_number
        now = await carrier.now(call.workspace_id)
        scans = [_scan(body, place, one, now) for place, one in enumerate(body.scans)]
        await carrier.see(call.workspace_id, number, scans)
        told = await _tell(call, body, scans)
        answer = {"tracking_number": number, "told": told, "scans": len(scans)}
        return Done(status=200, body=_ENCODE.encode(answer))

    return await once(call.house, call.workspace_id, call.key, play)


def _scan(body: TrackingPlayed, place: int, played: ScanPlayed, now: datetime) -> Scan:
    at = played.at or now
    return Scan(
        event=played.id or f"{body.tracking_number}-{int(at.timestamp())}-{place}",
        code=played.code,
        at=at,
        detail=played.detail,
        location=played.location,
    )


async def _tell(call: Call, body: TrackingPlayed, scans: list[Scan]) -> int:
    """Send each scan by the carrier's own hook, signed, in the order played."""
    told = scans[: len(scans) - body.lose] * body.copies
    if body.order == "shuffled":
        random.Random(body.seed).shuffle(told)  # noqa: S311 - a game, repeated by its seed
    token = sandbox_token(call.house, call.workspace_id)
    for scan in told:
        message = _ENCODE.encode({"tracking_number": body.tracking_number, "scans": (scan,)})
        headers = {SIGNATURE: signed(call.house, call.workspace_id, message).encode()}
        await take_sandbox(
            call.house, Hooked(params={"token": token}, headers=headers, body=message)
        )
    return len(told)


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/sandbox/carrier/ledger",
        name="read_carrier_ledger",
        tag="Sandbox",
        summary="Read what labels the carrier made, oldest first",
        scope="sandbox:read",
        noun="sandbox",
        answer=read_carrier_ledger,
        query=PAGED,
        result=LABEL,
        paged=True,
        sandbox_only=True,
    ),
    Route(
        method="POST",
        path=f"{BASE}/sandbox/carrier/tracking",
        name="play_tracking",
        tag="Sandbox",
        summary="Have the carrier see a parcel",
        about="Late, twice and shuffled, as carriers tell; what is lost is heard by asking only.",
        scope="sandbox:write",
        noun="sandbox",
        answer=play_tracking,
        body=TrackingPlayed,
        result=SEEN,
        sandbox_only=True,
    ),
)
