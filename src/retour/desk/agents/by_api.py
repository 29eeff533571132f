"""What can be done to a return now, as calls of the API: read off its commands, no secret in them.

The bodies are read off the commands' own types: what is required, filled from the return where the
return says it, else by what belongs there in angle brackets.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import inspect

from retour.lifecycle.carrying import COMMANDS

_TYPES: Final = {verb.value: kind for kind, (verb, _) in COMMANDS.items()}
_SAID_TOO: Final[Mapping[str, tuple[str, ...]]] = {
    "UnitsJudged": ("unit", "acceptance"),
    "UnitsNamed": ("unit",),
    "UnitsSeen": ("line",),
}
"""What some part of a body needs though no single field of it is required, by its type."""

_SAID_BY_PEOPLE: Final[Mapping[str, tuple[str, ...]]] = {"outcome": ("succeeded", "failed")}
"""What the API takes of a choice whose other answers are a processor's alone."""


class ApiCall(NamedTuple):
    """One call: what it is named in the API's documentation, and how it is typed in a shell."""

    name: str
    method: str
    path: str
    body: str

    def typed(self, base: str, version: int) -> str:
        """Write it as a command for a shell, which names the key and does not hold it."""
        lines = [f"curl -X {self.method}", shlex.quote(base + self.path)]
        lines.append('-H "Authorization: Bearer $KEY"')
        if self.method == "POST":
            precondition = f'If-Match: "{version}"'
            lines.append(f"-H {shlex.quote(precondition)}")
            lines.append('-H "Idempotency-Key: $(uuidgen)"')
            lines.append("-H 'Content-Type: application/json'")
            lines.append(f"--data {shlex.quote(self.body)}")
        return " \\\n  ".join(lines)


def calls_of(workspace: str, view: Mapping[str, Any]) -> list[ApiCall]:
    """List what reads a return and what it allows now, each as a call.

    Args:
        view: The return as the API gives it.
    """
    path = f"/v1/workspaces/{workspace}/returns/{view['id']}"
    known = _known(view)
    reading = [
        ApiCall("read_return", "GET", path, ""),
        ApiCall("list_return_events", "GET", f"{path}/events", ""),
    ]
    return reading + [
        ApiCall(verb, "POST", f"{path}/{verb}", sample(verb, known))
        for verb in view["allowed_commands"]
    ]


def sample(verb: str, known: Mapping[str, str]) -> str:
    """Write the least body that a command is understood from."""
    return msgspec.json.encode(_filled(inspect.type_info(_TYPES[verb]), verb, known)).decode()


def _known(view: Mapping[str, Any]) -> dict[str, str]:
    """Name what a body may be about: the first of each that waits."""
    units = [unit for line in view["lines"] for unit in line["units"]]
    waiting = [one for one in units if one["acceptance"] == "pending"]
    legs = [leg for one in view["settlements"] for leg in one["legs"]]
    failed = [one for one in legs if one["status"] in ("failed", "reversed")]
    firsts = {
        "line": _first(view["lines"], "line"),
        "unit": _first([*waiting, *units], "id"),
        "leg": _first([*failed, *legs], "id"),
        "parcel": _first(view["parcels"], "id"),
    }
    return {name: value for name, value in firsts.items() if value}


def _first(items: Iterable[Mapping[str, Any]], key: str) -> str:
    return next((one[key] for one in items), "")


def _filled(kind: inspect.Type, name: str, known: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Fill one value of a body with what it may be."""
    match kind:
        case inspect.StructType():
            too = _SAID_TOO.get(kind.cls.__name__, ())
            return {
                one.encode_name: _filled(one.type, one.encode_name, known)
                for one in kind.fields
                if one.required or one.encode_name in too
            }
        case inspect.LiteralType():
            options = _SAID_BY_PEOPLE.get(name) or kind.values
            return f"<{' | '.join(str(one) for one in options)}>"
        case inspect.EnumType():
            return f"<{' | '.join(str(one.value) for one in kind.cls)}>"
        case inspect.IntType():
            return 1
        case inspect.UnionType():
            return _filled(_meant(kind.types), name, known)
        case inspect.VarTupleType() | inspect.ListType():
            return [_filled(kind.item_type, name, known)]
        case _:
            return known.get(name, f"<{name}>")


def _meant(kinds: Sequence[inspect.Type]) -> inspect.Type:
    return next(one for one in kinds if not isinstance(one, inspect.NoneType))
