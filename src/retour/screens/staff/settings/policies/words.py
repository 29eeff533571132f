"""What pages of policies share: rules as cards, settings in words, and who did what when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast
from zoneinfo import ZoneInfo

import msgspec

from retour.desk.parcels.accounts import SANDBOX, known_carriers
from retour.desk.people import roster
from retour.desk.policies import PolicyPut, as_version
from retour.policy.model import Moment
from retour.policy.wording import asks_in_words, does_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retour.lifecycle.model import Policy
    from retour.policy.model import PolicyRule
    from retour.screens.staff.seat import Seat

PATH: Final = "/settings/policies"
ONE: Final = f"{PATH}/{{policy_id:str}}"
READ, WRITE = "settings:read", "settings:write"
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "window_starts": {
        "delivered": "the last item is delivered",
        "shipped": "the order is shipped",
        "ordered": "the order is placed",
    },
    "approval": {"auto": "at once, where it is eligible", "manual": "by a person"},
    "ineligible": {"queue": "a person looks at it", "reject": "it is rejected in the rule’s words"},
    "label": {"auto": "with the approval", "manual": "by a person"},
    "settlement": {"auto": "by itself", "manual": "by a person"},
    "completion": {"auto": "by itself", "manual": "by a person"},
    "refund_shipping": {"none": "not paid back", "full": "paid back"},
    "payment_order": {
        "as_paid": "in the order they were paid",
        "newest_first": "the newest first",
        "gift_cards_first": "gift cards first",
        "gift_cards_last": "gift cards last",
    },
    "shipped_when": {
        "handover": "it is handed over",
        "label": "its label is made",
        "first_scan": "the carrier first scans it",
    },
    "settle_at": {
        "authorized": "it is approved",
        "shipped": "it is on its way",
        "tracked": "the carrier has it",
        "received": "it has arrived",
        "processed": "it is judged",
    },
    "consumer_law": {
        "eu": "consumers in the European Economic Area",
        "everyone": "every consumer",
        "off": "nobody",
    },
    "blocked": {"review": "a person looks at it", "reject": "it is rejected"},
    "foreign_serial": {
        "flag": "flagged",
        "wrong_item": "taken for another item",
        "ignore": "not looked at",
    },
}
"""What the values of settings mean, by setting; lower case, for they stand in sentences."""
LABELS: Final[Mapping[str, str]] = {
    "name": "Name",
    "window_days": "Days to ask for a return",
    "window_starts": "Counted from when",
    "approval": "Approved",
    "ineligible": "What is not eligible",
    "label": "Labels are made",
    "settlement": "Money goes out",
    "settle_at": "Money may move once",
    "completion": "Completed",
    "shipped_when": "Counts as shipped once",
    "keep_item": "Customers may keep the goods unasked",
    "refund_shipping": "The way out is",
    "payment_order": "Payments are given back",
    "carrier": "Carrier of labels",
    "outcomes": "Offered for the goods",
    "methods": "How goods may come back",
    "consumer_law": "Statutory right of withdrawal",
    "phases": "Phases",
    "risk": "Risk score",
    "blocked": "What a block list names",
    "blocked_words": "What shoppers read then",
    "quality_check": "Second pair of eyes",
    "foreign_serial": "Serial numbers never sold are",
    "shopper": "Shoppers",
    "deadlines": "Deadlines in days",
}
"""What each setting is called on pages."""
NO_CARRIER: Final = "none yet: no label is made"
MOMENTS: Final = (
    ("When it is asked for", Moment.REQUEST),
    ("When it is judged at the dock", Moment.GRADING),
)
"""Both moments of rules with their headings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A rule as people read it."""

    place: int
    name: str
    asks: tuple[str, ...]
    does: tuple[str, ...]
    is_short: bool
    faults: tuple[str, ...] = ()


def cards(
    rules: Sequence[PolicyRule], at: Moment, faults: Sequence[Mapping[str, str]] = ()
) -> list[Card]:
    """Give the rules of one moment, in order, with what is wrong with each."""
    return [
        Card(
            place=n,
            name=rule.name,
            asks=asks_in_words(rule),
            does=does_in_words(rule),
            is_short=isinstance(rule.then, str),
            faults=tuple(
                one["detail"] for one in faults if f"{one['path']}/".startswith(f"/rules/{n}/")
            ),
        )
        for n, rule in enumerate(rules)
        if rule.at is at
    ]


def value_words(name: str, value: Any) -> str:  # noqa: ANN401 - any setting
    """Say the value of a setting."""
    if name in _WORDS:
        return _WORDS[name].get(str(value), str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value_words("", one) for one in cast("list[object]", value)) or "any"
    if isinstance(value, dict):
        return _parts_words(cast("dict[str, object]", value))
    if value in (None, ""):
        return "none"
    return str(value).replace("_", " ")


def _parts_words(parts: Mapping[str, object]) -> str:
    said = {name: value for name, value in parts.items() if value not in (None, [], {}, "")}
    words = (f"{name.replace('_', ' ')} {value_words('', value)}" for name, value in said.items())
    return ", ".join(words) or "none"


def choices(name: str) -> list[tuple[str, str]]:
    """Give the values of a setting with what they mean, for choosing."""
    return [*_WORDS[name].items()]


async def carriers_of(seat: Seat) -> dict[str, str]:
    """Give the carriers that a policy here can name, by their codes."""
    return await known_carriers(seat.house, seat.workspace_id)


def carrier_words(code: str, known: Mapping[str, str]) -> str:
    """Say which carrier a policy names, or that the workspace has none of that code.

    >>> carrier_words("post", {"post": "Post"}), carrier_words("sandbox", {"post": "Post"})
    ('Post', 'none yet: no label is made')
    """
    if code not in known:
        return NO_CARRIER if code == SANDBOX else f"{code}, which is not connected"
    return known[code]


def settings_of(policy: Mapping[str, Any], carriers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give what a policy says beside its rules, in words."""
    shown = [
        (
            label,
            carrier_words(policy[name], carriers)
            if name == "carrier"
            else value_words(name, policy[name]),
        )
        for name, label in LABELS.items()
        if name != "name"
    ]
    return [(label, f"{words[:1].upper()}{words[1:]}") for label, words in shown]


