"""Policies as YAML, for files that people keep and compare: written with comments, read safely.

Read is the small core of YAML 1.2: no aliases, no tags, no dates, and ``NO`` is Norway.  Numbers
with a point stay text, for amounts are text.  What is written is read back as the same policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import yaml

BYTES_MAX: Final = 1 << 20
_DEPTH_MAX: Final = 32
_NODES_MAX: Final = 100_000
_WIDTH: Final = 100


class UnreadableYaml(ValueError):
    """The text is no YAML that we read; says where, and what to do."""


class _Loader(yaml.SafeLoader):
    """The core of YAML, within bounds."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose within bounds; what an alias would repeat is written out instead."""
        event: Any = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise _unreadable("an alias stands", event.start_mark, "Write it out.")
        if getattr(event, "tag", None) is not None:
            raise _unreadable("a tag stands", event.start_mark, "Leave it out.")
        self._nodes += 1
        if self._nodes > _NODES_MAX:
            raise _unreadable("there is too much", event.start_mark, "Shorten the policy.")
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise _unreadable("it is nested too deeply", event.start_mark, "Flatten it.")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - as the base class has it
        """Refuse keys that are given twice or are no text."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _unreadable("a key is no text", key.start_mark, "Name it in plain words.")
            if key.value in seen:
                raise _unreadable(f"{key.value!r} is given twice", key.start_mark, "Keep one.")
            seen.add(key.value)
        pairs = node.value
        return {key.value: self.construct_object(value, deep=deep) for key, value in pairs}


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""]
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]{0,17})$"), [*"-0123456789"]
)


def _unreadable(fact: str, mark: yaml.Mark | None, remedy: str) -> UnreadableYaml:
    where = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
    return UnreadableYaml(f"The YAML cannot be read: {fact}{where}. {remedy}")


def read_yaml(body: bytes) -> object:
    """Read one document into plain values.

    Raises:
        UnreadableYaml: It is too large, no YAML, or uses what a policy needs no use of.
    """
    if len(body) > BYTES_MAX:
        message = f"The YAML has more than {BYTES_MAX} bytes. Shorten the policy."
        raise UnreadableYaml(message)
    try:
        text = body.decode()
        loader = _Loader(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        message = f"The YAML is not UTF-8 (byte {error.start}). Save it in UTF-8."
        raise UnreadableYaml(message) from error
    except yaml.MarkedYAMLError as error:
        fact = error.problem or "it is no YAML"
        raise _unreadable(fact, error.problem_mark, "Mend it there.") from error
    except yaml.YAMLError as error:
        message = "The YAML holds characters that no text has. Take them out."
        raise UnreadableYaml(message) from error
    except RecursionError as error:
        raise _unreadable("it is nested too deeply", None, "Flatten it.") from error


# ---------------------------------------------------------------- writing

_HEAD: Final = """\
# A Retour policy. Put it back with: retour policy import WORKSPACE POLICY FILE
# Rules stand in order: of each slot, the first that matches speaks. Amounts and shares are text in
# quotes. Every word is explained in docs/policies.md.
"""

COMMENTS: Final[Mapping[str, str]] = {
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
    "carrier": "Which carrier makes labels.",
    "outcomes": "What is offered for the goods: refund, store_credit, exchange.",
    "methods": "How goods may come back; any way where none is named.",
    "consumer_law": "Who has the 14 days by law: eu, everyone or off. No rule can take them away.",
    "phases": "What is off is jumped without events.",
    "risk": "What is weighed into a score from 0 to 100; null for none.",
    "blocked": "What a block list comes to: review or reject.",
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
