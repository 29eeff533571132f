"""EasyPost, by its own client: a hundred carriers behind one key.

A shipment is made with our intent as its ``reference``, which its API takes in place of an id: so a
shipment whose answer was lost is found again, and bought once at most.  Making one costs nothing;
buying one does, and a shipment that has a label is never bought again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from retour.gateways.carriers import (
    Answer,
    CarrierReply,
    Document,
    LabelOrder,
    Party,
    PickupOrder,
    QuoteReply,
    Rate,
    Scan,
    TrackReply,
)
from retour.gateways.carriers.guarded import REPLY_BYTES_MAX, TIMEOUT_S, GuardedAdapter
from retour.gateways.exchange import HttpRequest

if TYPE_CHECKING:
    from retour.gateways.http import HttpClient

API: Final = "https://api.easypost.com/v2"
_AT_ONCE: Final = asyncio.Semaphore(8)
_OUNCES_PER_G: Final = 0.03527396
_INCHES_PER_MM: Final = 0.03937008
_CODES: Final = {
    "in_transit": "in_transit",
    "out_for_delivery": "in_transit",
    "available_for_pickup": "in_transit",
    "delivered": "delivered",
    "return_to_sender": "returned_to_sender",
    "failure": "exception",
    "error": "exception",
}
"""Their words in ours; what is missing says nothing about where a parcel is."""
_FINAL: Final = frozenset({"delivered", "return_to_sender", "cancelled"})
_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500
_TOO_MANY: Final = 429
_NOT_FOUND: Final = 404
_NO_PRICE: Final = "No carrier of the account has a price for this way."
_TEXT_MAX: Final = 300

Client = Any
"""Their client, whose calls take fields that only their API knows."""
Thing = dict[str, Any]
"""What their API answers, as plain JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EasyPostTerms:
    """What an account says beside its key; lengths and weight are of a usual parcel."""

    api_key: str
    api_base: str = API
    carriers: tuple[str, ...] = ()
    label_format: str = "pdf"
    weight_g: int = 1000
    length_mm: int = 300
    width_mm: int = 200
    height_mm: int = 100


class _Failed(Exception):
    """Their API said no, or nothing."""

    def __init__(self, answer: Answer, words: str, status: int | None = None) -> None:
        super().__init__(words)
        self.answer = answer
        self.words = words
        self.status = status


