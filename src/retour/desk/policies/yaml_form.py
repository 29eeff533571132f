"""Policies as YAML, for files that people keep and compare: written with comments, read safely.

Read is the small core of YAML 1.2, event by event: no aliases, no tags, no dates, and ``NO`` is
Norway.  Numbers with a point stay text, for amounts are text.  What is written is read back as the
same policy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import yaml

BYTES_MAX: Final = 1 << 18
"""Beyond the largest policy there can be in practice; read in a fifth of a second."""
_DEPTH_MAX: Final = 32
_NODES_MAX: Final = 100_000
_WIDTH: Final = 100


class UnreadableYaml(ValueError):
    """The text is no YAML that we read; says where, and what to do."""


_PLAIN: Final[tuple[tuple[re.Pattern[str], Callable[[str], object]], ...]] = (
    (re.compile(r"~|null|"), lambda _: None),
    (re.compile(r"true"), lambda _: True),
    (re.compile(r"false"), lambda _: False),
    (re.compile(r"-?(?:0|[1-9][0-9]{0,17})"), int),
)
"""What a word without quotes means; any other is text."""


_PARSER: Final[type] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Written in C where the library was built with it, which every wheel is."""


class _Reading:
    """One document as it is read, event by event; nothing is ever made but plain values."""

    def __init__(self, text: str) -> None:
        parse: Callable[..., Iterator[yaml.Event]] = getattr(yaml, "parse")  # noqa: B009 - the library has no types
        self._events = parse(text, Loader=_PARSER)
        self._nodes = 0

    def document(self) -> object:
        """Read the only document; nothing at all is nothing."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        value = self._node(next(self._events), 0)
        next(self._events)
        last = next(self._events)
        if not isinstance(last, yaml.StreamEndEvent):
            raise _unreadable("another document begins", last, "Put one policy in one file.")
        return value

    def _node(self, event: yaml.Event, depth: int) -> object:
        self._nodes += 1
        if isinstance(event, yaml.AliasEvent):
            raise _unreadable("an alias stands", event, "Write it out.")
        if getattr(event, "tag", None) is not None:
            raise _unreadable("a tag stands", event, "Leave it out.")
        if self._nodes > _NODES_MAX:
            raise _unreadable("there is too much", event, "Shorten the policy.")
        if depth > _DEPTH_MAX:
            raise _unreadable("it is nested too deeply", event, "Flatten it.")
        match event:
            case yaml.ScalarEvent():
                return _scalar(event)
            case yaml.SequenceStartEvent():
                return self._list(depth)
            case _:
                return self._mapping(depth)

    def _list(self, depth: int) -> list[object]:
        values: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._node(event, depth + 1))
        return values

    def _mapping(self, depth: int) -> dict[str, object]:
        values: dict[str, object] = {}
        while not isinstance(key := next(self._events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise _unreadable("a key is no text", key, "Name it in plain words.")
            name = str(key.value)
            if name in values:
                raise _unreadable(f"{name!r} is given twice", key, "Keep one.")
            self._node(key, depth)
            values[name] = self._node(next(self._events), depth + 1)
        return values


def _scalar(event: yaml.ScalarEvent) -> object:
    text = str(event.value)
    if event.implicit[0]:  # Without quotes.
        for pattern, read in _PLAIN:
            if pattern.fullmatch(text):
                return read(text)
    return text


def _unreadable(fact: str, event: yaml.Event | None, remedy: str) -> UnreadableYaml:
    mark: yaml.Mark | None = None if event is None else event.start_mark
    return UnreadableYaml(f"The YAML cannot be read: {fact}{_place(mark)}. {remedy}")


def _place(mark: yaml.Mark | None) -> str:
    return "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"


def read_yaml(body: bytes, bytes_max: int = BYTES_MAX) -> object:
    """Read one document into plain values.

    Raises:
        UnreadableYaml: It is too large, no YAML, or uses what a policy needs no use of.
    """
    if len(body) > bytes_max:
        message = f"The YAML has more than {bytes_max} bytes. Shorten it."
        raise UnreadableYaml(message)
    try:
        return _Reading(body.decode()).document()
    except UnicodeDecodeError as error:
        message = f"The YAML is not UTF-8 (byte {error.start}). Save it in UTF-8."
        raise UnreadableYaml(message) from error
    except yaml.MarkedYAMLError as error:
        fact = f"{error.problem or 'it is no YAML'}{_place(error.problem_mark)}"
        message = f"The YAML cannot be read: {fact}. Mend it there."
        raise UnreadableYaml(message) from error
    except yaml.YAMLError as error:
        message = "The YAML holds characters that no text has. Take them out."
        raise UnreadableYaml(message) from error
    except RecursionError as error:
        raise _unreadable("it is nested too deeply", None, "Flatten it.") from error


def places_in(text: str) -> dict[str, tuple[int, int]]:
    """Give line and column of each value by its pointer, in a text that ``read_yaml`` has read."""
    compose: Callable[..., yaml.Node | None] = getattr(yaml, "compose")  # noqa: B009 - the library has no types
    root = compose(text, Loader=_PARSER)
    found: dict[str, tuple[int, int]] = {}
    waiting: list[tuple[yaml.Node, str]] = [] if root is None else [(root, "")]
    while waiting:
        node, at = waiting.pop()
        found.setdefault(at, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                step = str(key.value).replace("~", "~0").replace("/", "~1")
                found[f"{at}/{step}"] = (key.start_mark.line + 1, key.start_mark.column + 1)
                waiting.append((value, f"{at}/{step}"))
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend((value, f"{at}/{n}") for n, value in enumerate(node.value))
    return found


def place_of(pointer: str, places: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """Give where something stands, or what it is missing in."""
    while pointer and pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return places.get(pointer, (1, 1))


# ---------------------------------------------------------------- writing

_HEAD: Final = """\
# A Retour policy. Put it back with: retour policy import WORKSPACE POLICY FILE
# Rules stand in order: of each slot, the first that matches speaks. Amounts and shares are text in
# quotes. Every word is explained in docs/policies.md.
"""

COMMENTS: Final[Mapping[str, str]] = {
    "name": "What people call it.",
    "window_days": "How long a return may be asked for, in calendar days of the workspace's zone.",
    "window_starts": "From when they count: delivered (the last item), shipped or ordered.",
    "approval": "auto: what is eligible is authorized at once. manual: a person answers.",
    "ineligible": "queue: a person looks at what is ineligible. reject: the rule's words are said.",
    "label": "auto: a label is made when the return is authorized.",
    "settlement": "auto: the money goes out as soon as it may move.",
    "settle_at": "From which status on money may move.",
    "completion": "auto: what is settled is completed at once.",
    "shipped_when": "What counts as shipped: handover, label or first_scan.",
    "keep_item": "Whether a customer may keep the goods without asking an agent.",
    "refund_shipping": "Whether the way out is paid back: none or full.",
    "payment_order": "Paid back: as_paid, newest_first, gift_cards_first or gift_cards_last.",
    "carrier": "Which carrier makes labels.",
    "outcomes": "What is offered for the goods: refund, store_credit, exchange.",
    "methods": "How goods may come back; any way where none is named.",
    "consumer_law": "Who has the 14 days by law: eu, everyone or off. No rule can take them away.",
    "phases": "What is off is jumped without events.",
    "risk": "What is weighed into a score from 0 to 100; null for none.",
    "blocked": "What a block list comes to: review or reject.",
    "blocked_words": "What shoppers read then, by language; ours where there is none.",
    "quality_check": "When a second pair of eyes must look at a unit.",
    "foreign_serial": "What becomes of a serial number that was never sold.",
    "shopper": "What shoppers may change themselves.",
    "deadlines": "How many whole days a return may wait; null is for ever.",
    "rules": "What is decided line by line.",
}
"""What each field of a policy says, above it."""


def write_yaml(policy: Mapping[str, object]) -> str:
    """Write a policy as it is shown, but for id and version, with a comment above each field."""
    parts = [_HEAD]
    for name, value in policy.items():
        if name in {"id", "version"}:
            continue
        comment = COMMENTS.get(name)
        parts.append("\n" if comment is None else f"\n# {comment}\n")
        parts.append(_dump({name: value}))
    return "".join(parts)


def write_document(document: Mapping[str, object], head: str) -> str:
    """Write plain values whole, an empty line between their parts, below what is said of them."""
    return "\n".join([head, *(_dump({name: value}) for name, value in document.items())])


class _Dumper(yaml.SafeDumper):
    """Writes what is repeated twice, and lists below their names."""

    def ignore_aliases(self, data: object) -> bool:
        """Never refer; a reader would have to follow."""
        del data
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - as the base class has it
        """Indent lists."""
        del indentless
        super().increase_indent(flow, indentless=False)


def _dump(value: object) -> str:
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
        default_flow_style=False,
    )
    return text
