"""The account's form as people fill it in: read kindly, and said at its field what is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.channels import accounts
from retour.desk.channels.accounts import ChannelAccountPut
from retour.kernel.problems import FieldError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Collection

    from retour.desk.channels.setup import SetUp
    from retour.screens.staff.seat import Form, Seat

_ADDRESS: Final = re.compile(
    r"^(?:https?://)?([^./\s]+)\.channelengine\.net(?:/.*)?$", re.IGNORECASE
)
_AT: Final = re.compile(r"\$\.(\w+)")
_WORDS: Final = {
    "tenant": "Give the first part of your address at ChannelEngine: small letters, digits and -.",
    "name": "Give the account a name of 1 to 255 characters.",
    "api_key": "A key has 8 to 255 letters, digits and - . _ ~, without blanks. Copy it again.",
    "whole_only": "Name each marketplace on a line of its own, 100 at most.",
}
CODE: Final = "ce"


def read_account(
    fields: Form, found: SetUp, *, keeps: Collection[str] = (), needs_key: bool = False
) -> ChannelAccountPut:
    """Read what an account is; what the form has no field for stays as it is.

    Raises:
        InvalidRequest: Something of it cannot be so.
    """
    account, facts = found.account, found.facts
    tenant = fields.get("tenant", "").strip()
    pasted = _ADDRESS.match(tenant)
    said: dict[str, object] = {
        "tenant": pasted[1].lower() if pasted else tenant,
        "name": fields.get("name", "").strip(),
        "reasons": facts.reasons,
        "fetch_orders": facts.fetch_orders,
        "whole_only": facts.whole_only,
    }
    if keeps and account is not None:
        said |= {"tenant": account.tenant, "name": account.name}
    if not keeps:
        said["fetch_orders"] = bool(fields.get("fetch_orders"))
        said["whole_only"] = [
            line.strip() for line in fields.get("whole_only", "").splitlines() if line.strip()
        ]
    key = fields.get("api_key", "").strip()
    if key:
        said["api_key"] = key
    elif needs_key or account is None:
        raise _wrong("api_key", "Give the API key. ChannelEngine shows it when you make one.")
    try:
        return msgspec.convert(said, ChannelAccountPut)
    except msgspec.ValidationError as error:
        at = _AT.search(str(error))
        name = at[1] if at else "tenant"
        raise _wrong(name, _WORDS.get(name, str(error))) from error


def _wrong(name: str, words: str) -> InvalidRequest:
    return InvalidRequest(FieldError(pointer=f"/{name}", code="bad_value", detail=words))


def wrong_of(error: InvalidRequest) -> dict[str, str]:
    """Say by field what is wrong."""
    return {
        one.pointer.strip("/").partition("/")[0] or "tenant": one.detail for one in error.errors
    }


async def put_account(seat: Seat, code: str, given: ChannelAccountPut) -> None:
    """Keep it.

    Raises:
        InvalidRequest: It cannot be kept so.
    """
    await accounts.put(seat.house, seat.workspace_id, code, given)
