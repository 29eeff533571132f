"""Who belongs to a workspace: members and invitations, as admins' programs keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk.people import beside, roster
from retour.desk.people.roles import MemberRole
from retour.desk.people.roster import InvitationNew, PersonPut
from retour.dialects.shapes import ListOf, Text, Tree
from retour.dialects.tree_parts import MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_PERSON: Final = BodyReader(PersonPut)
_INVITATION: Final = BodyReader(InvitationNew)
_PLACES: Final = ListOf(item=TEXT, nullable=True, about="Whose docks; null for everywhere.")

MEMBER: Final = Tree(
    name="person",
    about="A member of the workspace.",
    fields={
        "id": Text(about="The person's; events name it where they did something."),
        "name": TEXT,
        "email": TEXT,
        "role": words(MemberRole),
        "facilities": _PLACES,
        "since": MOMENT,
    },
)
INVITATION: Final = Tree(
    name="invitation",
    about="A membership that waits for its person.",
    fields={
        "id": TEXT,
        "email": MAYBE,
        "role": words(MemberRole),
        "facilities": _PLACES,
        "made_by": MAYBE,
        "made_at": MOMENT,
        "until": MOMENT,
        "mail": Text(
            words=("waits", "sent", "failed"),
            nullable=True,
            about="What became of the mail with the link; null where none is sent.",
        ),
        "mail_at": MAYBE_MOMENT,
        "mail_words": Text(nullable=True, about="Why it could not be sent."),
    },
    extras={"link": Text(about="Where it is taken: in the answer that makes it, never again.")},
)


SANDBOX: Final = Tree(
    name="sandbox_workspace",
    about="A workspace to practise in, beside the live one.",
    fields={
        "id": TEXT,
        "name": TEXT,
        "mode": Text(words=("sandbox",)),
        "api_key": Text(about="Its first key, which may everything there; shown this once."),
    },
)


async def list_people(call: Call) -> Outcome:
    """Give a page of members, by id."""
    return await roster.listing(call.house, call.workspace_id, call.page)


async def read_person(call: Call) -> Outcome:
    """Give one member."""
    return await roster.look_up(call.house, call.workspace_id, call.params["person_id"])


async def change_person(call: Call) -> Outcome:
    """Give a member another role."""
    body = _PERSON.read(call.body)
    return await roster.change(call.house, call.principal, call.params["person_id"], body)


async def remove_person(call: Call) -> Outcome:
    """End a membership at once."""
    return await roster.remove(call.house, call.principal, call.params["person_id"])


async def list_invitations(call: Call) -> Outcome:
    """Give a page of invitations that wait."""
    are_ended = call.query.get("state") == "ended"
    return await roster.waiting(call.house, call.workspace_id, call.page, are_ended=are_ended)


async def create_invitation(call: Call) -> Outcome:
    """Invite somebody; the link is in this answer only."""
    body = _INVITATION.read(call.body)
    return await roster.invite(call.house, call.principal, body, call.key)


async def read_invitation(call: Call) -> Outcome:
    """Give one invitation that waits; never its link."""
    return await roster.invitation(call.house, call.workspace_id, call.params["invitation_id"])


async def withdraw_invitation(call: Call) -> Outcome:
    """Take an invitation back."""
    return await roster.withdraw(call.house, call.workspace_id, call.params["invitation_id"])


async def mail_invitation(call: Call) -> Outcome:
    """Mail an invitation's link once more."""
    return await roster.send_again(call.house, call.workspace_id, call.params["invitation_id"])


async def renew_invitation(call: Call) -> Outcome:
    """Invite anew whose invitation ran out; the link is in this answer only."""
    named = call.params["invitation_id"]
    return await roster.invite_again(call.house, call.principal, named, call.key)


async def create_sandbox(call: Call) -> Outcome:
    """Make the sandbox beside a live workspace; its first key is in this answer only."""
    return await beside.make_sandbox(call.house, call.principal)


