"""Who belongs to the workspace: members, their roles and places, and invitations that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Response

from retour.desk import facilities
from retour.desk.control import limits
from retour.desk.outcome import Done, NotFound
from retour.desk.pages import Page
from retour.desk.people import invitations, posting, roster
from retour.desk.people.roles import ROLES, MemberRole, scopes_of
from retour.desk.people.roster import InvitationNew, PersonPut
from retour.desk.scopes import SCOPES, holds, of_command
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.limits import limit_words
from retour.screens.staff.settings.said import unnamed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.control.limits import MoneyControlPut
    from retour.desk.house import House

_TEMPLATE: Final = "staff_people.html"
PATH: Final = "/settings/people"
_FIELDS: Final = {"/email": "email", "/role": "role", "/facilities": "facilities"}
_BY_HAND: Final = "Send them the link that stands below."
_NO_ROLE: Final = "Choose one of the roles."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list and of one member's page."""
    return [
        *place(
            house, PATH, "people:read", _list, _invite, take_scope="people:write", take_proof=True
        ),
        *place(
            house,
            f"{PATH}/{{person_id:str}}",
            "people:read",
            _one,
            _change,
            take_scope="people:write",
            take_proof=True,
        ),
    ]


async def _places(seat: Seat) -> list[tuple[str, str]]:
    """List the facilities that members can be bound to: code and name."""
    done = await facilities.listing(seat.house, seat.workspace_id, Page(limit=200))
    assert isinstance(done, Done), "a list is answered"
    return [(one["code"], one["name"]) for one in msgspec.json.decode(done.body)["data"]]


async def _list(
    seat: Seat, wrong: dict[str, str] | None = None, fields: Form | None = None
) -> Response[Any]:
    waiting = await invitations.waiting(seat.house, seat.workspace_id)
    said = await limits.said_in(seat.house, seat.workspace_id)
    filled = fields or Form([])
    return seat.page(
        _TEMPLATE,
        422 if wrong else 200,
        members=await roster.roster(seat.house, seat.workspace_id),
        waiting=[
            (one, invitations.link_of(seat.house, seat.workspace_id, one.id))
            if seat.may("people:write")
            else (one, None)
            for one in waiting
        ],
        ended=await invitations.ended(seat.house, seat.workspace_id),
        promises=[_promises(seat, said, role) for role in ROLES],
        sends_mail=posting.sends_mail(seat.house),
        roles=ROLES,
        rights=_rights(seat),
        scopes=SCOPES,
        places=await _places(seat),
        filled=filled,
        ticked=filled.many("facilities"),
        wrong=wrong or {},
    )


def _rights(seat: Seat) -> list[tuple[MemberRole, str, list[str]]]:
    """Say what each role may do here, from the one table."""
    return [
        (role, right.about, sorted(scopes_of(role, is_sandbox=seat.config.is_sandbox)))
        for role, right in ROLES.items()
    ]


def _promises(seat: Seat, said: MoneyControlPut, role: MemberRole) -> str | None:
    """Say how much a role promises alone; None where it may promise no money."""
    held = scopes_of(role, is_sandbox=seat.config.is_sandbox)
    if not holds(held, of_command("confirm_settlement")):
        return None
    return limit_words(said, ROLES[role].limits, seat.language)


def _said(error: InvalidRequest) -> dict[str, str]:
    """Put what is wrong beside its field."""
    return {
        next((id for start, id in _FIELDS.items() if one.pointer.startswith(start)), "role"): (
            one.detail
        )
        for one in error.errors
    }


def _role(fields: Form) -> tuple[MemberRole, tuple[str, ...] | None] | None:
    said = fields.get("role", "")
    if said not in set(MemberRole):
        return None
    role = MemberRole(said)
    at = tuple(fields.many("facilities"))[:100]
    return role, at if at and ROLES[role].has_places else None


async def _invite(seat: Seat, fields: Form) -> Response[Any]:
    """Invite somebody, mail an invitation again, or take it back."""
    if fields.get("act") == "withdraw":
        done = await roster.withdraw(seat.house, seat.workspace_id, fields.get("invitation", ""))
        if isinstance(done, NotFound):
            return seat.nowhere("invitation")
        return seat.go_on(seat.address(PATH), notice="The invitation is taken back.")
    if fields.get("act") == "again":
        return await _again(seat, fields.get("invitation", ""))
    if fields.get("act") == "mail":
        return await _mail_again(seat, fields.get("invitation", ""))
    chosen = _role(fields)
    if chosen is None:
        return await _list(seat, {"role": _NO_ROLE}, fields)
    email = fields.get("email", "")[:254]
    said = InvitationNew(email=email, role=chosen[0], facilities=chosen[1])
    try:
        await roster.invite(seat.house, seat.principal, said)
    except InvalidRequest as error:
        return await _list(seat, _said(error), fields)
    return _invited(seat, email.strip())


