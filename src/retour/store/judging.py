"""What a return was judged on and what it comes to in its customer's history, as rows."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Final, cast
from zoneinfo import ZoneInfo

import msgspec

from retour.lifecycle.orders.tallying import tally_of_order, tally_of_return
from retour.policy.grounds import Grounds
from retour.policy.history import Past

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.kernel.value import Value
    from retour.lifecycle.model import Decision, Order, State


def _zone_name(value: object) -> str:
    """Write a zone by its name, which is all of it that can be kept."""
    if isinstance(value, tzinfo):
        return str(value)
    message = f"{type(value).__name__} has no written form"
    raise TypeError(message)


def _zone(wanted: type, value: object) -> object:
    if issubclass(wanted, tzinfo):
        return ZoneInfo(str(value))
    message = f"{wanted.__name__} has no written form"
    raise TypeError(message)


_ENCODE: Final = msgspec.json.Encoder(enc_hook=_zone_name)
_GROUNDS: Final = msgspec.json.Decoder(Grounds, dec_hook=_zone)
_PAST: Final = msgspec.json.Decoder(Past)


class Mark(msgspec.Struct, frozen=True):
    """One thing by which a customer is known again."""

    kind: str
    digest: bytes


def past_from(text: str | None) -> Past | None:
    """Read what a load found of a customer's past; None where it did not look."""
    return None if text is None else _PAST.decode(text)


def grounds_from(text: str) -> Grounds:
    """Read the facts a return was judged on."""
    return _GROUNDS.decode(text)


def grounds_text(grounds: Value) -> str:
    """Write the facts a return was judged on."""
    return _ENCODE.encode(grounds).decode()


def grounds_view(grounds: Grounds) -> dict[str, Any]:
    """Show every fact, those at their defaults too, as plain values."""
    return {name: _plain(getattr(grounds, name)) for name in Grounds.__struct_fields__}


def _plain(value: object) -> object:
    if isinstance(value, msgspec.Struct):
        fields = type(value).__struct_fields__
        return {name: _plain(getattr(value, name)) for name in fields}
    if isinstance(value, tuple):
        return [_plain(one) for one in cast("tuple[object, ...]", value)]
    return str(value) if isinstance(value, tzinfo) else value


def tally_arguments(workspace_id: int, before: State, decision: Decision) -> list[Any] | None:
    """Give what ``keep_tally`` takes; None where the return's part in history stays."""
    ret, order = decision.state.ret, decision.state.order
    assert ret is not None, "a plan on a return leaves a return"
    tally = tally_of_return(ret, order)
    was = None if before.ret is None else tally_of_return(before.ret, before.order)
    if tally == was:
        return None
    head: list[Any] = [workspace_id, order.id, ret.id, tally is not None]
    if tally is None:
        return [*head, None, None, None, None, None, None, None, None]
    return [
        *head,
        tally.at,
        tally.units,
        tally.value,
        tally.currency,
        tally.kept,
        tally.missing_or_wrong,
        tally.rejected,
        tally.failed_payments,
    ]


def judgement_arguments(workspace_id: int, decision: Decision) -> list[Any] | None:
    """Give what ``keep_judgement`` takes; None where nothing was judged."""
    ret, grounds = decision.state.ret, decision.grounds
    if grounds is None or ret is None:
        return None
    return [
        workspace_id,
        ret.id,
        grounds.occasion.at,
        ret.policy.id,
        ret.policy.version,
        grounds_text(grounds),
    ]


def marks_arguments(workspace_id: int, order: Order, marks: Sequence[Mark]) -> list[Any]:
    """Give what ``keep_marks`` takes."""
    tally = tally_of_order(order)
    return [
        workspace_id,
        order.id,
        [mark.kind for mark in marks],
        [mark.digest for mark in marks],
        tally.at,
        tally.units,
        tally.value,
        tally.currency,
    ]
