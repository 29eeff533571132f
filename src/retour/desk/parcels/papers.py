"""A parcel's label on paper: as its carrier made it, as it was uploaded, or drawn by us.

We draw labels of the sandbox's carrier, and for parcels that have no label of ours a slip that the
warehouse can scan.  A real carrier's label is never drawn: what it gave is what is printed.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from retour.desk.brand import accent_of
from retour.desk.execute import Asked, execute
from retour.desk.outcome import Done, Outcome, Refused
from retour.desk.parcels import MISSING, look_up
from retour.dialects.papers.figures import locale_of
from retour.dialects.papers.slip_words import SLIP_WORDS
from retour.gateways import papers
from retour.gateways.carriers import Document, Party
from retour.gateways.papers import Sheet, Slip
from retour.kernel.ids import is_id
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.commands import RecordLabel
from retour.lifecycle.model import (
    Actor,
    Direction,
    Parcel,
    ParcelDocument,
    ParcelMethod,
    ParcelStatus,
)
from retour.store.loading import LoadKey, load
from retour.store.papers import logo_of
from retour.store.parcel_links import label_token
from retour.store.parcels import Box, facility_of, one_box, put_document, read_document

if TYPE_CHECKING:
    from retour.desk.config import WorkspaceConfig
    from retour.desk.house import House
    from retour.lifecycle.model import Customer, State

Form = Literal["pdf", "png", "zpl", "qr"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
TYPES: Final = {
    "pdf": b"application/pdf",
    "png": b"image/png",
    "zpl": b"application/zpl",
    "qr": b"image/png",
}
UPLOAD_MAX: Final = 2_000_000
"""Bytes of an uploaded label; a page is a tenth of it."""
_BEGINNINGS: Final = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "zpl": b"^XA"}
_SANDBOX: Final = "sandbox"
_NOT_YET: Final = frozenset({ParcelStatus.REQUESTED, ParcelStatus.LABEL_FAILED})
_SLIPS: Final = frozenset({ParcelMethod.OWN, ParcelMethod.VIRTUAL})
_ITEMS_MAX: Final = 7
"""Lines that a slip has room for; of more, how many there are is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Bytes to be printed or shown."""

    form: Form
    body: bytes
    name: str


async def label(house: House, workspace_id: int, parcel_id: str, form: Form) -> Paper | Outcome:
    """Give a parcel's label in one form, or say why there is none."""
    box = await _box(house, workspace_id, parcel_id)
    if box is None:
        return MISSING
    parcel = box.parcel
    if parcel.status in _NOT_YET:
        return _none(f"The parcel is {parcel.status}; there is no label yet. Ask again later.")
    if parcel.status is ParcelStatus.VOIDED:
        return _none("The label is void. Create another one.")
    kind, kept_as = ("code", "png") if form == "qr" else ("label", form)
    async with house.database.transaction(workspace_id) as connection:
        body = await read_document(connection, workspace_id, parcel_id, kind, kept_as)
    if body is None and form != "qr" and not _is_drawn(parcel):
        had = ", ".join(one.format for one in parcel.documents if one.kind == "label") or "none"
        return _none(f"The carrier gave no label as {form}; it gave {had}. Ask for that.")
    if body is None:
        try:
            body = await _drawn(house, workspace_id, box, form)
        except ModuleNotFoundError:
            return _none("Labels are drawn by retour[labels]. Install it, or ask for zpl.")
    return Paper(form=form, body=body, name=f"{parcel.tracking_number or parcel.id}.{kept_as}")


def _none(detail: str) -> Refused:
    return Refused(refusal=refuse(RefusalCode.PARCEL_NOT_READY, detail))


def _is_drawn(parcel: Parcel) -> bool:
    if parcel.method in _SLIPS:
        return not any(one.kind == "label" for one in parcel.documents)
    return parcel.carrier == _SANDBOX


async def _box(house: House, workspace_id: int, parcel_id: str) -> Box | None:
    if not is_id(parcel_id, "pcl"):
        return None
    async with house.database.transaction(workspace_id) as connection:
        return await one_box(connection, workspace_id, parcel_id)


