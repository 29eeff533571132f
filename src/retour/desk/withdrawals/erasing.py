"""Erasing what a consumer said, once it need not be kept; the chain and its digests stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.keeping import keep
from retour.desk.outcome import Done, Outcome, Refused
from retour.desk.withdrawals import MISSING, one, shown_of
from retour.desk.withdrawals.settings import said_of
from retour.dialects.view import instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.bodies import Body
from retour.lifecycle.withdrawals.acts import ActKind, add_act
from retour.store.telling import take_turn
from retour.store.withdrawals import acts_of, append_act, erase

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.lifecycle.model import Actor

_ENCODE: Final = msgspec.json.Encoder()


class EraseWithdrawal(Body):
    """Erase what was said.  Before its time is over that takes ``force`` and a reason."""

    force: bool = False
    reason: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None


async def erase_words(
    house: House,
    workspace_id: int,
    withdrawal_id: str,
    given: EraseWithdrawal,
    *,
    actor: Actor,
    key: RequestKey | None = None,
) -> Outcome:
    """Drop the statement, its events' personal part and the bytes made of them.

    Raises:
        InvalidRequest: Forced without a reason.
    """
    if given.force and given.reason is None:
        detail = "Evidence is about to go before its time. Say why."
        raise InvalidRequest(FieldError(pointer="/reason", code="missing", detail=detail))
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        kept = await one(connection, workspace_id, withdrawal_id)
        if turn is None or kept is None:
            return MISSING
        settings = await said_of(connection, workspace_id)
        until = kept.link.received_at + timedelta(days=settings.keep_days)
        if kept.erased_at is None and turn.at < until and not given.force:
            detail = f"It is evidence until {instant(until)}. Wait, or give force and a reason."
            return Refused(refusal=refuse(RefusalCode.KEPT_AS_EVIDENCE, detail))
        link = msgspec.structs.replace(kept.link, content=None)
        after = replace(kept, link=link, erased_at=kept.erased_at or turn.at)
        answer = _ENCODE.encode(await shown_of(connection, workspace_id, after))
        if answered := await keep(connection, workspace_id, key, 200, answer):
            return answered
        if kept.erased_at is None:
            acts = await acts_of(connection, workspace_id, withdrawal_id)
            act = add_act(
                kept.link,
                acts,
                ActKind.ERASED,
                at=turn.at,
                recorded_at=turn.tick,
                by=actor,
                details={"forced": given.force, "reason": given.reason},
            )
            await append_act(connection, workspace_id, act)
            touched = [kept.link.recorded_at, *(one.act.recorded_at for one in acts)]
            await erase(
                connection,
                workspace_id,
                withdrawal_id,
                turn.at,
                touched_at=touched,
                reply=answer,
            )
    return Done(status=200, body=answer)