class EasyPostCarrier:
    """One account at EasyPost."""

    def __init__(self, http: HttpClient, terms: EasyPostTerms) -> None:
        self._http = http
        self._terms = terms
        self._client: Client | None = None

    # ------------------------------------------------------------ the port

    async def quote(self, order: LabelOrder) -> QuoteReply:
        """Give every price for the way, cheapest first; the shipment made for it costs nothing."""
        try:
            shipment = await self._ask(
                lambda client: client.shipment.create(**self._shipment(order, reference=None))
            )
        except _Failed as failed:
            return QuoteReply(answer=failed.answer, error=failed.words)
        rates = sorted(self._rates(shipment), key=lambda rate: Decimal(str(rate["rate"])))
        return QuoteReply(
            answer=Answer.DONE if rates else Answer.REFUSED,
            error=None if rates else _NO_PRICE,
            rates=tuple(
                Rate(
                    service=f"{rate['carrier']} {rate['service']}",
                    amount=str(rate["rate"]),
                    currency=str(rate["currency"]),
                    days=rate.get("delivery_days"),
                )
                for rate in rates
            ),
        )

    async def create(self, order: LabelOrder) -> CarrierReply:
        """Make the shipment and buy its label."""
        try:
            shipment = await self._ask(
                lambda client: client.shipment.create(
                    **self._shipment(order, reference=order.parcel)
                )
            )
            return await self._buy(order, shipment)
        except _Failed as failed:
            return CarrierReply(answer=failed.answer, error=failed.words)

    async def look_up(self, order: LabelOrder) -> CarrierReply | None:
        """Find the shipment of an intent; one without a label is bought now, there is no other."""
        try:
            shipment = await self._found(order)
            if shipment is None or _is_taken_back(shipment):
                return None
            return await self._buy(order, shipment)
        except _Failed as failed:
            return CarrierReply(answer=failed.answer, error=failed.words)

    async def cancel(self, order: LabelOrder) -> CarrierReply:
        """Ask for the label's price back, which makes it void; done too where there is none."""
        try:
            shipment = await self._found(order)
            if shipment is None or not _has_label(shipment) or _is_taken_back(shipment):
                return CarrierReply(answer=Answer.DONE)
            taken = await self._ask(lambda client: client.shipment.refund(str(shipment["id"])))
        except _Failed as failed:
            return CarrierReply(answer=failed.answer, error=failed.words)
        if _is_taken_back(taken):
            return CarrierReply(answer=Answer.DONE)
        return CarrierReply(answer=Answer.REFUSED, error="The label is not taken back.")

    async def come(self, order: PickupOrder) -> CarrierReply:
        """Ask for a pick-up at the cheapest rate; found again by its reference."""
        intent = f"pickup-{order.label.parcel}-{int(order.earliest.timestamp())}"
        try:
            pickup = await self._pickup(intent)
            if pickup is None:
                shipment = await self._found(order.label)
                if shipment is None:
                    return CarrierReply(answer=Answer.REFUSED, error="There is no such label.")
                asked = {
                    "reference": intent,
                    "shipment": {"id": str(shipment["id"])},
                    "address": _address(order.label.sender),
                    "min_datetime": order.earliest.astimezone(UTC).isoformat(),
                    "max_datetime": order.latest.astimezone(UTC).isoformat(),
                    "instructions": order.note or "",
                    "is_account_address": False,
                }
                pickup = await self._ask(lambda client: client.pickup.create(**asked))
            if not pickup.get("confirmation"):
                pickup = await self._book(pickup)
        except _Failed as failed:
            return CarrierReply(answer=failed.answer, error=failed.words)
        return CarrierReply(answer=Answer.DONE, reference=str(pickup["id"]))

    async def stay(self, order: PickupOrder) -> CarrierReply:
        """Cancel a pick-up."""
        known = order.confirmation
        if known is None:
            return CarrierReply(answer=Answer.DONE)
        try:
            await self._ask(lambda client: client.pickup.cancel(known))
        except _Failed as failed:
            return CarrierReply(answer=failed.answer, error=failed.words)
        return CarrierReply(answer=Answer.DONE)

    async def track(self, order: LabelOrder) -> TrackReply:
        """Read the tracker of a label."""
        try:
            shipment = await self._found(order)
        except _Failed as failed:
            return TrackReply(answer=failed.answer, error=failed.words)
        tracker = None if shipment is None else shipment.get("tracker")
        if tracker is None:
            return TrackReply(answer=Answer.DONE, is_over=shipment is None)
        return TrackReply(
            answer=Answer.DONE,
            scans=scans_of(tracker),
            is_over=str(tracker.get("status")) in _FINAL,
        )

    # ------------------------------------------------------------ shipments

    def _shipment(self, order: LabelOrder, *, reference: str | None) -> dict[str, Any]:
        terms = self._terms
        wanted: dict[str, Any] = {
            "from_address": _address(order.sender),
            "to_address": _address(order.receiver),
            "parcel": {
                "weight": round((order.weight_g or terms.weight_g) * _OUNCES_PER_G, 1),
                "length": round(terms.length_mm * _INCHES_PER_MM, 1),
                "width": round(terms.width_mm * _INCHES_PER_MM, 1),
                "height": round(terms.height_mm * _INCHES_PER_MM, 1),
            },
            "options": {
                "label_format": terms.label_format.upper(),
                "print_custom_1": order.rma_number,
            },
        }
        if reference is not None:
            wanted["reference"] = reference
        return wanted

    async def _found(self, order: LabelOrder) -> Thing | None:
        try:
            return await self._ask(lambda client: client.shipment.retrieve(order.parcel))
        except _Failed as failed:
            if failed.status == _NOT_FOUND:
                return None
            raise

    async def _buy(self, order: LabelOrder, shipment: Thing) -> CarrierReply:
        """Buy the label of a shipment that has none; one that has is only read."""
        if not _has_label(shipment):
            rate = self._chosen(shipment, order.service)
            if rate is None:
                named = f" and {order.service!r}" if order.service else ""
                return CarrierReply(answer=Answer.REFUSED, error=f"{_NO_PRICE[:-1]}{named}.")
            try:
                shipment = await self._ask(
                    lambda client: client.shipment.buy(
                        str(shipment["id"]), rate={"id": str(rate["id"])}
                    )
                )
            except _Failed as failed:
                found = await self._found(order) if failed.answer is Answer.REFUSED else None
                if found is None or not _has_label(found):
                    raise
                shipment = found
        return await self._reply(shipment)

    def _rates(self, shipment: Thing) -> list[Thing]:
        wanted = {name.casefold() for name in self._terms.carriers}
        rates: list[Thing] = shipment.get("rates") or []
        return [rate for rate in rates if not wanted or str(rate["carrier"]).casefold() in wanted]

    def _chosen(self, shipment: Thing, service: str | None) -> Thing | None:
        """Choose the cheapest rate, of the service where one is named."""
        fitting = [
            rate
            for rate in self._rates(shipment)
            if service in (None, str(rate["service"]), f"{rate['carrier']} {rate['service']}")
        ]
        return min(fitting, key=lambda rate: Decimal(str(rate["rate"])), default=None)

    async def _reply(self, shipment: Thing) -> CarrierReply:
        document = await self._label(shipment)
        if document is None:
            # Bought, and on record there: its paper is fetched by the next look.
            return CarrierReply(answer=Answer.UNKNOWN, error="The label could not be fetched.")
        rate = shipment.get("selected_rate")
        return CarrierReply(
            answer=Answer.DONE,
            tracking_number=str(shipment["tracking_code"]),
            service=None if rate is None else f"{rate['carrier']} {rate['service']}",
            reference=str(shipment["id"]),
            documents=(document,),
        )

    async def _label(self, shipment: Thing) -> Document | None:
        label: Thing = shipment["postage_label"]
        form = self._terms.label_format
        url = label.get(f"label_{form}_url") or label.get("label_url")
        if not label.get(f"label_{form}_url") and form != "png":
            form = {"application/pdf": "pdf", "application/zpl": "zpl"}.get(
                str(label.get("label_file_type")), "png"
            )
        wanted = HttpRequest(
            url=str(url), method="GET", timeout_s=TIMEOUT_S, reply_bytes_max=REPLY_BYTES_MAX
        )
        reply = await self._http.send(wanted)
        is_whole = reply.status is not None and reply.status < _CLIENT_ERROR
        if not is_whole or reply.is_truncated or not reply.body:
            return None
        return Document(kind="label", format=form, body=reply.body)

    async def _pickup(self, intent: str) -> Thing | None:
        try:
            return await self._ask(lambda client: client.pickup.retrieve(intent))
        except _Failed as failed:
            if failed.status == _NOT_FOUND:
                return None
            raise

    async def _book(self, pickup: Thing) -> Thing:
        rates: list[Thing] = pickup.get("pickup_rates") or []
        rate = min(rates, key=lambda one: Decimal(str(one["rate"])), default=None)
        if rate is None:
            raise _Failed(Answer.REFUSED, "Nobody drives there in that time.")
        chosen = {"carrier": str(rate["carrier"]), "service": str(rate["service"])}
        return await self._ask(lambda client: client.pickup.buy(str(pickup["id"]), **chosen))

    # ------------------------------------------------------------ the client

    async def _ask(self, call: Callable[[Client], object]) -> Thing:
        """Have their client make one call, in a thread.

        Raises:
            _Failed: They said no, or nothing.
        """
        client = self._opened()
        async with _AT_ONCE:
            return await asyncio.to_thread(_called, client, call)

    def _opened(self) -> Client:
        """Make the client on first use, with every way out of it our own."""
        if self._client is None:
            from easypost.easypost_client import EasyPostClient

            client = EasyPostClient(self._terms.api_key, api_base=self._terms.api_base)
            adapter = GuardedAdapter(self._http, asyncio.get_running_loop())
            session = client._requests_session  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - they name no other place for a transport
            session.trust_env = False
            session.adapters.clear()
            for prefix in ("https://", "http://"):
                session.mount(prefix, adapter)
            self._client = client
        return self._client