async def _drawn(house: House, workspace_id: int, box: Box, form: Form) -> bytes:
    if form == "qr":
        return papers.qr_png(box.parcel.tracking_number or box.parcel.id)
    wanted = LoadKey(workspace_id=workspace_id, return_id=box.returns[0])
    loaded = await load(await house.database.pool(), wanted)
    assert loaded is not None, "a parcel's return is there"
    assert loaded.state is not None, "and its order"
    facility = await place(house, workspace_id, box.parcel.facility)
    if box.parcel.method in _SLIPS:
        config = await house.configs.at(workspace_id, loaded.epoch)
        sheet: Sheet = slip(loaded.state, box.parcel, _lines(facility), config)
        if config.logo is not None and form != "zpl":
            async with house.database.transaction(workspace_id) as connection:
                logo = await logo_of(connection, workspace_id, config.logo) or b""
            sheet = dataclasses.replace(sheet, logo=logo)
    else:
        sheet = _practice(loaded.state, box.parcel, facility)
    match form:
        case "pdf":
            return await papers.pdf(sheet)
        case "png":
            return await papers.png(sheet)
        case "zpl":
            return papers.zpl(sheet)


def _practice(state: State, parcel: Parcel, facility: Party) -> Sheet:
    assert state.ret is not None, "the parcel is a return's"
    shopper, here = _shopper(state.customer), _lines(facility)
    is_outbound = parcel.direction is Direction.OUTBOUND
    return Sheet(
        title="SANDBOX",
        code=parcel.tracking_number or state.ret.rma_number,
        rma_number=state.ret.rma_number,
        carrier=parcel.carrier or "",
        service=parcel.service or "",
        sender=here if is_outbound else shopper,
        receiver=shopper if is_outbound else here,
        note=_PRACTICE,
    )


def slip(state: State, parcel: Parcel, facility: tuple[str, ...], config: WorkspaceConfig) -> Slip:
    """Write the slip of a parcel without a carrier's label, in its customer's language."""
    assert state.ret is not None, "the parcel is a return's"
    shopper = _shopper(state.customer)
    is_outbound = parcel.direction is Direction.OUTBOUND
    language = locale_of(state.customer.locale, config.papers.language).language
    words = SLIP_WORDS[language]
    is_brought = parcel.method is ParcelMethod.VIRTUAL
    items = _inside(state, parcel)
    shown = items if len(items) <= _ITEMS_MAX else items[: _ITEMS_MAX - 1]
    return Slip(
        title=words.title,
        code=parcel.tracking_number or state.ret.rma_number,
        rma_number=state.ret.rma_number,
        carrier=parcel.carrier or "",
        service=parcel.service or "",
        sender=facility if is_outbound else shopper,
        receiver=shopper if is_outbound else facility,
        note=words.back if is_outbound else words.along if is_brought else words.inside,
        merchant=config.papers.name or config.name,
        accent=accent_of(config),
        headings=(words.sender, words.receiver, words.number),
        items=shown,
        more=words.more.format(n=len(items) - len(shown)) if len(shown) < len(items) else "",
    )


def _inside(state: State, parcel: Parcel) -> tuple[tuple[str, str], ...]:
    """Say how many of what a parcel holds, as its order calls them; all where nobody said what."""
    assert state.ret is not None, "the parcel is a return's"
    titles = {line.id: line.title for line in state.order.lines}
    units = {unit.id for line in state.ret.lines for unit in line.units if not unit.released}
    inside = units.intersection(parcel.units) or units
    counted = (
        (sum(unit.id in inside for unit in line.units), titles.get(line.line or "", line.sku))
        for line in state.ret.lines
    )
    return tuple((f"{count} ×", title) for count, title in counted if count)


_PRACTICE: Final = "For practice: no carrier takes this parcel."


def _shopper(customer: Customer) -> tuple[str, ...]:
    at = customer.shipping_address or customer.billing_address
    if at is None:
        return tuple(one for one in (customer.name, customer.postcode, customer.country) if one)
    party = Party(
        name=at.name or customer.name,
        company=at.company,
        street=at.street,
        street2=at.street2,
        postcode=at.postcode,
        city=at.city,
        country=at.country,
    )
    return _lines(party)