def facts_of(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give what matters most of a policy, for its head."""
    starts = value_words("window_starts", policy["window_starts"])
    offered = value_words("outcomes", policy["outcomes"])
    return [
        ("Window", f"{policy['window_days']} days after {starts}"),
        ("Approval", _sentence(value_words("approval", policy["approval"]))),
        ("Not eligible", _sentence(value_words("ineligible", policy["ineligible"]))),
        ("Offered", _sentence(offered)),
        ("Money", f"Once {value_words('settle_at', policy['settle_at'])}"),
        ("Rules", str(len(policy["rules"]))),
    ]


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def title_of(policy_id: str, name: str | None) -> str:
    """Give what people call a policy."""
    return name or policy_id


def as_policy(view: Mapping[str, Any]) -> Policy:
    """Read a policy as the desk shows it."""
    body = msgspec.convert({name: view[name] for name in PolicyPut.__struct_fields__}, PolicyPut)
    return as_version(view["id"], view["version"], body)


async def names_of(seat: Seat) -> dict[str, str]:
    """Give the names of members by their ids."""
    found = await roster.roster(seat.house, seat.workspace_id)
    return {one.person.id: one.person.name for one in found}


def by_whom(author: Mapping[str, Any] | None, names: Mapping[str, str]) -> str:
    """Say who did something."""
    if author is None:
        return "Retour itself"
    if author["kind"] == "api_key":
        return "an API key"
    return names.get(str(author["id"]), "somebody who has left")


def local(seat: Seat, instant: str | datetime | None) -> datetime | None:
    """Give an instant by the clocks on the merchant's walls."""
    if instant is None:
        return None
    when = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return when.astimezone(ZoneInfo(seat.config.zone))
