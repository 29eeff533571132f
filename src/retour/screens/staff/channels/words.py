"""What channel pages say in words: how an account stands, what a call met, how long there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from retour.desk.channels.calling import NO_PRACTICE, NOT_INSTALLED
from retour.gateways.channelengine import Fault, Trouble
from retour.gateways.exchange import ErrorClass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.screens.staff.seat import Seat
    from retour.store.channels import ChannelAccount

_DAY: Final = timedelta(days=1)
OLD_KEY_DAYS: Final = 365
"""A key that old is better replaced."""


def age_days(seat: Seat, when: datetime) -> int:
    """Count the whole days since an instant of the database's time."""
    return max((seat.tick - when) // _DAY, 0)


def days_left(seat: Seat, when: datetime | str, days: int = 0) -> int:
    """Count the whole days until an instant, or so many days after it; below zero it is over.

    By the business time, as deadlines are.
    """
    at = datetime.fromisoformat(when) if isinstance(when, str) else when
    return (at - seat.now) // _DAY + days


def left_words(days: int) -> str:
    """Say how many days are left."""
    if days < 0:
        return "too late"
    return "today" if days == 0 else f"{days} day{'' if days == 1 else 's'} left"


# -------------------------------------------------------------------- how an account stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an account stands: one word with its tone, why, and what to do about it."""

    word: str
    tone: str
    why: str
    remedy: str = ""


def standing(account: ChannelAccount) -> Standing:
    """Say how an account stands."""
    match account.stage:
        case "setup":
            why = "It is being set up. Nothing is looked for yet."
            return Standing(
                word="Being set up", tone="warn", why=why, remedy="Go on with the set-up."
            )
        case "paused":
            why = "Somebody paused it: nothing new is looked for; what is being settled is told."
            return Standing(
                word="Paused", tone="info", why=why, remedy="Go live when you are ready."
            )
        case "refused":
            why = account.trouble or "ChannelEngine refuses the key."
            remedy = "Make a new key in ChannelEngine and give it here. Nothing is lost meanwhile."
            return Standing(word="Key refused", tone="bad", why=why, remedy=remedy)
        case _ if account.trouble:
            remedy = "The next look tries again by itself, from where the last one came to."
            return Standing(word="In trouble", tone="warn", why=account.trouble, remedy=remedy)
        case _:
            why = "It looks for returns every twenty minutes, and whenever ChannelEngine pings."
            return Standing(word="Live", tone="ok", why=why)


# -------------------------------------------------------------------- what a call met


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """What a test call met: the fact in a line, what was said, and what to do."""

    title: str
    said: str
    todo: str


_TENANT: Final = (
    "Check the account's name: it is the first part of your address at ChannelEngine, as in"
    " https://fjordlys.channelengine.net."
)
_INSIDE: Final = (
    "The address is inside a network that Retour keeps away from. Correct the account's name, or"
    " have whoever runs Retour allow the address with RETOUR_EGRESS_ALLOW."
)
_NETWORK: Final[Mapping[ErrorClass, tuple[str, str]]] = {
    ErrorClass.BLOCKED: (
        "This server may not call that address",
        _INSIDE,
    ),
    ErrorClass.DNS: ("There is no such address", _TENANT),
    ErrorClass.INVALID: ("That is no address", _TENANT),
}


def met(fault: Fault) -> Met:
    """Say what a fault is, and what to do about it."""
    if fault in (NOT_INSTALLED, NO_PRACTICE):
        return Met(title="Nothing was called", said=fault.words, todo="Then make the call again.")
    if fault.error is not None:
        otherwise = ("ChannelEngine could not be reached", "Try again in a minute.")
        title, todo = _NETWORK.get(fault.error, otherwise)
        return Met(title=title, said=fault.words, todo=todo)
    match fault.trouble:
        case Trouble.STRANGER:
            title, todo = (
                "The key is not known there",
                (
                    "In ChannelEngine, make a key under Settings → Merchant API keys, and give it"
                    " in the first step. A key is good for one account only."
                ),
            )
        case Trouble.LATER:
            wait = f"{max(fault.after_s or 60, 5)} seconds"
            title = "ChannelEngine has had enough calls for now"
            todo = f"Wait {wait}, then make the call again. Nothing is lost by it."
        case Trouble.LOST:
            title = "ChannelEngine is in trouble"
            todo = "Try again in a few minutes; nothing has to be changed here."
        case _:
            title, todo = "ChannelEngine said no", _TENANT
    return Met(title=title, said=fault.words, todo=todo)


# -------------------------------------------------------------------- policies as sentences


def sentences(policy: Mapping[str, Any], *, is_channel: bool) -> list[str]:
    """Say what a policy does, a sentence for each thing that matters to marketplaces."""
    by_itself = {name: policy[name] == "auto" for name in ("approval", "settlement", "completion")}
    said = [
        "The marketplace has granted the return already: it is taken as authorized."
        if is_channel
        else "A return asked for at our portal is authorized by itself."
        if by_itself["approval"]
        else "A return asked for at our portal waits until somebody authorizes it."
    ]
    phases = policy["phases"]
    if not phases["logistics"]:
        said.append("The marketplace gives the label; none is made here.")
    said.append(
        "Nothing is told before the goods are received and every unit is judged. Then the"
        + (
            " marketplace is told by itself."
            if by_itself["settlement"]
            else " settlement waits for somebody."
        )
    )
    said.append("The marketplace pays. We never do.")
    said.append(
        "What is settled is completed by itself."
        if by_itself["completion"]
        else "What is settled waits until somebody completes it."
    )
    days = policy["deadlines"]["channel_days"]
    warn = policy["deadlines"]["warn_days"]
    for name, count in days.items():
        said.append(f"{name} cancels after {count} days; you are warned {warn} days before.")
    if is_channel and not days:
        said.append("No marketplace's deadline is known yet: nobody is warned before it cancels.")
    return said