def _called(client: Client, call: Callable[[Client], object]) -> Thing:
    from easypost.errors import ApiError, EasyPostError, HttpError, JsonError
    from easypost.errors import TimeoutError as TimedOut

    try:
        made = call(client)
        return json.loads(str(made))
    except (HttpError, JsonError, TimedOut) as error:
        raise _Failed(Answer.UNKNOWN, _words(error)) from error
    except ApiError as error:
        status: int | None = error.http_status
        raise _Failed(_answer(status), _words(error), status) from error
    except EasyPostError as error:
        raise _Failed(Answer.REFUSED, _words(error)) from error


def _answer(status: int | None) -> Answer:
    if status is None or status >= _SERVER_ERROR:
        return Answer.UNKNOWN
    return Answer.NOT_DONE if status == _TOO_MANY else Answer.REFUSED


def _words(error: Exception) -> str:
    said = " ".join(str(getattr(error, "message", "") or error).split())
    return f"EasyPost: {said[:_TEXT_MAX]}"


def _address(party: Party) -> dict[str, str | None]:
    return {
        "name": party.name,
        "company": party.company,
        "street1": party.street,
        "street2": party.street2,
        "city": party.city,
        "state": party.region,
        "zip": party.postcode,
        "country": party.country,
        "phone": party.phone,
        "email": party.email,
    }


