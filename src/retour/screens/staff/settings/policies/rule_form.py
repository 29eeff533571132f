"""A rule as a form: every condition and action there is, filled in and read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_type_hints

from retour.policy.conditions import TABLE, AmountSpan, DateSpan, Span, When
from retour.policy.legal_floor import LegalGround
from retour.policy.model import METHODS, Moment, Outcome
from retour.policy.wording import CONDITION_WORDS
from retour.screens.staff.settings.policies.fields import Field, filled, read
from retour.screens.staff.settings.policies.words import choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.screens.staff.seat import Form

_PARTS: Final[Mapping[str, str]] = {
    "unit": "The piece as it was judged",
    "item": "The item",
    "request": "The request",
    "order": "The order",
    "customer": "What the customer did before",
    "risk": "Risk",
}
_KINDS: Final[Mapping[object, str]] = {
    tuple[str, ...]: "list",
    bool | None: "maybe",
    Span | None: "span",
    AmountSpan | None: "amount_span",
    DateSpan | None: "dates",
}
_HINTS: Final[Mapping[str, str]] = {
    "list": "Any of these, with commas between.",
    "pairs": "One to a line, such as colour: red, blue.",
    "said": "One text, or a line for each language, such as en: … and de: …",
    "amounts": "With the currency, such as 2.95 EUR, 3.50 USD.",
}
_LEAVE: Final = ("", "Leave it to other rules")
_OUTCOMES: Final = tuple((one.value, one.value.replace("_", " ")) for one in Outcome)
_METHODS: Final = tuple((one, one.replace("_", " ")) for one in METHODS)
_ANSWER: Final = (
    _LEAVE,
    ("approve", "Approve it"),
    ("review", "Have a person look"),
    ("reject", "Reject it"),
)
_ACCEPTANCE: Final = (
    _LEAVE,
    ("accept", "Accept it"),
    ("wait", "Have somebody look again"),
    ("reject", "Reject it"),
)
_KEEPING: Final = (
    _LEAVE,
    ("keep", "The customer may keep it"),
    ("return", "It must come back"),
    ("donate", "It is given away"),
)
_WHICH: Final = (_LEAVE, ("exclude", "Not these"), ("force", "Only this one"))
_CHARGE: Final = (_LEAVE, ("fee", "Keep a fee back"), ("waive", "No fee"))


def _field(name: str, label: str, kind: str, *options: tuple[str, str], hint: str = "") -> Field:
    return Field(
        id=name, label=label, kind=kind, options=options, hint=hint or _HINTS.get(kind, "")
    )


def _condition(name: str) -> Field:
    part, _, step = name.partition(".")
    kind = _KINDS.get(get_type_hints(get_type_hints(When)[part])[step], "pairs")
    words = CONDITION_WORDS[name]
    label = f"{words[:1].upper()}{words[1:].rstrip(':')}"
    options = (("", "Either"), ("yes", "Yes"), ("no", "No")) if kind == "maybe" else ()
    return _field(f"when.{name}", label, kind, *options)


_CONDITIONS: Final[Mapping[str, tuple[Field, ...]]] = {
    part: tuple(_condition(name) for name in TABLE if name.partition(".")[0] == part)
    for part in _PARTS
}
_FEE: Final = (
    _field("charge", "Fee", "choice", *_CHARGE),
    _field("fee.label", "What the fee is called", "said"),
    _field("fee.amounts", "Amount", "amounts"),
    _field("fee.percent", "Or percent of what is refunded", "text"),
    _field("fee.per", "Once for", "choice", ("return", "The return"), ("unit", "Each piece")),
)
ACTIONS: Final[Mapping[Moment, tuple[tuple[str, tuple[Field, ...]], ...]]] = {
    Moment.REQUEST: (
        (
            "Answer",
            (
                _field("answer", "Whether it may come back", "choice", *_ANSWER),
                _field(
                    "words",
                    "In these words",
                    "said",
                    hint="Shoppers read why something is rejected; why a person looks is for you."
                    " One text, or for shoppers a line for each language, such as en: …",
                ),
            ),
        ),
        (
            "Window and proofs",
            (
                _field("window_days", "Days it may be asked for", "number"),
                _field("photos_required", "Photos wanted", "number"),
                _field("reason_group", "Group of reasons offered", "text"),
                _field(
                    "legal_ground",
                    "Why the right of withdrawal does not reach it",
                    "choice",
                    _LEAVE,
                    *((one.value, one.value.replace("_", " ")) for one in LegalGround),
                ),
            ),
        ),
        (
            "Goods",
            (
                _field("keeping", "Whether the goods stay", "choice", *_KEEPING),
                _field("method.which", "Ways back", "choice", *_WHICH),
                _field("method.named", "Which", "ticks", *_METHODS),
                _field("destination", "Facility the goods go to", "text", hint="Its code."),
            ),
        ),
        (
            "Money",
            (
                _field("outcome.which", "What may be had", "choice", *_WHICH),
                _field("outcome.named", "Which", "ticks", *_OUTCOMES),
                *_FEE,
                _field("bonus.amounts", "Bonus of store credit", "amounts"),
                _field("bonus.percent", "Or percent of it", "text"),
                _field(
                    "refund_shipping",
                    "The way out is",
                    "choice",
                    _LEAVE,
                    *choices("refund_shipping"),
                ),
                _field("settle_at", "Money may move once", "choice", _LEAVE, *choices("settle_at")),
            ),
        ),
    ),
    Moment.GRADING: (
        (
            "Answer",
            (
                _field("answer", "What is granted for the piece", "choice", *_ACCEPTANCE),
                _field(
                    "words",
                    "In these words",
                    "said",
                    hint="Shoppers read why something is rejected; why it waits is for you. One"
                    " text, or for shoppers a line for each language, such as en: …",
                ),
                _field("disposition", "Where the piece goes", "text"),
            ),
        ),
        (
            "Money",
            (
                _field("deduct.percent", "Percent it has lost in value", "text"),
                _field("deduct.label", "What that is called", "said"),
                *_FEE,
            ),
        ),
    ),
}
"""What a rule can do at each moment, in groups."""
_AS_ASKED: Final = (
    "window_days",
    "photos_required",
    "reason_group",
    "legal_ground",
    "destination",
    "refund_shipping",
    "settle_at",
    "disposition",
)
"""Fields that are the actions they are called after."""
_POINTED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("then.approve", "then.accept"), "answer"),
    **dict.fromkeys(("then.review", "then.reject", "then.wait"), "words"),
    **dict.fromkeys(("then.keep_item", "then.donate"), "keeping"),
    **dict.fromkeys(("then.exclude_outcomes", "then.force_outcome"), "outcome.named"),
    **dict.fromkeys(("then.exclude_methods", "then.force_method"), "method.named"),
    "then.waive_fee": "charge",
    "then.fee": "fee.amounts",
    "then.bonus": "bonus.amounts",
    "then.deduct": "deduct.percent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleForm:
    """A rule as it stands in its form."""

    name: str
    at: Moment
    conditions: tuple[tuple[str, tuple[Field, ...]], ...]
    actions: tuple[tuple[str, tuple[Field, ...]], ...]

    @property
    def fields(self) -> dict[str, Field]:
        """Every field by its id."""
        groups = (*self.conditions, *self.actions)
        return {one.id: one for _, fields in groups for one in fields}


def form_of(rule: Mapping[str, Any], at: Moment, typed: Form | None = None) -> RuleForm:
    """Fill the form of a rule as it is shown, or as it was typed."""
    when, then = rule.get("when", {}), _unfolded(rule.get("then", {}))
    parts = [part for part in _PARTS if part != "unit" or at is Moment.GRADING]
    conditions = tuple(
        (
            _PARTS[part],
            tuple(
                filled(one, when.get(part, {}).get(one.id.rpartition(".")[2]), typed)
                for one in _CONDITIONS[part]
            ),
        )
        for part in parts
    )
    actions = tuple(
        (title, tuple(filled(one, then.get(one.id), typed) for one in fields))
        for title, fields in ACTIONS[at]
    )
    name = rule.get("id", "") if typed is None else typed.get("id", "").strip()
    return RuleForm(name=name, at=at, conditions=conditions, actions=actions)


def _unfolded(then: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields that a rule's actions stand in."""
    said = {name: value for name, value in then.items() if name in _AS_ASKED}
    answer = next(
        (one for one in ("approve", "review", "reject", "accept", "wait") if then.get(one)), ""
    )
    said |= {"answer": answer}
    words = then.get(answer)
    if words is not True:
        said["words"] = words
    if then.get("donate"):
        said["keeping"] = "donate"
    elif then.get("keep_item") is not None:
        said["keeping"] = "keep" if then["keep_item"] else "return"
    for name, many in (("outcome", "outcomes"), ("method", "methods")):
        if then.get(f"exclude_{many}"):
            said |= {f"{name}.which": "exclude", f"{name}.named": then[f"exclude_{many}"]}
        elif then.get(f"force_{name}"):
            said |= {f"{name}.which": "force", f"{name}.named": [then[f"force_{name}"]]}
    if then.get("waive_fee"):
        said["charge"] = "waive"
    elif then.get("fee"):
        said["charge"] = "fee"
    for name in ("fee", "bonus", "deduct"):
        asked: Mapping[str, Any] = then.get(name) or {}
        said |= {f"{name}.{step}": value for step, value in asked.items()}
    return said


