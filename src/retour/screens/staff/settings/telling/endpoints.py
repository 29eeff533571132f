"""Where messages go: profiles and endpoints in one list, how each fares, its secret, its pause."""

from __future__ import annotations

from secrets import token_hex
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from msgspec import UNSET

from retour.desk import system
from retour.desk.notifications import profile_trial, profiles, standing
from retour.desk.notifications.body import ProfileNew, ProfilePatch, ProfileTestBody
from retour.desk.notifications.standing import Standing
from retour.desk.outcome import Done, NotFound, Refused
from retour.desk.pages import Page
from retour.desk.telling import health, subscriptions, testing
from retour.desk.telling.revealing import (
    HOOK,
    PROFILE,
    REASON_MAX,
    REASON_MIN,
    Reveal,
    reveal,
)
from retour.desk.telling.subscription_body import RotateBody, SubscriptionNew, SubscriptionPatch
from retour.dialects.registry import DIALECTS
from retour.kernel.problems import InvalidRequest
from retour.kernel.subscription import CUSTOMER, EVERYTHING
from retour.screens.charts import Bar, bars
from retour.screens.staff import times
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of
from retour.screens.staff.settings.telling.words import ENDPOINTS, all_templates

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.desk.telling.health import Health

    View = dict[str, Any]

