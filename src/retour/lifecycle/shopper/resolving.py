"""What becomes of goods that were not accepted: chosen by the shopper, the policy or an agent.

A shopper chooses among what the policy offers, as long as the policy says; then the policy's own
default is what happens, or an agent decides.  The choice says where the goods go, and starts the
parcel back.  What the way back costs is withheld from money that is still to be promised: once all
of it is, the way is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Final, NamedTuple

from msgspec.structs import replace

from retour.kernel.money import format_amount, parse_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import Dispose, UnitsNamed
from retour.lifecycle.dock.stocking import dispose
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import held_units, owed_units
from retour.lifecycle.model import (
    Acceptance,
    ActorKind,
    Approval,
    EventType,
    Order,
    Policy,
    RejectedChoice,
    Resolution,
    Return,
    Unit,
)
from retour.lifecycle.parcels.bodies import SendBack
from retour.lifecycle.parcels.logistics import send_back
from retour.lifecycle.parcels.packing import to_send_back
from retour.lifecycle.shopper.bodies import ResolveRejected
from retour.lifecycle.shopper.guards import unresolved
from retour.policy.window import window

DISPOSITIONS: Final = {
    RejectedChoice.SEND_BACK: "send_back",
    RejectedChoice.DONATE: "donate",
    RejectedChoice.DISCARD: "destroy",
}
"""Where goods go by each choice, in the words of dispositions."""
RESOLUTIONS_MAX: Final = 100
"""Choices of one return; every event carries all of them."""


class Option(NamedTuple):
    """One thing a shopper may choose, and what it costs, in minor units."""

    choice: RejectedChoice
    fee: int | None


def resolve_rejected(fold: Fold, command: ResolveRejected) -> Refusal | None:
    """Note the choice, say where the goods go, and send them there."""
    units = _meant(fold.ret, command)
    if isinstance(units, Refusal):
        return units
    if fold.context.actor.kind is ActorKind.CUSTOMER and not fold.is_policy:
        refusal = _not_theirs(fold, command.choice)
        if refusal is not None:
            return refusal
    if len(fold.ret.resolutions) >= RESOLUTIONS_MAX:
        return refuse(
            RefusalCode.TOO_MANY_UNITS,
            f"The return has {RESOLUTIONS_MAX} choices already. Choose for all that is left at"
            " once.",
            "/units",
        )
    return _resolve(fold, command.choice, units)


def _resolve(fold: Fold, choice: RejectedChoice, units: Sequence[Unit]) -> Refusal | None:
    names = tuple(unit.id for unit in units)
    is_back = choice is RejectedChoice.SEND_BACK
    resolution = Resolution(
        id=fold.mint("rsn"),
        choice=choice,
        units=names,
        at=fold.at,
        by=fold.by.kind,
        currency=fold.order.currency,
        fee=fee_of(fold.ret, fold.order, fold.policy) if is_back else None,
    )
    fold.change(resolutions=(*fold.ret.resolutions, resolution))
    fold.put_units({unit.id: replace(unit, resolution=resolution.id) for unit in units})
    fold.say(
        EventType.REJECTION_RESOLVED,
        {
            "resolution": resolution.id,
            "choice": choice.value,
            "count": len(names),
            "fee": None
            if resolution.fee is None
            else format_amount(resolution.fee, fold.order.currency),
        },
    )
    where = Dispose(
        disposition=DISPOSITIONS[choice], units=tuple(UnitsNamed(unit=name) for name in names)
    )
    refusal = dispose(fold, where)
    if refusal is not None or not is_back:
        return refusal
    back = tuple(name for name in names if name in set(to_send_back(fold.ret)))
    if not back or fold.policy.label is not Approval.AUTO:
        return None
    return send_back(fold, SendBack(units=back, carrier=fold.policy.carrier))


def _meant(ret: Return, command: ResolveRejected) -> list[Unit] | Refusal:
    open_units = {unit.id: unit for unit in unresolved(ret)}
    for index, name in enumerate(command.units):
        if name not in open_units:
            return refuse(
                RefusalCode.UNKNOWN_UNIT,
                f"Unit {name!r} is none that was rejected and still waits for a choice. Name one of"
                " those, or none for all.",
                f"/units/{index}",
            )
    return [open_units[name] for name in dict.fromkeys(command.units)] or list(open_units.values())


def _not_theirs(fold: Fold, choice: RejectedChoice) -> Refusal | None:
    """Refuse what the policy does not leave to the shopper, or no longer does."""
    offered = fold.policy.shopper.rejected_options
    if choice not in offered:
        words = ", ".join(one.value for one in offered)
        remedy = f"Choose one of {words}." if words else "Ask the shop."
        return refuse(
            RefusalCode.NOT_YOURS_TO_CHOOSE,
            f"The shop does not offer {choice.value!r} for goods it could not accept. {remedy}",
            "/choice",
        )
    until = choose_until(fold.ret, fold.policy, fold.context.zone)
    if until is not None and fold.at >= until:
        return refuse(
            RefusalCode.TOO_LATE_TO_CHOOSE,
            "The time to choose is over. Ask the shop what it has decided.",
            "/choice",
        )
    return None


# ---------------------------------------------------------------- what can be asked beforehand


def options(ret: Return, order: Order, policy: Policy) -> tuple[Option, ...]:
    """List what a shopper may choose, with its cost as it would be now."""
    fee = fee_of(ret, order, policy)
    return tuple(
        Option(choice, fee if choice is RejectedChoice.SEND_BACK else None)
        for choice in policy.shopper.rejected_options
    )


def fee_of(ret: Return, order: Order, policy: Policy) -> int | None:
    """Say what sending back costs; None where it is free, or nothing is left to withhold it from.

    A return asks for it once, and never of who has withdrawn from the contract.
    """
    asked = policy.shopper.send_back_fee
    if asked is None or asked.currency != order.currency or ret.legal is not None:
        return None
    if any(one.fee is not None for one in ret.resolutions):
        return None
    held = held_units(ret)
    if all(unit.id in held for unit in owed_units(ret)):
        return None
    return parse_amount(asked.amount, order.currency)


def choose_until(ret: Return, policy: Policy, zone: tzinfo) -> datetime | None:
    """Say until when the shopper may choose; None before every unit is decided."""
    since = ret.status_at.get(ReturnStatus.PROCESSED.value)
    if since is None:
        return None
    return window(since, policy.shopper.rejected_days, zone).ends_at


def choose_through(ret: Return, policy: Policy, zone: tzinfo) -> date | None:
    """Say on which day the shopper may still choose; None where nobody asks, or nothing waits."""
    since = ret.status_at.get(ReturnStatus.PROCESSED.value)
    if since is None or not policy.shopper.rejected_options or not unresolved(ret):
        return None
    return window(since, policy.shopper.rejected_days, zone).last_day


def resolved_by_policy(fold: Fold) -> bool:
    """Let the policy choose where it asks no shopper, once every unit is decided."""
    terms = fold.policy.shopper
    if terms.rejected_default is None or terms.rejected_options:
        return False
    return default_choice(fold)


def default_choice(fold: Fold) -> bool:
    """Choose as the policy does where nobody else has."""
    choice = fold.policy.shopper.rejected_default
    units = [one for one in unresolved(fold.ret) if one.acceptance is Acceptance.REJECTED]
    if choice is None or not units:
        return False
    with fold.as_policy():
        return _resolve(fold, choice, units) is None
