"""The page's use cases: what a shop shows, what a consumer filled in, and their confirmation.

It answers alike whether there is such an order or not; only a customer's own link shows one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import msgspec

from retour.desk.brand import Face, face_of
from retour.desk.execute import RequestKey
from retour.desk.outcome import Done
from retour.desk.withdrawals import one, reachable
from retour.desk.withdrawals.drafts import (
    DRAFT_LIFE,
    LINK_LIFE,
    Draft,
    Item,
    OrderLink,
    Receipt,
    fresh_nonce,
    seal,
    unseal,
)
from retour.desk.withdrawals.returning import take_and_follow
from retour.desk.withdrawals.settings import WithdrawalSettings, said_of
from retour.desk.withdrawals.shown import said_in
from retour.dialects.withdrawal.languages import LANGUAGES
from retour.dialects.withdrawal.letter import moment
from retour.kernel.ids import workspace_number, workspace_text
from retour.lifecycle.model import Actor, ActorKind
from retour.lifecycle.withdrawals.withdrawing import Labels, Withdraw, WithdrawnLine, network_of
from retour.policy.model import ConsumerLaw
from retour.store.withdrawals import business_now, sold_orders

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.house import House
    from retour.desk.withdrawals.pacing import Line
    from retour.dialects.withdrawal.labels import Label
    from retour.store.withdrawals import Sold

PAGE: Final = "2026-11"
"""Which version of the page somebody saw; a new one where its words or steps change."""
SOURCE: Final = "portal"
NAME_LENGTH_MAX: Final = 200
CONTRACT_LENGTH_MAX: Final = 255
EMAIL_LENGTH_MAX: Final = 320
ITEMS_LENGTH_MAX: Final = 2000
ITEMS_MAX: Final = 100
_ACTOR: Final = Actor(kind=ActorKind.CUSTOMER)
_KEY: Final = "withdraw"
_COUNTED: Final = re.compile(r"\s*(?P<n>[0-9]{1,5})\s*[x×*]?\s+(?P<title>\S.*)")
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A workspace as consumers see it."""

    workspace_id: int
    workspace: str
    merchant: str
    zone: ZoneInfo
    now: datetime
    settings: WithdrawalSettings
    face: Face

    @property
    def is_offered(self) -> bool:
        """Whether anybody may withdraw here."""
        return self.settings.who is not ConsumerLaw.OFF

    def label(self, language: str) -> Label:
        """Give the labels in a language."""
        return self.settings.label(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An item of the order that a link is about, and how many of it are withdrawn from."""

    name: str
    title: str
    most: int
    quantity: int
    line: str
    sku: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The form as it stands: empty, from a link, or as somebody filled it in.

    ``link`` and ``rows`` are there where a link filled it in.
    """

    name: str = ""
    contract: str = ""
    email: str = ""
    is_part: bool = False
    items: str = ""
    link: str | None = None
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What the last page shows."""

    reference: str
    at: str
    instant: datetime
    email: str
    contract: str
    statement: str
    language: str


async def shop_of(house: House, workspace: str) -> Shop | None:
    """Find the shop of an address; ``None`` where there is none."""
    workspace_id = workspace_number(workspace)
    if workspace_id is None:
        return None
    config = await house.configs.recent(workspace_id)
    if config is None:
        return None
    async with house.database.transaction(workspace_id) as connection:
        settings = await said_of(connection, workspace_id)
        now = await business_now(connection, workspace_id)
    assert now is not None, "a workspace that is configured is there"
    return Shop(
        workspace_id=workspace_id,
        workspace=workspace,
        merchant=config.name,
        zone=ZoneInfo(config.zone),
        now=now,
        settings=settings,
        face=face_of(config),
    )


async def entry_of(house: House, workspace_id: int, language: str) -> tuple[str, str] | None:
    """Give address and label of the way to withdraw, for the foot of pages consumers see.

    ``None`` where the shop offers none.
    """
    shop = await shop_of(house, workspace_text(workspace_id))
    if shop is None or not shop.is_offered:
        return None
    return f"/p/{shop.workspace}/withdraw?lang={language}", shop.label(language).entry


async def linked(house: House, shop: Shop, token: str) -> Filled | None:
    """Fill the form in from a customer's own link; ``None`` where it is not good any more."""
    order_id = _order_of(house, shop, token)
    if order_id is None:
        return None
    async with house.database.transaction(shop.workspace_id) as connection:
        sold = (await sold_orders(connection, shop.workspace_id, [order_id])).get(order_id)
    if sold is None:
        return None
    return Filled(
        name=sold.customer.name or "",
        contract=sold.order.order_number,
        email=sold.customer.email,
        link=token,
        rows=_rows(sold),
    )


def _order_of(house: House, shop: Shop, token: str) -> str | None:
    found = unseal(house.vault, shop.workspace_id, OrderLink, token, now=shop.now, life=LINK_LIFE)
    return found[0].order_id if found is not None and found[1] else None


def _rows(sold: Sold) -> tuple[Row, ...]:
    return tuple(
        Row(
            name=f"quantity_{place}",
            title=line.title,
            most=line.quantity,
            quantity=0,
            line=line.id,
            sku=line.sku,
        )
        for place, line in enumerate(sold.order.lines[:ITEMS_MAX])
    )


def filled_from(draft: Draft, rows: tuple[Row, ...] = ()) -> Filled:
    """Fill the form in as it was when its draft was made."""
    items = draft.items or ()
    counted = {one.line: one.quantity or 0 for one in items}
    return Filled(
        name=draft.name,
        contract=draft.contract,
        email=draft.email,
        is_part=draft.items is not None,
        items="\n".join(_in_words(one) for one in items) if not rows else "",
        link=draft.link,
        rows=tuple(replace(row, quantity=counted.get(row.line, 0)) for row in rows),
    )


def checked(
    house: House, shop: Shop, filled: Filled, language: str
) -> tuple[Draft | None, dict[str, str]]:
    """Make a draft of a form, or say per field what is missing.

    Nothing is asked but what Article 11a names: a name, the contract, an address for the receipt.
    """
    words = LANGUAGES[language]
    wrong: dict[str, str] = {}
    items = _items(filled) if filled.is_part else None
    for field, value, most, empty in (
        ("name", filled.name, NAME_LENGTH_MAX, words.no_name),
        ("contract", filled.contract, CONTRACT_LENGTH_MAX, words.no_contract),
        ("email", filled.email, EMAIL_LENGTH_MAX, words.no_email),
    ):
        if not value:
            wrong[field] = empty
        elif len(value) > most:
            wrong[field] = words.too_long.replace("[n]", str(most))
    if "email" not in wrong and not reachable(filled.email):
        wrong["email"] = words.no_email
    if items is not None and not items:
        wrong["items"] = words.no_items
    elif len(filled.items) > ITEMS_LENGTH_MAX or (items is not None and len(items) > ITEMS_MAX):
        wrong["items"] = words.too_long.replace("[n]", str(ITEMS_LENGTH_MAX))
    if wrong:
        return None, wrong
    label = shop.label(language)
    draft = Draft(
        nonce=fresh_nonce(),
        at=shop.now,
        language=language,
        name=filled.name,
        contract=filled.contract,
        email=filled.email,
        labels=Labels(entry=label.entry, confirm=label.confirm),
        items=items,
        link=filled.link if filled.link and _order_of(house, shop, filled.link) else None,
    )
    return draft, {}


def _items(filled: Filled) -> tuple[Item, ...]:
    if filled.rows:
        return tuple(
            Item(row.title, row.quantity, row.line, row.sku)
            for row in filled.rows
            if row.quantity > 0
        )
    found: list[Item] = []
    for line in filled.items.splitlines():
        if not line.strip():
            continue
        match = _COUNTED.fullmatch(line)
        if match is None or int(match["n"]) == 0:
            found.append(Item(line.strip()))
        else:
            found.append(Item(match["title"].strip(), int(match["n"])))
    return tuple(found)


def clean(text: str) -> str:
    """Leave out what nobody can see or store; the words stay as they are."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def statement_of(draft: Draft) -> str:
    """Write the statement as it will be kept, in the consumer's language."""
    words = LANGUAGES[draft.language]
    if draft.items is None:
        said = [words.whole_said]
    else:
        said = [words.part_said, *(f"- {_in_words(one)}" for one in draft.items)]
    return "\n".join(
        [
            *said,
            "",
            f"{words.contract_said}: {draft.contract}",
            f"{words.name_said}: {draft.name}",
            f"{words.email_said}: {draft.email}",
        ]
    )


def _in_words(item: Item) -> str:
    return item.title if item.quantity is None else f"{item.quantity} x {item.title}"


def draft_token(house: House, shop: Shop, draft: Draft) -> str:
    """Write a draft so that the next page can read it."""
    return seal(house.vault, shop.workspace_id, draft)


def read_draft(house: House, shop: Shop, token: str) -> tuple[Draft, bool] | None:
    """Read a draft, and say whether it can still be confirmed; ``None`` where it is none."""
    return unseal(house.vault, shop.workspace_id, Draft, token, now=shop.now, life=DRAFT_LIFE)


async def submit(house: House, shop: Shop, draft: Draft, ip: str, line: Line) -> str | None:
    """Take what is confirmed, once; gives the token of the last page, ``None`` to press again.

    What counts is when it came, not how long it waited in line.
    """
    if not await line.wait(f"{shop.workspace_id}/{network_of(ip) or ip}"):
        return None
    order_id = None if draft.link is None else _order_of(house, shop, draft.link)
    said = Withdraw(
        name=draft.name,
        email=draft.email,
        statement=statement_of(draft),
        order_number=draft.contract,
        lines=_lines(draft),
        submitted_at=shop.now,
        locale=draft.language,
        labels=draft.labels,
        page=PAGE,
        ip=ip,
    )
    digest = hashlib.sha256(draft.nonce.encode()).digest()
    outcome = await take_and_follow(
        house,
        shop.workspace_id,
        said,
        actor=_ACTOR,
        source=SOURCE,
        key=RequestKey(key_id=_KEY, key=draft.nonce, digest=digest),
        order_id=order_id,
    )
    assert isinstance(outcome, Done), "nobody refuses a withdrawal"
    taken = msgspec.json.decode(outcome.body, type=_Taken)
    receipt = Receipt(withdrawal=taken.id, language=draft.language, at=shop.now)
    return seal(house.vault, shop.workspace_id, receipt)


class _Taken(msgspec.Struct):
    """As much of an answer as names the withdrawal."""

    id: str


def _lines(draft: Draft) -> tuple[WithdrawnLine, ...] | None:
    if draft.items is None:
        return None
    return tuple(
        WithdrawnLine(line=one.line, sku=one.sku, title=one.title[:4000], quantity=one.quantity)
        for one in draft.items
    )


async def received(house: House, shop: Shop, token: str) -> Received | None:
    """Give what the last page shows, for as long as its link is good."""
    found = unseal(house.vault, shop.workspace_id, Receipt, token, now=shop.now, life=DRAFT_LIFE)
    if found is None or not found[1]:
        return None
    receipt = found[0]
    async with house.database.transaction(shop.workspace_id) as connection:
        kept = await one(connection, shop.workspace_id, receipt.withdrawal)
    said = None if kept is None else said_in(kept.link)
    if kept is None or said is None:
        return None
    return Received(
        reference=kept.link.reference,
        at=moment(kept.link.received_at, shop.zone, receipt.language),
        instant=kept.link.received_at,
        email=said.email,
        contract=said.order_number or said.contract or "",
        statement=said.statement,
        language=receipt.language,
    )