_ONE: Final = f"{ENDPOINTS}/{{endpoint_id:str}}"
_MANY: Final = Page(limit=100)
_PROFILE: Final = "npr_"
_MAILTO: Final = "mailto:"
KINDS: Final = {
    "email": "E-mail",
    "customer": "E-mail to each customer",
    "chat": "Chat",
    "custom": "Your own system, by templates",
    "webhook": "Webhook",
}
"""What can be made, as people choose it."""
_FIELDS: Final = {"/name": "name", "/address": "target", "/url": "target", "/headers": "headers"}
_WRONG_HEADER: Final = "Write one header a line, as Name: value."
_LOST: Final = "This was made before, and its secret was shown then. Rotate it if it is lost."
_NAME_MAX: Final = 200


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list, of a new one, of one, and of its new secret."""
    read, write = "subscriptions:read", "subscriptions:write"
    return [
        *place(house, ENDPOINTS, read, _list),
        *place(house, f"{ENDPOINTS}/new", write, _new, _make, take_proof=True),
        *place(house, _ONE, read, _one, _take, take_scope=write),
        *place(house, f"{_ONE}/secret", write, _secret, _rotate, proof=True),
        *place(house, f"{_ONE}/reveal", "secrets:reveal", _why, _reveal, proof=True),
    ]


# ---------------------------------------------------------------- all of them


async def _list(seat: Seat) -> Response[Any]:
    """Show every profile and endpoint, with how each fared."""
    found = body_of(await profiles.listing(seat.house, seat.workspace_id, _MANY))["data"]
    made = body_of(await subscriptions.listing(seat.house, seat.workspace_id, _MANY))["data"]
    fared = await health.of_all(
        seat.house,
        seat.workspace_id,
        [one["id"] for one in made],
        [one["id"] for one in found],
    )
    stand = await standing.of_profiles(seat.house, seat.workspace_id, [one["id"] for one in found])
    return seat.page(
        "staff_settings_endpoints.html",
        rows=[(_shown(one, stand), fared[one["id"]]) for one in (*found, *made)],
    )


def _shown(one: View, stand: Mapping[str, Standing] = MappingProxyType({})) -> View:
    """Give either kind with what pages show of it."""
    if one["id"].startswith(_PROFILE):
        to = one["address"] or one["url"]
        kind = CUSTOMER if one["address"] == CUSTOMER else one["type"]
        now = stand.get(one["id"], Standing())
        said = {"kind": KINDS[kind], "title": one["name"], "to": to}
        served = {"status": now.status, "status_reason": now.reason}
        return {**one, **said, **served, "is_profile": True, "is_notice": False}
    url = str(one["url"])
    is_notice = url.startswith(_MAILTO)
    return {
        **one,
        "type": "",
        "kind": "E-mail about troubles" if is_notice else f"Webhook, {one['dialect']}",
        "title": url.removeprefix(_MAILTO),
        "to": "",
        "is_profile": False,
        "is_notice": is_notice,
    }


# ---------------------------------------------------------------- a new one


async def _new(
    seat: Seat, wrong: Mapping[str, str] | None = None, fields: Form | None = None
) -> Response[Any]:
    """Ask what it is and where it leads to."""
    typed = fields or Form([])
    kind = typed.get("kind", seat.query.get("kind", "email"))
    return seat.page(
        "staff_settings_endpoint_new.html",
        422 if wrong else 200,
        kinds=KINDS,
        kind=kind if kind in KINDS else "email",
        dialects=list(DIALECTS),
        typed=typed,
        once=token_hex(8),
        wrong=wrong or {},
    )


def _headers(text: str) -> dict[str, str] | None:
    """Read headers written one a line; None where a line is none."""
    headers: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon:
            return None
        headers[name.strip()] = value.strip()
    return headers


async def _make(seat: Seat, fields: Form) -> Response[Any]:
    """Make it; what signs is shown here and nowhere else."""
    kind, target = fields.get("kind", ""), fields.get("target", "").strip()
    name = fields.get("name", "").strip()[:_NAME_MAX]
    headers = _headers(fields.get("headers", ""))
    wrong: dict[str, str] = {}
    if kind not in KINDS:
        wrong["kind"] = "Choose one of these."
    if not target and kind != CUSTOMER:
        wrong["target"] = "Say where it leads to."
    if not name and kind != "webhook":
        wrong["name"] = "Name it, so that everybody knows it in the grid."
    if headers is None:
        wrong["headers"] = _WRONG_HEADER
    if wrong:
        return await _new(seat, wrong, fields)
    try:
        done = await _made(seat, fields, (kind, name, target), headers or {})
    except InvalidRequest as error:
        return await _new(seat, at_fields(error, _FIELDS, "target"), fields)
    made = body_of(done)
    if "secret" in made:
        return seat.page("staff_settings_secret.html", 201, one=_shown(made), until=None)
    if kind in ("custom", "webhook"):
        return seat.go_on(seat.address(ENDPOINTS), notice=_LOST, tone="warn")
    address = seat.address(f"{ENDPOINTS}/{made['id']}")
    return seat.go_on(address, notice="It is made. Tick in the grid what it hears of.")


async def _made(
    seat: Seat, fields: Form, said: tuple[str, str, str], headers: dict[str, str]
) -> Outcome:
    kind, name, target = said
    house, workspace_id, key = seat.house, seat.workspace_id, seat.once()
    if kind == "webhook":
        hook = SubscriptionNew(
            url=target[:2048],
            dialect=fields.get("dialect", "retour"),
            format="xml" if fields.get("format") == "xml" else "json",
            headers=headers,
        )
        return await subscriptions.create(house, workspace_id, hook, key)
    if kind in ("email", CUSTOMER):
        body = ProfileNew(
            name=name, type="email", address=CUSTOMER if kind == CUSTOMER else target[:320]
        )
    elif kind == "chat":
        body = ProfileNew(name=name, type="chat", url=target[:2048], headers=headers)
    else:
        body = ProfileNew(name=name, type="custom", url=target[:2048], headers=headers)
    return await profiles.create(house, workspace_id, body, key)


# ---------------------------------------------------------------- one of them


async def _found(seat: Seat) -> View | None:
    """Give the profile or the endpoint that the address names."""
    wanted = seat.params["endpoint_id"]
    look_up = profiles.look_up if wanted.startswith(_PROFILE) else subscriptions.look_up
    done = await look_up(seat.house, seat.workspace_id, wanted)
    if not isinstance(done, Done):
        return None
    stand = await standing.of_profiles(seat.house, seat.workspace_id, [wanted])
    return _shown(body_of(done), stand)


async def _one(
    seat: Seat, wrong: Mapping[str, str] | None = None, fields: Form | None = None
) -> Response[Any]:
    """Show where it leads to, how it fared, and what goes through it."""
    one = await _found(seat)
    if one is None:
        return seat.nowhere("endpoint")
    is_profile = one["is_profile"]
    ids: tuple[list[str], list[str]] = ([], [one["id"]]) if is_profile else ([one["id"]], [])
    fared = (await health.of_all(seat.house, seat.workspace_id, *ids))[one["id"]]
    used = [t for t in await all_templates(seat) if is_profile and one["id"] in t["profiles"]]
    headers = "\n".join(f"{name}: {value}" for name, value in one.get("headers", {}).items())
    filled = {
        "name": one.get("name", ""),
        "target": one["to"] or str(one.get("url") or ""),
        "headers": headers,
        "events": "\n".join(one.get("events", ())),
    }
    if fields is not None:
        filled |= {name: fields.get(name, "") for name in filled}
    return seat.page(
        "staff_settings_endpoint.html",
        422 if wrong else 200,
        one=one,
        fared=fared,
        picture=_picture(seat, fared),
        used=used,
        waits=await system.waiting_for(seat.house, seat.workspace_id, one["id"]),
        is_signed=one.get("type") == "custom" or (not is_profile and not one["is_notice"]),
        is_customers=one["to"] == CUSTOMER,
        filled=filled,
        own=seat.address(f"{ENDPOINTS}/{one['id']}"),
        all_events=EVERYTHING,
        wrong=wrong or {},
    )


def _picture(seat: Seat, fared: Health) -> str:
    """Draw the hours in which anything was sent: how many attempts, and how many arrived."""
    if not fared.attempts:
        return ""
    drawn = [
        Bar(
            times.moment(hour.at, seat.tick, seat.zone),
            hour.attempts,
            f"{hour.delivered}/{hour.attempts}",
        )
        for hour in fared.hours
        if hour.attempts
    ]
    about = f"{fared.delivered} of {fared.attempts} attempts arrived in the last 24 hours."
    return bars("health", "Attempts by the hour, and how many arrived", about, drawn)


async def _save(seat: Seat, fields: Form) -> Response[Any]:
    one = await _found(seat)
    if one is None:
        return seat.nowhere("endpoint")
    headers = _headers(fields.get("headers", ""))
    if headers is None:
        return await _one(seat, {"headers": _WRONG_HEADER}, fields)
    target = fields.get("target", "").strip()[:2048]
    try:
        done = await _patched(seat, one, fields, (target, headers))
    except InvalidRequest as error:
        pointers = {**_FIELDS, "/events": "events"}
        return await _one(seat, at_fields(error, pointers, "target"), fields)
    if isinstance(done, NotFound):
        return seat.nowhere("endpoint")
    return seat.go_on(seat.here, notice="Saved.")


async def _patched(
    seat: Seat, one: View, fields: Form, said: tuple[str, dict[str, str]]
) -> Outcome:
    target, headers = said
    if one["is_profile"]:
        is_mail = one["type"] == "email"
        name = fields.get("name", "").strip()[:_NAME_MAX] or one["name"]
        body = ProfilePatch(
            name=name,
            address=target[:320] if is_mail and one["to"] != CUSTOMER else UNSET,
            url=UNSET if is_mail else target,
            headers=UNSET if is_mail else headers,
        )
        return await profiles.patch(seat.house, seat.workspace_id, one["id"], body)
    events = tuple(fields.get("events", "").split()) or (EVERYTHING,)
    if one["is_notice"]:
        address = target if target.startswith(_MAILTO) else f"{_MAILTO}{target}"
        hook = SubscriptionPatch(url=address, events=events[:100])
    else:
        hook = SubscriptionPatch(url=target or UNSET, events=events[:100], headers=headers)
    return await subscriptions.patch(seat.house, seat.workspace_id, one["id"], hook)


async def _switch(seat: Seat, fields: Form) -> Response[Any]:
    """Pause it, or serve it again from where it stopped."""
    wanted, is_pause = seat.params["endpoint_id"], fields.get("act") == "pause"
    house, workspace_id = seat.house, seat.workspace_id
    if wanted.startswith(_PROFILE):
        patch = ProfilePatch(status="paused" if is_pause else "active")
        done = await profiles.patch(house, workspace_id, wanted, patch)
    elif is_pause:
        body = SubscriptionPatch(status="paused")
        done = await subscriptions.patch(house, workspace_id, wanted, body)
    else:
        done = await subscriptions.resume(house, workspace_id, wanted)
    if isinstance(done, NotFound):
        return seat.nowhere("endpoint")
    said = "Nothing is sent there; all of it waits." if is_pause else "It is served again."
    return seat.go_on(seat.here, notice=said)


async def _try(seat: Seat, fields: Form) -> Response[Any]:
    """Send a sample; what leads to customers goes to whoever presses."""
    del fields
    one = await _found(seat)
    if one is None:
        return seat.nowhere("endpoint")
    if one["is_profile"]:
        mine = seat.session.email if one["to"] == CUSTOMER else None
        done = await profile_trial.send_test(
            seat.house,
            seat.workspace_id,
            one["id"],
            actor=seat.actor,
            body=ProfileTestBody(address=mine),
        )
    else:
        done = await testing.send_test(seat.house, seat.workspace_id, one["id"], seat.actor)
    if isinstance(done, Refused):
        return seat.go_on(seat.here, notice=done.refusal.detail, tone="bad")
    return seat.go_on(seat.here, notice="A sample is on its way, marked as a test.")


async def _end(seat: Seat, fields: Form) -> Response[Any]:
    one = await _found(seat)
    if one is None:
        return seat.nowhere("endpoint")
    if fields.get("named", "").strip() != one["title"]:
        return await _one(seat, {"named": f"Nothing was ended. Type {one['title']} to end it."})
    wanted = seat.params["endpoint_id"]
    delete = profiles.delete if wanted.startswith(_PROFILE) else subscriptions.delete
    done = await delete(seat.house, seat.workspace_id, wanted)
    if isinstance(done, NotFound):
        return seat.nowhere("endpoint")
    return seat.go_on(seat.address(ENDPOINTS), notice="It has ended; nothing more is sent there.")


_ACTS: Final[Mapping[str, Callable[[Seat, Form], Awaitable[Response[Any]]]]] = {
    "pause": _switch,
    "resume": _switch,
    "try": _try,
    "end": _end,
}


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    return await _ACTS.get(fields.get("act", ""), _save)(seat, fields)


# ---------------------------------------------------------------- its secret


async def _secret(seat: Seat) -> Response[Any]:
    """Ask whether a new secret is to be made; only who proved lately who they are comes here."""
    one = await _found(seat)
    if one is None:
        return seat.nowhere("endpoint")
    return seat.page("staff_settings_rotate.html", one=one, once=token_hex(8))


async def _rotate(seat: Seat, fields: Form) -> Response[Any]:
    """Put a new secret in force and show it, here and nowhere else."""
    del fields
    wanted = seat.params["endpoint_id"]
    rotate = profiles.rotate if wanted.startswith(_PROFILE) else subscriptions.rotate
    done = await rotate(seat.house, seat.workspace_id, wanted, RotateBody(), seat.once())
    if isinstance(done, NotFound):
        return seat.nowhere("endpoint")
    made = body_of(done)
    if "secret" not in made:
        return seat.go_on(seat.address(f"{ENDPOINTS}/{wanted}"), notice=_LOST, tone="warn")
    until = made["previous_secret_until"]
    return seat.page("staff_settings_secret.html", 201, one=_shown(made), until=until)


# ---------------------------------------------------------------- its secret, again


async def _why(seat: Seat, wrong: Mapping[str, str] | None = None) -> Response[Any]:
    """Ask why the secret is to be shown again."""
    one = await _found(seat)
    if one is None:
        return seat.nowhere("endpoint")
    reason = seat.form.get("reason", "")
    return seat.page(
        "staff_settings_reveal.html",
        422 if wrong else 200,
        one=one,
        reason=reason,
        wrong=wrong or {},
    )


async def _reveal(seat: Seat, fields: Form) -> Response[Any]:
    """Show it; the log has the reason, and who asked."""
    one = await _found(seat)
    if one is None:
        return seat.nowhere("endpoint")
    reason = fields.get("reason", "").strip()[:REASON_MAX]
    if len(reason) < REASON_MIN:
        return await _why(seat, {"reason": "Say why; the log keeps the reason."})
    try:
        body, what = Reveal(reason=reason), PROFILE if one["is_profile"] else HOOK
        done = await reveal(seat.house, seat.workspace_id, one["id"], body, what=what)
    except InvalidRequest as error:
        return await _why(seat, at_fields(error, {}, "reason"))
    if isinstance(done, NotFound):
        return seat.nowhere("endpoint")
    secrets = body_of(done)["secrets"]
    return seat.page("staff_settings_revealed.html", one=one, secrets=secrets)
