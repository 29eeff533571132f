"""The carriers a workspace can ask: the sandbox's in a sandbox, and its own accounts."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.parcels.accounts import SANDBOX, Opened, open_account
from retour.desk.parcels.papers import place
from retour.gateways.carriers import (
    Answer,
    Carrier,
    LabelOrder,
    NullCarrier,
    Party,
    QuoteReply,
)
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.bodies import Body, Word
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.lifecycle.model import Customer

_ENCODE: Final = msgspec.json.Encoder()
_TRIED: Final = "trial"
_NO_PLAY: Final = (
    "The sandbox\u2019s carrier makes labels to practise with, and this workspace is live. Connect"
    " a carrier\u2019s account and name it in the policy, or ship with a label of your own."
)


class AccountCarriers:
    """Finds carriers by the codes of a workspace's accounts; each is opened when it is asked.

    Args:
        http: The guarded way out of all of them.
        sandbox: The carrier of workspaces that practise.
    """

    def __init__(self, house: House, http: HttpClient, sandbox: Carrier) -> None:
        self._house = house
        self._http = http
        self._sandbox = sandbox

    async def find(self, workspace_id: int, code: str) -> Carrier:
        """Give the carrier of an account; one that refuses in words where there is none."""
        if code == SANDBOX:
            config = await self._house.configs.recent(workspace_id)
            is_play = config is not None and config.is_sandbox
            return self._sandbox if is_play else NullCarrier(code, _NO_PLAY)
        try:
            account = await open_account(self._house, workspace_id, code)
        except InvalidRequest as error:
            return NullCarrier(code, str(error))
        return NullCarrier(code) if account is None else self._easypost(account)

    def _easypost(self, account: Opened) -> Carrier:
        try:
            from retour.gateways.carriers.easypost import EasyPostCarrier, EasyPostTerms
        except ModuleNotFoundError:
            why = "EasyPost's client is not installed. Install retour[easypost] and start again."
            return NullCarrier(account.code, why)
        terms = account.terms
        return EasyPostCarrier(
            self._http,
            EasyPostTerms(
                api_key=account.credentials.api_key,
                api_base=self._house.settings.easypost_url,
                carriers=terms.carriers,
                label_format=terms.label_format,
                weight_g=terms.parcel.weight_g,
                length_mm=terms.parcel.length_mm,
                width_mm=terms.parcel.width_mm,
                height_mm=terms.parcel.height_mm,
            ),
        )


@asynccontextmanager
async def asking(house: House, sandbox: Carrier) -> AsyncGenerator[AccountCarriers]:
    """Have carriers to ask from a request, by a guarded way out of its own."""
    http = HttpClient(allow=parse_allow(house.settings.egress_allow))
    http.start()
    try:
        yield AccountCarriers(house, http, sandbox)
    finally:
        await http.close()


class QuoteParcel(Body):
    """What a label would cost; the account's cheapest first."""

    carrier: Word = SANDBOX
    service: Word | None = None
    facility: Word | None = None


async def quote(
    house: House, workspace_id: int, return_id: str, given: QuoteParcel, sandbox: Carrier
) -> Outcome:
    """Ask a carrier for its prices of a return's way; nothing is bought."""
    wanted = LoadKey(workspace_id=workspace_id, return_id=return_id)
    loaded = await load(await house.database.pool(), wanted)
    if loaded is None or loaded.state is None or loaded.state.ret is None:
        return NotFound(what="return")
    order = LabelOrder(
        workspace_id=workspace_id,
        parcel="",
        carrier=given.carrier,
        rma_number=loaded.state.ret.rma_number,
        service=given.service,
        sender=_shopper(loaded.state.customer),
        receiver=await place(house, workspace_id, given.facility),
    )
    async with asking(house, sandbox) as carriers:
        carrier = await carriers.find(workspace_id, given.carrier)
        reply = await carrier.quote(order)
    if reply.answer is not Answer.DONE:
        detail = reply.error or "The carrier did not answer. Ask again in a moment."
        return Refused(refusal=refuse(RefusalCode.PARCEL_NOT_READY, detail, "/carrier"))
    shown = {"carrier": given.carrier, "rates": _prices(reply)}
    return Done(status=200, body=_ENCODE.encode(shown))


def _prices(reply: QuoteReply) -> list[dict[str, object]]:
    return [
        {
            "service": rate.service,
            "amount": rate.amount,
            "currency": rate.currency,
            "days": rate.days,
        }
        for rate in reply.rates
    ]


def _shopper(customer: Customer) -> Party:
    at = customer.shipping_address or customer.billing_address
    return Party(
        name=customer.name if at is None else at.name or customer.name,
        street=None if at is None else at.street,
        street2=None if at is None else at.street2,
        city=None if at is None else at.city,
        region=None if at is None else at.region,
        postcode=customer.postcode if at is None else at.postcode or customer.postcode,
        country=customer.country if at is None else at.country or customer.country,
        phone=customer.phone,
        email=customer.email,
    )


async def try_account(house: House, workspace_id: int, code: str, sandbox: Carrier) -> Outcome:
    """Ask an account's carrier for prices between two places; says whether it let us in."""
    if code != SANDBOX and await open_account(house, workspace_id, code) is None:
        return NotFound(what="carrier account")
    there = await place(house, workspace_id, None)
    if there.country is None:
        detail = "The facility 'main' has no address. Put one with its country, then try again."
        raise InvalidRequest(FieldError(pointer="", code="bad_value", detail=detail))
    order = LabelOrder(
        workspace_id=workspace_id,
        parcel="",
        carrier=code,
        rma_number=_TRIED,
        sender=there,
        receiver=there,
    )
    async with asking(house, sandbox) as carriers:
        carrier = await carriers.find(workspace_id, code)
        reply = await carrier.quote(order)
    answer = {
        "ok": reply.answer is Answer.DONE,
        "rates": len(reply.rates),
        "prices": _prices(reply),
        "error": reply.error,
    }
    return Done(status=200, body=_ENCODE.encode(answer))