def _invited(seat: Seat, who: str) -> Response[Any]:
    rest = "A mail is on its way." if posting.sends_mail(seat.house) else _BY_HAND
    return seat.go_on(seat.address(PATH), notice=f"{who} is invited. {rest}")


async def _again(seat: Seat, invitation_id: str) -> Response[Any]:
    """Invite anew whose invitation ran out."""
    try:
        done = await roster.invite_again(seat.house, seat.principal, invitation_id)
    except InvalidRequest as error:
        return seat.go_on(seat.address(PATH), notice=error.errors[0].detail, tone="warn")
    if not isinstance(done, Done):
        return seat.nowhere("invitation")
    return _invited(seat, msgspec.json.decode(done.body)["email"])


async def _mail_again(seat: Seat, invitation_id: str) -> Response[Any]:
    try:
        done = await roster.send_again(seat.house, seat.workspace_id, invitation_id)
    except InvalidRequest as error:
        return seat.go_on(seat.address(PATH), notice=error.errors[0].detail, tone="warn")
    if isinstance(done, NotFound):
        return seat.nowhere("invitation")
    notice = "It is mailed again, and good for a week from now."
    return seat.go_on(seat.address(PATH), notice=notice)


async def _one(seat: Seat, wrong: dict[str, str] | None = None) -> Response[Any]:
    """Show one member, with what can be changed."""
    everybody = await roster.roster(seat.house, seat.workspace_id)
    one = next((one for one in everybody if one.person.id == seat.params["person_id"]), None)
    if one is None:
        return seat.nowhere("person")
    admins = [one.person.id for one in everybody if one.member.role is MemberRole.ADMIN]
    return seat.page(
        "staff_person.html",
        422 if wrong else 200,
        one=one,
        is_self=_is_self(seat),
        is_last=admins == [one.person.id],
        hangs=await roster.hangs_on(seat.house, seat.workspace_id, one.person.id),
        returns_max=roster.RETURNS_MAX,
        roles=ROLES,
        places=await _places(seat),
        wrong=wrong or {},
    )


async def _alter(seat: Seat, fields: Form) -> Response[Any]:
    chosen = _role(fields)
    if chosen is None:
        return await _one(seat, {"role": _NO_ROLE})
    said = PersonPut(role=chosen[0], facilities=chosen[1])
    done = await roster.change(seat.house, seat.principal, seat.params["person_id"], said)
    if isinstance(done, NotFound):
        return seat.nowhere("person")
    words = f"You are {said.role.value} here now." if _is_self(seat) else "The role is changed."
    return seat.go_on(seat.address(PATH), notice=words)


def _is_self(seat: Seat) -> bool:
    return seat.params["person_id"] == seat.session.person_id


async def _remove(seat: Seat, fields: Form) -> Response[Any]:
    """End the membership, once its person's name was typed."""
    known = await roster.look_up(seat.house, seat.workspace_id, seat.params["person_id"])
    if not isinstance(known, Done):
        return seat.nowhere("person")
    name = str(msgspec.json.decode(known.body)["name"])
    if (wrong := unnamed(fields, name, "ended", "end")) is not None:
        return await _one(seat, wrong)
    done = await roster.remove(seat.house, seat.principal, seat.params["person_id"])
    if isinstance(done, NotFound):
        return seat.nowhere("person")
    if _is_self(seat):
        return seat.go_on("/w", notice=f"You have left {seat.config.name}.")
    return seat.go_on(seat.address(PATH), notice=f"{name} belongs here no more.")


_ACTS: Final[Mapping[str, Callable[[Seat, Form], Awaitable[Response[Any]]]]] = {
    "change": _alter,
    "remove": _remove,
}


async def _change(seat: Seat, fields: Form) -> Response[Any]:
    act = _ACTS.get(fields.get("act", ""), _alter)
    try:
        return await act(seat, fields)
    except InvalidRequest as error:
        return await _one(seat, _said(error))
