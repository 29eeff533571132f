"""What some roles do not see of persons: masked at both doors, by this one function.

Warehouses handle goods, and see no e-mail address or telephone number.  Developers connect systems,
and see nothing by which somebody is known or reached; of what was sent, only its shape.  Everybody
else sees what their scopes let them read.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from retour.desk.people.roles import ROLES, MemberRole

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from retour.desk.config import Principal

MASK: Final = "•••"
MASKED_EMAIL: Final = "masked@masked.invalid"
"""Still an address, for programs that look whether it is one; it reaches nobody."""
_EMAIL: Final = re.compile(r"[^\s@<>\"'(),;:\\]+@[^\s@<>\"'(),;:\\]+\.[^\s@<>\"'(),;:\\.]+")
_CONTACTS: Final = frozenset({"email", "phone", "telephone", "mobile"})
_WORDS: Final = frozenset({"comment", "text", "quoted", "said"})
_PERSONS: Final = frozenset(
    {
        *("customer", "consumer", "shopper", "writer", "buyer", "recipient", "sender", "receiver"),
        *("billing_address", "shipping_address", "sold_to", "gift_of"),
    }
)
_PLAIN: Final = frozenset({"country", "locale", "language", "id", "kind", "type", "reference"})
"""What may be seen of a person: by it nobody is known or reached."""
_BODIES: Final = frozenset({"body"})
_TELLING: Final = re.compile(
    r"mail|phone|name|street|address|city|zip|post|company|comment|note|text|region|state$",
    re.IGNORECASE,
)
"""Keys of others' formats, under which persons may stand."""
_UNSHOWN: Final = "What was sent is not shown to developers: it is no JSON, and may name persons."


class Sight(Enum):
    """What of persons somebody sees."""

    ALL = "all"
    NO_CONTACT = "no_contact"
    NO_PERSON = "no_person"


_SIGHTS: Final[Mapping[str, Sight]] = {
    ROLES[MemberRole.WAREHOUSE].limits: Sight.NO_CONTACT,
    ROLES[MemberRole.DEVELOPER].limits: Sight.NO_PERSON,
}


def sight_of(principal: Principal) -> Sight:
    """Say what a member or a key sees, by the role that is theirs."""
    return _SIGHTS.get(principal.role, Sight.ALL)


def masked_body(body: bytes, sight: Sight) -> bytes:
    """Mask an answer in JSON."""
    if sight is Sight.ALL or not body:
        return body
    return msgspec.json.encode(masked(msgspec.json.decode(body), sight))


def masked(value: Any, sight: Sight) -> Any:  # noqa: ANN401 - any JSON, and what pages are made of
    """Give the same with what somebody may not see covered; what is not JSON's stays as it is."""
    return value if sight is Sight.ALL else _covered(value, sight, is_person=False)


def _covered(value: Any, sight: Sight, *, is_person: bool) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case dict():
            said = cast("dict[Any, Any]", value)
            beside = _beside(said)
            return {
                key: _field(key, one, sight, is_person=is_person, beside=beside)
                for key, one in said.items()
            }
        case list():
            return [_covered(one, sight, is_person=is_person) for one in cast("list[Any]", value)]
        case msgspec.Struct():
            return _struct(value, sight, is_person=is_person)
        case str():
            return MASK if is_person and value else _EMAIL.sub(MASKED_EMAIL, value)
        case _ if type(value) is tuple:
            parts = cast("tuple[Any, ...]", value)
            return tuple(_covered(one, sight, is_person=is_person) for one in parts)
        case _:
            return value


def _struct(value: msgspec.Struct, sight: Sight, *, is_person: bool) -> msgspec.Struct:
    names = value.__struct_fields__
    beside = _beside(names)
    seen = {
        name: _field(name, getattr(value, name), sight, is_person=is_person, beside=beside)
        for name in names
    }
    changed = {name: one for name, one in seen.items() if one != getattr(value, name)}
    return msgspec.structs.replace(value, **changed) if changed else value


def _beside(keys: Collection[Any]) -> frozenset[str]:
    """Name what is personal beside some keys: whose address it is, what somebody wrote about."""
    named = {"name"} if "email" in keys else set[str]()
    said = {"subject", "sender_name"} if "sender" in keys or "author" in keys else set[str]()
    return frozenset(named | said)


def _field(
    key: Any,  # noqa: ANN401 - any JSON
    value: Any,  # noqa: ANN401 - any JSON
    sight: Sight,
    *,
    is_person: bool,
    beside: frozenset[str],
) -> Any:  # noqa: ANN401 - any JSON
    """Cover one field; ``beside`` holds what is personal because of what else stands there."""
    if not value or isinstance(value, (bool, int)):
        return value
    if not isinstance(value, str):
        is_known = is_person or (sight is Sight.NO_PERSON and key in _PERSONS)
        return _covered(value, sight, is_person=is_known)
    if key in _CONTACTS:
        return MASKED_EMAIL if key == "email" else MASK
    if sight is Sight.NO_PERSON:
        if key in _BODIES:
            return _sent(value)
        if key in _WORDS or key in beside:
            return MASK
    if is_person and key in _PLAIN:
        return value
    return _covered(value, sight, is_person=is_person)


def _sent(text: str) -> str:
    """Give the shape of what was sent or answered, in whatever format that was."""
    try:
        said = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return _UNSHOWN
    return msgspec.json.encode(_shape(said)).decode()


def _shape(value: Any) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case dict():
            said = cast("dict[str, Any]", value)
            return {
                key: MASK if isinstance(one, str) and one and _TELLING.search(key) else _shape(one)
                for key, one in said.items()
            }
        case list():
            return [_shape(one) for one in cast("list[Any]", value)]
        case str():
            return _EMAIL.sub(MASKED_EMAIL, value)
        case _:
            return value