def _has_label(shipment: Thing) -> bool:
    return bool(shipment.get("postage_label"))


def _is_taken_back(shipment: Thing) -> bool:
    return str(shipment.get("refund_status") or "") in {"submitted", "refunded"}


# ---------------------------------------------------------------- what they tell


def scans_of(tracker: Thing) -> tuple[Scan, ...]:
    """Read a tracker's details; each is named by what makes it one, for they have no ids."""
    number = str(tracker.get("tracking_code"))
    found: list[Scan] = []
    details: list[Thing] = tracker.get("tracking_details") or []
    for detail in details:
        code, at = _CODES.get(str(detail.get("status"))), detail.get("datetime")
        if code is None or not at:
            continue
        said = detail.get("message") or detail.get("description")
        found.append(
            Scan(
                event=f"{number}/{at}/{detail.get('status')}",
                code=code,
                at=datetime.fromisoformat(str(at)).astimezone(UTC),
                detail=None if said is None else str(said),
                location=_location(detail.get("tracking_location")),
            )
        )
    return tuple(found)


def _location(said: Thing | None) -> str | None:
    if not said:
        return None
    words = [str(said.get(name)) for name in ("city", "state", "country") if said.get(name)]
    return ", ".join(words) or None


def tracker_of(event: Thing) -> Thing | None:
    """Give the tracker that an event is about; ``None`` where it is about something else."""
    result: Thing | None = event.get("result")
    return result if result is not None and result.get("object") == "Tracker" else None


def verified(body: bytes, signature: str | None, secret: str) -> dict[str, Any] | None:
    """Read a webhook whose signature is theirs; ``None`` where it is not."""
    from easypost.errors import SignatureVerificationError
    from easypost.util import validate_webhook

    try:
        return validate_webhook(body, {"X-Hmac-Signature": signature}, secret)
    except SignatureVerificationError:
        return None
