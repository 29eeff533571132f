"""What a workspace is set up with: facilities and API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Route
from retour.api.shapes import API_KEY, FACILITY
from retour.desk import api_keys, facilities
from retour.desk.api_keys import KeyNew, KeyRotate
from retour.desk.facilities import FacilityPut

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_FACILITY: Final = BodyReader(FacilityPut)
_KEY: Final = BodyReader(KeyNew)
_ROTATION: Final = BodyReader(KeyRotate)


async def put_facility(call: Call) -> Outcome:
    """Make the facility, or say anew what it is."""
    body = _FACILITY.read(call.body)
    code = call.params["code"]
    return await facilities.put(call.house, call.workspace_id, code, body, call.if_match)


async def read_facility(call: Call) -> Outcome:
    """Give one facility."""
    return await facilities.look_up(call.house, call.workspace_id, call.params["code"])


async def list_facilities(call: Call) -> Outcome:
    """Give a page of facilities, by code."""
    return await facilities.listing(call.house, call.workspace_id, call.page)


async def create_key(call: Call) -> Outcome:
    """Make a key; its token is in this answer only."""
    body = _KEY.read(call.body)
    return await api_keys.create(call.house, call.principal, body, call.key)


async def list_keys(call: Call) -> Outcome:
    """Give a page of keys, newest first."""
    return await api_keys.listing(call.house, call.workspace_id, call.page)


async def read_key(call: Call) -> Outcome:
    """Give one key; never its token."""
    return await api_keys.look_up(call.house, call.workspace_id, call.params["key_id"])


async def rotate_key(call: Call) -> Outcome:
    """Make a key like another, which ends after a while; the token is in this answer only."""
    body = _ROTATION.read(call.body)
    key_id = call.params["key_id"]
    return await api_keys.rotate(call.house, call.principal, key_id, body, call.key)


async def revoke_key(call: Call) -> Outcome:
    """End a key at once."""
    return await api_keys.revoke(call.house, call.workspace_id, call.params["key_id"])


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/facilities",
        name="list_facilities",
        tag="Settings",
        summary="List facilities",
        scope="settings:read",
        noun="facility",
        answer=list_facilities,
        query=PAGED,
        result=FACILITY,
        paged=True,
    ),
    Route(
        method="PUT",
        path=f"{BASE}/facilities/{{code}}",
        name="put_facility",
        tag="Settings",
        summary="Put a facility",
        about="main exists and is the default of every command. To close one, put active: false;"
        " what is on its way there is received all the same.",
        scope="settings:write",
        noun="facility",
        answer=put_facility,
        body=FacilityPut,
        result=FACILITY,
        statuses=(200, 201),
        versioned=True,
        matched=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/facilities/{{code}}",
        name="read_facility",
        tag="Settings",
        summary="Read a facility",
        scope="settings:read",
        noun="facility",
        answer=read_facility,
        result=FACILITY,
        versioned=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/api-keys",
        name="list_api_keys",
        tag="API keys",
        summary="List keys, newest first",
        scope="keys:read",
        noun="API key",
        answer=list_keys,
        query=PAGED,
        result=API_KEY,
        paged=True,
    ),
    Route(
        method="POST",
        path=f"{BASE}/api-keys",
        name="create_api_key",
        tag="API keys",
        summary="Make a key",
        about="Its token is shown in this answer only; a replay comes without it. A key can give"
        " away only what it may do itself.",
        scope="keys:write",
        noun="API key",
        answer=create_key,
        body=KeyNew,
        result=API_KEY,
        statuses=(201,),
        creates=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/api-keys/{{key_id}}",
        name="read_api_key",
        tag="API keys",
        summary="Read a key, without its token",
        scope="keys:read",
        noun="API key",
        answer=read_key,
        result=API_KEY,
    ),
    Route(
        method="POST",
        path=f"{BASE}/api-keys/{{key_id}}/rotate",
        name="rotate_api_key",
        tag="API keys",
        summary="Rotate a key",
        about="Makes a key that may the same; its token is shown in this answer only. The old one"
        " stays good for overlap_s, a day unless said, a week at most.",
        scope="keys:write",
        noun="API key",
        answer=rotate_key,
        body=KeyRotate,
        result=API_KEY,
        statuses=(201,),
        creates=True,
    ),
    Route(
        method="DELETE",
        path=f"{BASE}/api-keys/{{key_id}}",
        name="revoke_api_key",
        tag="API keys",
        summary="Revoke a key",
        about="At once in this process, within a second in others.",
        scope="keys:write",
        noun="API key",
        answer=revoke_key,
        statuses=(204,),
    ),
)
