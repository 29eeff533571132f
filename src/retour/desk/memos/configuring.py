"""How a workspace says who sends its documents, in what numbers, under which picture."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.memos.settings import KeptSettings, PaperSettings, kept_settings
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.dialects.view import View, instant
from retour.gateways.photos import PhotoError
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Digest
from retour.lifecycle.numbering import PaperKind, Series
from retour.store import papers as rows
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

_WORKSPACES: Final = named("workspaces")
_ENCODE: Final = msgspec.json.Encoder()
_LOGO_MAX: Final = 150_000
"""Bytes of a picture that every document repeats; beyond it the small one is taken."""
_FIELDS: Final = {
    PaperKind.MEMO: "memo_numbers",
    PaperKind.CREDIT_NOTE: "credit_note_numbers",
}


class LogoRestored(Body):
    """Which picture documents bear again."""

    logo: Digest


async def look_up(house: House, workspace_id: int) -> Outcome:
    """Give what a workspace says, and the numbers that come next."""
    async with house.database.transaction(workspace_id) as connection:
        return await _shown(connection, workspace_id)


async def put(house: House, workspace_id: int, said: PaperSettings) -> Outcome:
    """Say it anew; documents made before stay as they are.

    Raises:
        InvalidRequest: Documents cannot be made like this.
    """
    said.check()
    async with house.database.transaction(workspace_id) as connection:
        taken = await rows.take_series(connection, workspace_id, said.series)
        before = kept_settings(await rows.settings_said(connection, workspace_id))
        for kind, series in taken.items():
            await _check_numbers(connection, workspace_id, kind, (before.said, series))
        kept = KeptSettings(said=said, logo=before.logo)
        await _keep(connection, workspace_id, kept)
        outcome = await _shown(connection, workspace_id)
    house.configs.forget(workspace_id)
    return outcome


async def _check_numbers(
    connection: Connection,
    workspace_id: int,
    kind: PaperKind,
    change: tuple[PaperSettings, Series],
) -> None:
    """See that no number of a pattern was given before; the series' row is locked.

    Raises:
        InvalidRequest: One was, or may have been.
    """
    before, series = change
    was = before.series[kind]
    detail = None
    if was.yearly and series.next > 1 and "{year}" not in series.pattern:
        detail = (
            "Numbers began anew each year, so one without {year} may have been given already."
            " Keep {year}."
        )
    year = max(series.year, 1)
    if detail is None and await rows.is_given(connection, workspace_id, kind, series.written(year)):
        detail = f"The next number, {series.written(year)}, was given before. Change the pattern."
    if detail is not None:
        pointer = f"/{_FIELDS[kind]}/pattern"
        raise InvalidRequest(FieldError(pointer=pointer, code="bad_value", detail=detail))


async def put_logo(house: House, workspace_id: int, picture: bytes) -> Outcome:
    """Keep the picture that documents made from now on bear.

    Raises:
        InvalidRequest: It is no picture that can be read.
    """
    remade = await house.photos.remake(picture)
    if isinstance(remade, PhotoError):
        raise InvalidRequest(FieldError(pointer="", code=remade.code, detail=remade.words))
    body = remade.full if len(remade.full) <= _LOGO_MAX else remade.thumb
    digest = hashlib.sha256(body).hexdigest()
    async with house.database.transaction(workspace_id) as connection:
        await rows.put_logo(connection, workspace_id, digest, body)
        return await _with_logo(house, connection, workspace_id, digest)


async def remove_logo(house: House, workspace_id: int) -> Outcome:
    """Let documents made from now on bear no picture; those made before keep theirs."""
    async with house.database.transaction(workspace_id) as connection:
        return await _with_logo(house, connection, workspace_id, None)


async def put_back_logo(house: House, workspace_id: int, digest: str) -> Outcome:
    """Let documents bear a picture again that they bore before."""
    async with house.database.transaction(workspace_id) as connection:
        if await rows.logo_of(connection, workspace_id, digest) is None:
            return NotFound(what="logo")
        return await _with_logo(house, connection, workspace_id, digest)


async def _with_logo(
    house: House, connection: Connection, workspace_id: int, digest: str | None
) -> Outcome:
    before = kept_settings(await rows.settings_said(connection, workspace_id))
    await _keep(connection, workspace_id, KeptSettings(said=before.said, logo=digest))
    house.configs.forget(workspace_id)
    return await _shown(connection, workspace_id)


async def _keep(connection: Connection, workspace_id: int, kept: KeptSettings) -> None:
    await rows.put_settings(connection, workspace_id, _ENCODE.encode(kept).decode())
    await connection.execute(_WORKSPACES["bump_epoch"], workspace_id)


async def _shown(connection: Connection, workspace_id: int) -> Done:
    kept = kept_settings(await rows.settings_said(connection, workspace_id))
    series = await rows.series_of(connection, workspace_id, kept.said.series)
    body: View = {
        **msgspec.to_builtins(kept.said),
        "logo": kept.logo,
        "next": {kind.value: one.next for kind, one in series.items()},
    }
    return Done(status=200, body=_ENCODE.encode(body))


async def listing(house: House, workspace_id: int, kind: PaperKind, page: Page) -> Outcome:
    """Give a page of documents of one kind, newest first."""
    async with house.database.transaction(workspace_id) as connection:
        found = await rows.listed(connection, workspace_id, kind, page.after, page.limit + 1)
    return paged(
        found,
        page,
        lambda one: {
            "kind": one.kind,
            "number": one.number,
            "settlement": one.settlement_id,
            "return": one.return_id,
            "made_at": instant(one.made_at),
        },
        key=lambda one: one.settlement_id,
    )