def rule_in(form: RuleForm) -> dict[str, Any]:
    """Give the rule that a form says, for the desk to read."""
    when: dict[str, dict[str, Any]] = {}
    for _, fields in form.conditions:
        for one in fields:
            value = read(one)
            if value is not None:
                _, part, step = one.id.split(".")
                when.setdefault(part, {})[step] = value
    said = {name: read(one) for name, one in form.fields.items() if not name.startswith("when.")}
    rule: dict[str, Any] = {"id": form.name, "when": when, "then": _folded(said)}
    return {**rule, "at": form.at.value} if form.at is not Moment.REQUEST else rule


def _folded(said: Mapping[str, Any]) -> dict[str, Any]:
    """Give the actions that the fields say."""
    then: dict[str, Any] = {name: said[name] for name in _AS_ASKED if said.get(name) is not None}
    answer, words = said.get("answer"), said.get("words")
    if answer:
        then[answer] = True if answer in ("approve", "accept") else words or ""
    then |= _KEPT.get(said.get("keeping"), {})
    for name, many in (("outcome", "outcomes"), ("method", "methods")):
        named: list[str] = said.get(f"{name}.named") or []
        if said.get(f"{name}.which") == "exclude":
            then[f"exclude_{many}"] = named
        elif said.get(f"{name}.which") == "force":
            then[f"force_{name}"] = named[0] if len(named) == 1 else ""
    return then | _money(said)


