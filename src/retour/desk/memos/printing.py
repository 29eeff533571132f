"""Memos and credit notes as PDF: what was kept, printed again; of a draft, what it would say."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import msgspec

from retour.desk.brand import accent_of
from retour.desk.outcome import NotFound
from retour.dialects.papers.sheet import Occasion, Reader, Sheet, reader, sheet_of
from retour.dialects.stored import read_personal
from retour.gateways.printing import PaperError
from retour.kernel.ids import is_id
from retour.kernel.problems import Transient
from retour.lifecycle.model import SettlementStatus
from retour.lifecycle.numbering import PaperKind
from retour.lifecycle.requests.gift import addressee
from retour.store.loading import LoadKey, load
from retour.store.papers import logo_of, paper_of

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.lifecycle.model import Settlement
    from retour.store.papers import PaperKept

_SHEET: Final = msgspec.json.Decoder(Sheet)
_ENCODE: Final = msgspec.json.Encoder()
NOUNS: Final = {PaperKind.MEMO: "settlement memo", PaperKind.CREDIT_NOTE: "credit note"}


class NotPrinted(Transient):
    """A document could not be printed; what it says is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A document that can be printed.

    Args:
        tag: The same for the same bytes, known before they are made.
    """

    sheet: Sheet
    reader: Reader
    tag: str
    name: str


async def found(
    house: House, workspace_id: int, kind: PaperKind, settlement_id: str, return_id: str | None
) -> Ready | NotFound:
    """Find a settlement's document, or write what its draft would say.

    Args:
        return_id: Whose settlement it is; without it only what was kept is found.
    """
    if not is_id(settlement_id, "stl"):
        return NotFound(what=NOUNS[kind])
    async with house.database.transaction(workspace_id) as connection:
        kept = await paper_of(connection, workspace_id, settlement_id, kind)
    if kept is not None and return_id in {None, kept.return_id}:
        return of_kept(kept)
    if return_id is None:
        return NotFound(what=NOUNS[kind])
    return await _foreseen(house, workspace_id, kind, settlement_id, return_id)


def of_kept(kept: PaperKept) -> Ready:
    """Take a document as it was made; of a person who was erased since, nothing is left."""
    sheet = _SHEET.decode(kept.body)
    personal = read_personal(kept.personal)
    return _ready(sheet, reader(sheet, None if personal is None else personal.customer))


async def _foreseen(
    house: House, workspace_id: int, kind: PaperKind, settlement_id: str, return_id: str
) -> Ready | NotFound:
    """Write what is not kept: a draft's memo, and memos older than their keeping."""
    wanted = LoadKey(workspace_id=workspace_id, return_id=return_id)
    loaded = await load(await house.database.pool(), wanted)
    state = None if loaded is None else loaded.state
    if loaded is None or state is None or state.ret is None:
        return NotFound(what=NOUNS[kind])
    settlement = next((one for one in state.ret.settlements if one.id == settlement_id), None)
    if settlement is None or not _can_be_shown(settlement, kind):
        return NotFound(what=NOUNS[kind])
    config = await house.configs.at(workspace_id, loaded.epoch)
    to = addressee(state.customer, state.ret, state.words)
    occasion = Occasion(
        kind=kind,
        order=state.order,
        ret=state.ret,
        settlement=settlement,
        seller=config.papers.seller(config.name, config.logo, accent_of(config)),
        locale=to.locale,
        zone=ZoneInfo(config.zone),
    )
    sheet = sheet_of(
        occasion, at=settlement.confirmed_at or loaded.at, number=settlement.memo_number
    )
    return _ready(sheet, reader(sheet, to))


def _can_be_shown(settlement: Settlement, kind: PaperKind) -> bool:
    """Say whether a memo can be written now: of a draft, or of one older than their keeping."""
    if kind is not PaperKind.MEMO:
        return False
    return settlement.status is SettlementStatus.DRAFT or settlement.memo_number is not None


def _ready(sheet: Sheet, to: Reader) -> Ready:
    said = _ENCODE.encode([sheet, to, _printer()])
    name = f"{sheet.kind.value.replace('_', '-')}-{sheet.number or 'draft'}.pdf"
    return Ready(sheet=sheet, reader=to, tag=hashlib.sha256(said).hexdigest()[:32], name=name)


@cache
def _printer() -> str:
    """Say by what documents are set in type, "" where it is not installed.

    Another version may give other bytes.
    """
    try:
        return version("typst")
    except PackageNotFoundError:
        return ""


async def printed(house: House, workspace_id: int, ready: Ready) -> bytes:
    """Print a document.

    Raises:
        NotPrinted: It could not be printed just now.
    """
    logo = b""
    if ready.sheet.logo is not None:
        async with house.database.transaction(workspace_id) as connection:
            logo = await logo_of(connection, workspace_id, ready.sheet.logo) or b""
    made = await house.printers.print(ready.sheet, ready.reader, ready.sheet.template, logo)
    if isinstance(made, PaperError):
        raise NotPrinted(made.why)
    return made


class Memos:
    """What mails carry of settlements; built where delivery is."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, workspace_id: int, settlement_id: str) -> tuple[str, bytes] | None:
        """Give a settlement's memo and its name; nothing where the workspace attaches none.

        Raises:
            NotPrinted: It could not be printed just now.
        """
        config = await self._house.configs.recent(workspace_id)
        if config is None or not config.papers.attach_memo or not _printer():
            return None
        ready = await found(self._house, workspace_id, PaperKind.MEMO, settlement_id, None)
        if isinstance(ready, NotFound):
            return None
        return ready.name, await printed(self._house, workspace_id, ready)