_ROLES: Final = "Nobody gives a role that may more than they may themselves."

ROUTES: Final = (
    Route(
        method="POST",
        path=f"{BASE}/sandbox",
        name="create_sandbox",
        tag="Sandbox",
        summary="Make a sandbox beside a live workspace",
        about="It takes over policies, grades, facilities, portal and workflow; no order, person,"
        " key, account or subscription. A workspace has one.",
        scope="keys:write",
        noun="workspace",
        answer=create_sandbox,
        result=SANDBOX,
        statuses=(201,),
        again="There is one at most: asked again, it is refused by name.",
    ),
    Route(
        method="GET",
        path=f"{BASE}/people",
        name="list_people",
        tag="People",
        summary="List members",
        scope="people:read",
        noun="person",
        answer=list_people,
        query=PAGED,
        result=MEMBER,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/people/{{person_id}}",
        name="read_person",
        tag="People",
        summary="Read a member",
        scope="people:read",
        noun="person",
        answer=read_person,
        result=MEMBER,
    ),
    Route(
        method="PUT",
        path=f"{BASE}/people/{{person_id}}",
        name="change_person",
        tag="People",
        summary="Give a member another role",
        about=f"{_ROLES} Who gets another one is signed out; the last admin stays one.",
        scope="people:write",
        noun="person",
        answer=change_person,
        body=PersonPut,
        result=MEMBER,
    ),
    Route(
        method="DELETE",
        path=f"{BASE}/people/{{person_id}}",
        name="remove_person",
        tag="People",
        summary="End a membership",
        about="The account stays, with what it is elsewhere; the last admin is not removed.",
        scope="people:write",
        noun="person",
        answer=remove_person,
        statuses=(204,),
    ),
    Route(
        method="GET",
        path=f"{BASE}/invitations",
        name="list_invitations",
        tag="People",
        summary="List invitations that wait or ran out, newest first",
        scope="people:read",
        noun="invitation",
        answer=list_invitations,
        query=(
            *PAGED,
            Parameter(name="state", about="Waiting ones unless said.", words=("waiting", "ended")),
        ),
        result=INVITATION,
        paged=True,
    ),
    Route(
        method="POST",
        path=f"{BASE}/invitations",
        name="create_invitation",
        tag="People",
        summary="Invite somebody",
        about=(
            "The link is shown in this answer only, and good once, for a week. It is mailed too, "
            f"where the house sends mail and `mail` is not false. {_ROLES}"
        ),
        scope="people:write",
        noun="invitation",
        answer=create_invitation,
        body=InvitationNew,
        result=INVITATION,
        statuses=(201,),
        creates=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/invitations/{{invitation_id}}",
        name="read_invitation",
        tag="People",
        summary="Read an invitation, without its link",
        scope="people:read",
        noun="invitation",
        answer=read_invitation,
        result=INVITATION,
    ),
    Route(
        method="DELETE",
        path=f"{BASE}/invitations/{{invitation_id}}",
        name="withdraw_invitation",
        tag="People",
        summary="Take an invitation back",
        scope="people:write",
        noun="invitation",
        answer=withdraw_invitation,
        statuses=(204,),
    ),
    Route(
        method="POST",
        path=f"{BASE}/invitations/{{invitation_id}}/mail",
        name="mail_invitation",
        tag="People",
        summary="Mail an invitation once more",
        about="The link is good for a week from then. At most once a minute.",
        scope="people:write",
        noun="invitation",
        answer=mail_invitation,
        result=INVITATION,
        again="Within a minute of the last mail it is refused.",
    ),
    Route(
        method="POST",
        path=f"{BASE}/invitations/{{invitation_id}}/renew",
        name="renew_invitation",
        tag="People",
        summary="Invite anew whose invitation ran out",
        about=f"A new one takes its place, mailed and answered as the first was. {_ROLES}",
        scope="people:write",
        noun="invitation",
        answer=renew_invitation,
        result=INVITATION,
        statuses=(201,),
    ),
)
