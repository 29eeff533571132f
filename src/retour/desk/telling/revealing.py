"""Secrets by which receivers check what we send, shown again: for a reason, which the log keeps.

They are the only secrets of ours that can be shown at all.  Of keys to the API a digest is kept,
and what proves us at processors, carriers and channels is theirs: those are made or put anew.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.auditing import act
from retour.desk.keeping import keep
from retour.desk.outcome import Done, KeyReused, NotFound, Outcome
from retour.desk.telling.signing_keys import open_keys, shown
from retour.desk.telling.subscriptions import webhook
from retour.dialects.view import instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body
from retour.store.telling import take_turn
from retour.store.telling_notifications import profiles_by_id

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
PROFILE: Final = "notification profile"
HOOK: Final = "subscription"
REVEALED: Final = "secret.revealed"
REASON_MIN, REASON_MAX = 3, 500
_UNSIGNED: Final = "Mails and chats are not signed: there is no secret to show."


class Reveal(Body):
    """Why a secret is to be shown again."""

    reason: Annotated[str, Meta(min_length=REASON_MIN, max_length=REASON_MAX)]


async def reveal(
    house: House,
    workspace_id: int,
    receiver_id: str,
    body: Reveal,
    *,
    what: str = PROFILE,
    key: RequestKey | None = None,
) -> Outcome:
    """Show the secrets that sign what a webhook or a profile is sent, the newest first.

    The same request again is one act to the log, as long as it is shown the same.  No answer is
    kept for that, only a digest of what is sealed.

    Args:
        what: Which of the two is meant.

    Raises:
        InvalidRequest: Nothing is signed, or the reason says nothing.
    """
    reason = body.reason.strip()
    if len(reason) < REASON_MIN:
        detail = "Say why it is to be shown; the log keeps the reason."
        raise InvalidRequest(FieldError(pointer="/reason", code="too_short", detail=detail))
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        is_there, sealed = await _sealed(connection, workspace_id, receiver_id, what)
        if turn is None or not is_there:
            return NotFound(what=what)
        if sealed is None:
            raise InvalidRequest(FieldError(pointer="", code="not_applicable", detail=_UNSIGNED))
        keys = open_keys(house.vault, workspace_id, receiver_id, sealed)
        live = [one for one in reversed(keys) if one.until is None or one.until > turn.tick]
        seen = hashlib.sha256(sealed).digest()
        before = await keep(connection, workspace_id, key, 200, seen)
        if isinstance(before, KeyReused):
            return before
        is_again = before is not None and before.body == seen
        if not is_again:
            await act(connection, workspace_id, REVEALED, receiver_id, {"reason": reason})
    told = [
        {"secret": shown(one), "signs_until": None if one.until is None else instant(one.until)}
        for one in live
    ]
    answer = _ENCODE.encode({"id": receiver_id, "secrets": told})
    return Done(status=200, body=answer, replayed=is_again)


async def _sealed(
    connection: Connection, workspace_id: int, receiver_id: str, what: str
) -> tuple[bool, bytes | None]:
    """Say whether there is such a receiver, and give its secrets as they are kept."""
    if what == PROFILE:
        found = await profiles_by_id(connection, workspace_id, [receiver_id])
        profile = found.get(receiver_id)
        if profile is None:
            return False, None
        return True, base64.b64decode(profile.body.secrets) if profile.body.secrets else None
    hook = await webhook(connection, workspace_id, receiver_id)
    return hook is not None, None if hook is None else hook.secrets
