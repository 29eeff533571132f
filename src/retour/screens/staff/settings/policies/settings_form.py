"""What a policy says beside its rules, as a form; what is rarely changed stays with the YAML."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from retour.policy.model import METHODS, Outcome
from retour.screens.staff.settings.policies.fields import Field, filled, read
from retour.screens.staff.settings.policies.words import LABELS, carrier_words, choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.screens.staff.seat import Form


def _choice(name: str) -> Field:
    said = tuple((value, f"{words[:1].upper()}{words[1:]}") for value, words in choices(name))
    return Field(id=name, label=LABELS[name], kind="choice", options=said)


def _ticks(name: str, values: tuple[str, ...], hint: str) -> Field:
    options = tuple((one, one.replace("_", " ").capitalize()) for one in values)
    return Field(id=name, label=LABELS[name], kind="ticks", options=options, hint=hint)


def _days(name: str, label: str, kind: str = "number", hint: str = "") -> Field:
    return Field(id=f"deadlines.{name}", label=label, kind=kind, hint=hint)


_PHASES: Final = ("authorization", "logistics", "processing", "settlement")
GROUPS: Final[tuple[tuple[str, tuple[Field, ...]], ...]] = (
    (
        "The policy",
        (Field(id="name", label=LABELS["name"], kind="text", hint="What your people call it."),),
    ),
    (
        "Asking",
        (
            Field(id="window_days", label=LABELS["window_days"], kind="number"),
            _choice("window_starts"),
            _choice("approval"),
            _choice("ineligible"),
            _choice("blocked"),
            _choice("consumer_law"),
        ),
    ),
    (
        "Goods",
        (
            _ticks("methods", METHODS, "Any way where none is ticked."),
            _choice("label"),
            Field(id="carrier", label=LABELS["carrier"], kind="choice"),
            _choice("shipped_when"),
            Field(id="keep_item", label=LABELS["keep_item"], kind="tick"),
            _choice("foreign_serial"),
        ),
    ),
    (
        "Money",
        (
            _ticks("outcomes", tuple(one.value for one in Outcome), "At least one."),
            Field(
                id="first",
                label="Offered first",
                kind="choice",
                options=tuple(
                    (one.value, one.value.replace("_", " ").capitalize()) for one in Outcome
                ),
            ),
            _choice("settlement"),
            _choice("settle_at"),
            _choice("refund_shipping"),
            _choice("payment_order"),
            _choice("completion"),
        ),
    ),
    (
        "Deadlines in days; empty is for ever",
        (
            _days("remind_days", "Remind to send the goods after", "days", "Several with commas."),
            _days("ship_days", "To send the goods"),
            _days("label_days", "To use a label"),
            _days("review_days", "To answer a request"),
            _days("dock_days", "To receive what has arrived"),
            _days("inspection_days", "To judge what was received"),
            _days("input_days", "To answer what a piece waits for"),
            _days("refund_days", "To pay back"),
            _days("warn_days", "Warn so long before"),
        ),
    ),
    (
        "Phases; what is off is jumped",
        tuple(Field(id=f"phases.{one}", label=one.capitalize(), kind="tick") for one in _PHASES),
    ),
)
"""Every setting of the form, in groups."""
_NEEDED: Final = ("window_days", "deadlines.warn_days")


def form_of(
    policy: Mapping[str, Any], carriers: Mapping[str, str], typed: Form | None = None
) -> list[tuple[str, tuple[Field, ...]]]:
    """Fill the form of a policy as it is shown, or as it was typed.

    Args:
        carriers: Those that can be chosen; the one that is named stays among them.
    """
    named = policy["carrier"]
    known = {**carriers, named: carrier_words(named, carriers)}
    chosen = {
        "carrier": tuple((code, f"{one[:1].upper()}{one[1:]}") for code, one in known.items())
    }
    flat = {**policy, "first": policy["outcomes"][0]}
    for name in ("deadlines", "phases"):
        flat |= {f"{name}.{step}": value for step, value in policy[name].items()}
    return [
        (
            title,
            tuple(
                filled(
                    replace(one, options=chosen.get(one.id, one.options)), flat.get(one.id), typed
                )
                for one in fields
            ),
        )
        for title, fields in GROUPS
    ]


def said_in(form: list[tuple[str, tuple[Field, ...]]], policy: Mapping[str, Any]) -> dict[str, Any]:
    """Give the policy as a form changes it, for the desk to read."""
    said = {one.id: read(one) for _, fields in form for one in fields}
    first: str = said.pop("first")
    outcomes: list[str] = said["outcomes"] or []
    made = {**policy, "deadlines": {**policy["deadlines"]}, "phases": {**policy["phases"]}}
    for name, value in said.items():
        group, _, step = name.partition(".")
        if step:
            made[group][step] = "" if value is None and name in _NEEDED else value
        else:
            made[name] = "" if value is None and name in _NEEDED else value
    made["name"] = said["name"] or ""
    made["methods"] = said["methods"] or []
    made["outcomes"] = sorted(outcomes, key=lambda one: one != first)
    return made


def field_at(pointer: str) -> str:
    """Say which field a fault stands in; the first has what no other has."""
    steps = pointer.strip("/").split("/")
    ids = {one.id for _, fields in GROUPS for one in fields}
    found = next((one for one in (".".join(steps[:2]), steps[0]) if one in ids), "")
    return found or "window_days"