def _lines(party: Party) -> tuple[str, ...]:
    town = " ".join(one for one in (party.postcode, party.city) if one)
    named = (party.name, party.company, party.street, party.street2, town, party.country)
    return tuple(one for one in named if one)


async def address_of(house: House, workspace_id: int, code: str | None) -> tuple[str, ...]:
    """Write where a facility is, line by line; empty where nobody could deliver by it."""
    at = await place(house, workspace_id, code)
    return _lines(at) if at.street or at.city else ()


async def place(house: House, workspace_id: int, code: str | None) -> Party:
    """Say where a facility is, as far as its address was put."""
    async with house.database.transaction(workspace_id) as connection:
        facility = await facility_of(connection, workspace_id, code or "main")
    if facility is None:
        return Party(name=code)
    said = facility.address or {}
    return Party(
        company=said.get("company") or facility.name,
        street=said.get("street"),
        street2=said.get("street2"),
        city=said.get("city"),
        postcode=said.get("postcode"),
        region=said.get("region"),
        country=said.get("country"),
        phone=said.get("phone"),
        email=said.get("email"),
    )


class Papers:
    """What delivery keeps of parcels: carriers' papers, and where they are found."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def keep(
        self, workspace_id: int, parcel: str, documents: tuple[Document, ...]
    ) -> tuple[ParcelDocument, ...]:
        """Keep papers; the same again changes nothing."""
        return await keep(self._house, workspace_id, parcel, documents)

    async def place(self, workspace_id: int, facility: str | None) -> Party:
        """Say where a facility is."""
        return await place(self._house, workspace_id, facility)

    def label_url(self, workspace_id: int, parcel: str) -> str:
        """Give the address at which whoever has it finds the label."""
        return label_url(self._house, workspace_id, parcel)


def label_url(house: House, workspace_id: int, parcel: str) -> str:
    """Give the address of a label that needs no key."""
    token = label_token(house.vault, workspace_id, parcel)
    return f"{house.settings.public_base}/labels/{token}"


async def keep(
    house: House, workspace_id: int, parcel: str, documents: tuple[Document, ...]
) -> tuple[ParcelDocument, ...]:
    """Write papers down before the return names them."""
    if not documents:
        return ()
    kept: list[ParcelDocument] = []
    async with house.database.transaction(workspace_id) as connection:
        for one in documents:
            digest = hashlib.sha256(one.body).hexdigest()
            at = (one.kind, one.format)
            await put_document(connection, workspace_id, parcel, at, (digest, one.body))
            kept.append(ParcelDocument(kind=one.kind, format=one.format, digest=digest))
    return tuple(kept)


async def upload(
    house: House, workspace_id: int, parcel_id: str, body: bytes, actor: Actor
) -> Outcome:
    """Keep a label of the merchant's own for a parcel that no carrier of ours labels.

    Raises:
        InvalidRequest: It is neither a PDF, nor a PNG, nor ZPL, or too large.
    """
    box = await _box(house, workspace_id, parcel_id)
    if box is None:
        return MISSING
    form = next((name for name, start in _BEGINNINGS.items() if body.startswith(start)), None)
    if form is None or len(body) > UPLOAD_MAX:
        detail = f"Send the label as PDF, PNG or ZPL, of {UPLOAD_MAX} bytes at most."
        raise InvalidRequest(FieldError(pointer="", code="bad_value", detail=detail))
    if box.parcel.method not in _SLIPS:
        return _none("A carrier makes this parcel's label. Add a parcel of your own, then upload.")
    paper = Document(kind="label", format=form, body=body)
    documents = await keep(house, workspace_id, parcel_id, (paper,))
    outcome = await execute(
        house,
        Asked(
            workspace_id=workspace_id,
            return_id=box.returns[0],
            plan=[
                RecordLabel(
                    parcel=parcel_id,
                    outcome="created",
                    label_url=label_url(house, workspace_id, parcel_id),
                    documents=documents,
                )
            ],
            actor=actor,
            source="api",
        ),
    )
    if not isinstance(outcome, Done):
        return outcome
    return await look_up(house, workspace_id, parcel_id)
