"""Where carriers tell us of parcels: signed, answered when every return has taken it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.api.problems import Problem, Stop, not_found
from retour.api.routes import Hooked, HookRoute
from retour.desk.outcome import Done
from retour.desk.parcels.accounts import open_account
from retour.desk.parcels.tracking import SCANS_AT_ONCE_MAX, tell
from retour.dialects.shapes import Boolean, Tree
from retour.gateways.carriers import Scan
from retour.store.parcel_links import hook_token, read_hook_token

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.outcome import Outcome

SANDBOX: Final = "sandbox"
SIGNATURE: Final = b"x-sandbox-signature"
BYTES_MAX: Final = 1_000_000
_ENCODE: Final = msgspec.json.Encoder()
TAKEN: Final = Tree(
    name="taken", fields={"matched": Boolean(about="Whether a return has this number.")}
)


class SandboxMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What the sandbox's carrier tells of one parcel."""

    tracking_number: Annotated[str, Meta(min_length=1, max_length=100)]
    scans: Annotated[tuple[Scan, ...], Meta(max_length=SCANS_AT_ONCE_MAX)]


_MESSAGE: Final = msgspec.json.Decoder(SandboxMessage)


def signed(house: House, workspace_id: int, body: bytes) -> str:
    """Give the signature by which the sandbox's carrier is known."""
    secret = house.vault.mark("sandbox-carrier", str(workspace_id))
    return "sha256=" + hmac.digest(secret, body, hashlib.sha256).hex()


def sandbox_token(house: House, workspace_id: int) -> str:
    """Give the last part of the address that the sandbox's carrier tells."""
    return hook_token(house.vault, workspace_id, SANDBOX)


async def take_sandbox(house: House, asked: Hooked) -> Outcome:
    """Take what the sandbox's carrier tells."""
    workspace_id, _ = _whose(house, asked, SANDBOX)
    given = asked.headers.get(SIGNATURE, b"").decode("latin-1")
    if not hmac.compare_digest(given, signed(house, workspace_id, asked.body)):
        raise _unsigned()
    try:
        said = _MESSAGE.decode(asked.body)
    except msgspec.MsgspecError as error:
        raise _unreadable() from error
    return await _told(house, workspace_id, SANDBOX, said.tracking_number, said.scans)


async def take_easypost(house: House, asked: Hooked) -> Outcome:
    """Take an event of EasyPost's; all but trackers are answered and left."""
    workspace_id, code = _whose(house, asked, "easypost")
    account = await open_account(house, workspace_id, code)
    secret = None if account is None else account.credentials.webhook_secret
    if secret is None:
        raise Stop(not_found("hook"))
    from retour.gateways.carriers.easypost import scans_of, tracker_of, verified

    given = asked.headers.get(b"x-hmac-signature")
    try:
        event = verified(asked.body, None if given is None else given.decode("latin-1"), secret)
        if event is None:
            raise _unsigned()
        tracker = tracker_of(event)
        if tracker is None:
            return _answer(is_matched=False)
        scans, number = scans_of(tracker), str(tracker.get("tracking_code") or "")
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise _unreadable() from error
    if not number:
        raise _unreadable()
    return await _told(house, workspace_id, code, number, scans)


async def _told(
    house: House, workspace_id: int, carrier: str, number: str, scans: Sequence[Scan]
) -> Outcome:
    told = await tell(house, workspace_id, carrier, number, scans[:SCANS_AT_ONCE_MAX])
    return _answer(is_matched=told.is_matched)


def _answer(*, is_matched: bool) -> Done:
    return Done(status=200, body=_ENCODE.encode({"matched": is_matched}))


def _whose(house: House, asked: Hooked, carrier: str) -> tuple[int, str]:
    """Read the token; one of another carrier's hooks is none of ours."""
    right = read_hook_token(house.vault, asked.params["token"])
    if right is None or (right[1] == SANDBOX) != (carrier == SANDBOX):
        raise Stop(not_found("hook"))
    return right


def _unsigned() -> Stop:
    detail = "The signature is missing or not of this body. Sign it with the hook's secret."
    return Stop(Problem(code="unauthenticated", detail=detail))


def _unreadable() -> Stop:
    detail = "The message cannot be read. Send it as the carrier's own documents say."
    return Stop(Problem(code="unreadable", detail=detail))


HOOK_ROUTES: Final = (
    HookRoute(
        path="/hooks/sandbox/{token}",
        name="take_sandbox_tracking",
        tag="Parcels",
        summary="Hear of parcels from the sandbox's carrier",
        about="Signed with x-sandbox-signature. The same scan again changes nothing.",
        answer=take_sandbox,
        accepts=("application/json",),
        bytes_max=BYTES_MAX,
        result=TAKEN,
    ),
    HookRoute(
        path="/hooks/easypost/{token}",
        name="take_easypost_tracking",
        tag="Parcels",
        summary="Hear of parcels from EasyPost",
        about="Signed with X-Hmac-Signature, as EasyPost documents it. The address stands in the"
        " carrier account.",
        answer=take_easypost,
        accepts=("application/json",),
        bytes_max=BYTES_MAX,
        result=TAKEN,
    ),
)