_KEPT: Final[Mapping[object, Mapping[str, bool]]] = {
    "donate": {"donate": True},
    "keep": {"keep_item": True},
    "return": {"keep_item": False},
}


def _money(said: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fee, the bonus and the deduction that the fields say."""
    then: dict[str, Any] = {}
    if said.get("charge") == "waive":
        then["waive_fee"] = True
    elif said.get("charge") == "fee":
        per = {"per": said.get("fee.per") or "return"}
        then["fee"] = {**_charged(said, "fee"), **per, "label": said.get("fee.label") or ""}
    if bonus := _charged(said, "bonus"):
        then["bonus"] = bonus
    if said.get("deduct.percent") or said.get("deduct.label"):
        label = said.get("deduct.label") or ""
        then["deduct"] = {"percent": said.get("deduct.percent") or "", "label": label}
    return then


def _charged(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give amounts and a share, where something is said."""
    asked = {one: said.get(f"{name}.{one}") for one in ("amounts", "percent")}
    return {one: value for one, value in asked.items() if value}


def field_at(pointer: str, form: RuleForm) -> str:
    """Say which field a fault of the rule stands in; ``id`` has what no other has."""
    steps = pointer.strip("/").split("/")
    fields = form.fields
    for length in range(len(steps), 0, -1):
        dotted = ".".join(steps[:length])
        for found in (dotted, _POINTED.get(dotted, ""), dotted.removeprefix("then.")):
            if found in fields:
                return found
    return "id"
