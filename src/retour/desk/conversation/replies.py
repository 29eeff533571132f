"""Answers that are written once: with words in braces that stand for what a return says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from retour.desk import orders, returns
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.dialects.view import View, instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House

_SQL: Final = named("talking")
_ENCODE: Final = msgspec.json.Encoder()
_MISSING: Final = NotFound(what="reply template")
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_WORD: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
TEMPLATES_MAX: Final = 200
WORDS: Final = {
    "name": "the customer’s name",
    "number": "the number of the return",
    "order": "the number of the order",
    "items": "what comes back",
    "status": "where the return stands",
    "amount": "what is paid back, once that is worked out",
}
"""What can stand in braces, and for what."""


class ReplyTemplatePut(Body):
    """An answer that is written once."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    text: Annotated[str, Meta(min_length=1, max_length=4000)]


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of them, by their code."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["reply_templates"], workspace_id, page.after, page.limit + 1
        )
    return paged(rows, page, _view, key=lambda row: row["code"])


async def look_up(house: House, workspace_id: int, code: str) -> Outcome:
    """Give one of them."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["reply_template"], workspace_id, code)
    return _MISSING if row is None else Done(status=200, body=_ENCODE.encode(_view(row)))


async def put(house: House, workspace_id: int, code: str, body: ReplyTemplatePut) -> Outcome:
    """Keep one, anew or instead of what it was.

    Raises:
        InvalidRequest: Its code is none, a word in braces stands for nothing, or there are too
            many.
    """
    if _CODE.fullmatch(code) is None:
        detail = "A code has up to 40 small letters, digits and hyphens, such as ask-for-photo."
        raise InvalidRequest(FieldError(pointer="/code", code="bad_value", detail=detail))
    words_in(body.text, at="/text")
    async with house.database.transaction(workspace_id) as connection:
        others = await connection.fetchval(
            _SQL["count_reply_templates"], workspace_id, code, TEMPLATES_MAX
        )
        if others >= TEMPLATES_MAX:
            detail = f"There are {TEMPLATES_MAX} already. Remove one first."
            raise InvalidRequest(FieldError(pointer="", code="too_many", detail=detail))
        await connection.execute(
            _SQL["put_reply_template"], workspace_id, code, body.name, body.text
        )
    return await look_up(house, workspace_id, code)


async def remove(house: House, workspace_id: int, code: str) -> Outcome:
    """Forget one."""
    async with house.database.transaction(workspace_id) as connection:
        gone = await connection.fetchval(_SQL["remove_reply_template"], workspace_id, code)
    return _MISSING if gone is None else Done(status=204, body=b"")


async def resolve(house: House, workspace_id: int, return_id: str | None, code: str) -> Outcome:
    """Write one for a return, as it stands now; says which words had nothing to stand for.

    Raises:
        InvalidRequest: No return is named.
    """
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["reply_template"], workspace_id, code)
    if row is None:
        return _MISSING
    if return_id is None:
        detail = "For which return? Give ?return=ret_…"
        raise InvalidRequest(FieldError(pointer="/return", code="missing", detail=detail))
    made = await written_for(house, workspace_id, return_id, row["text"])
    if made is None:
        return NotFound(what="return")
    text, missing = made
    body = {"code": code, "name": row["name"], "text": text, "missing": missing}
    return Done(status=200, body=_ENCODE.encode(body))


def words_in(text: str, *, at: str) -> list[str]:
    """List the words in braces of a text.

    Raises:
        InvalidRequest: One stands for nothing; ``at`` says where the text came from.
    """
    words = _WORD.findall(text)
    for word in words:
        if word not in WORDS:
            known = ", ".join(f"{{{{ {one} }}}}" for one in WORDS)
            detail = f"{{{{ {word} }}}} stands for nothing. There are {known}."
            raise InvalidRequest(FieldError(pointer=at, code="bad_value", detail=detail))
    return words


async def written_for(
    house: House, workspace_id: int, return_id: str, text: str
) -> tuple[str, list[str]] | None:
    """Put what a return says now for words in braces; ``None`` where there is no such return."""
    found = await returns.look_up(house, workspace_id, return_id, None)
    if not isinstance(found, Done):
        return None
    ret: View = msgspec.json.decode(found.body)
    sold = await orders.look_up(house, workspace_id, ret["order_number"])
    order: View = msgspec.json.decode(sold.body) if isinstance(sold, Done) else {}
    return written(text, _values(ret, order))


def written(text: str, values: dict[str, str]) -> tuple[str, list[str]]:
    """Put values for words in braces; one without a value is left open, and named.

    >>> written("Dear {{ name }}, {{ amount }} is on its way.", {"name": "Mira"})
    ('Dear Mira, … is on its way.', ['amount'])
    """
    missing: list[str] = []

    def put_in(found: re.Match[str]) -> str:
        value = values.get(found[1], "")
        if not value and found[1] not in missing:
            missing.append(found[1])
        return value or "…"

    return _WORD.sub(put_in, text), missing


def _values(ret: View, order: View) -> dict[str, str]:
    """Give what the words stand for; who received a gift is not called as its buyer is."""
    customer: dict[str, Any] = {} if ret["gift"] else order.get("customer") or {}
    settled = ret.get("settlement")
    return {
        "name": customer.get("name") or "",
        "number": ret["rma_number"] or "",
        "order": ret["order_number"],
        "items": ", ".join(f"{line['quantity']} × {line['sku']}" for line in ret["lines"]),
        "status": ret["status"].replace("_", " "),
        "amount": "" if settled is None else f"{settled['total']} {settled['currency']}",
    }


def _view(row: asyncpg.Record) -> View:
    return {
        "code": row["code"],
        "name": row["name"],
        "text": row["text"],
        "updated_at": instant(row["updated_at"]),
    }
