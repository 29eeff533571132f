"""Parcels: the boxes of all returns, their labels, and numbers that no return has yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.asgi import Reply
from retour.api.json_body import BodyReader
from retour.api.problems import Stop, invalid, not_found
from retour.api.routes import BASE, PAGED, Hooked, HookRoute, Parameter, Route
from retour.desk import parcels
from retour.desk.once import once
from retour.desk.parcels import papers, sharing, tracking
from retour.desk.parcels.carriers import QuoteParcel, quote
from retour.desk.parcels.papers import FORMS, TYPES, UPLOAD_MAX, Form, Paper
from retour.desk.parcels.sharing import ShareParcel
from retour.desk.parcels.specimen import SpecimenForm, specimen
from retour.desk.parcels.tracking import MatchParcel
from retour.dialects.shapes import Amount, Boolean, Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import TEXT
from retour.dialects.trees import PARCEL
from retour.kernel.problems import FieldError
from retour.lifecycle.model import ParcelStatus
from retour.sandbox.carrier import SandboxCarrier
from retour.store.parcel_links import read_label_token

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.house import House
    from retour.desk.outcome import Outcome

_STATUSES: Final = frozenset(status.value for status in ParcelStatus)
_PARCELS: Final = f"{BASE}/parcels"
_ONE: Final = f"{_PARCELS}/{{parcel_id}}"
_SHARE: Final = BodyReader(ShareParcel)
_MATCH: Final = BodyReader(MatchParcel)
_QUOTE: Final = BodyReader(QuoteParcel)
_BY_TYPE: Final[dict[bytes, Form]] = {
    b"application/pdf": "pdf",
    b"application/zpl": "zpl",
    b"image/png": "png",
}
_UPLOADS: Final = ("application/pdf", "image/png", "application/zpl")
_INERT: Final = (
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"x-content-type-options", b"nosniff"),
)

BOX: Final = Tree(
    name="box",
    about="A parcel as its return shows it, with all who have goods in it.",
    fields={
        **PARCEL.fields,
        "order_number": or_null(TEXT, "Null while nobody knows whose it is."),
        "returns": ListOf(item=TEXT, about="The one that asked for the box first."),
        "unmatched": Boolean(about="Only its carrier knows it."),
        "why": or_null(TEXT, "Why no return took what its carrier said."),
    },
)
QUOTE: Final = Tree(
    name="quote",
    fields={
        "carrier": TEXT,
        "rates": ListOf(
            item=Tree(
                name="rate",
                fields={
                    "service": TEXT,
                    "amount": Amount(),
                    "currency": Text(about="ISO 4217."),
                    "days": Integer(minimum=0, nullable=True),
                },
            ),
            about="Cheapest first.",
        ),
    },
)


async def list_parcels(call: Call) -> Outcome:
    """Give a page of parcels, newest first."""
    tracking_number = call.query.get("tracking")
    status = call.choice("status", _STATUSES)
    if call.choice("unmatched", frozenset({"true", "false"})) == "true":
        if status is not None:
            detail = "Parcels that nobody knows are not listed by status. Leave one of both out."
            raise Stop(invalid(FieldError(pointer="/status", code="bad_value", detail=detail)))
        return await parcels.strays(call.house, call.workspace_id, tracking_number, call.page)
    return await parcels.listing(call.house, call.workspace_id, status, tracking_number, call.page)


async def read_parcel(call: Call) -> Outcome:
    """Give one parcel."""
    return await parcels.look_up(call.house, call.workspace_id, call.params["parcel_id"])


async def share_parcel(call: Call) -> Outcome:
    """Let goods of another return lie in the box."""
    body = _SHARE.read(call.body)
    parcel_id = call.params["parcel_id"]
    return await sharing.share(call.house, call.workspace_id, parcel_id, body, call.actor)


async def match_parcel(call: Call) -> Outcome:
    """Say whose a parcel is."""
    body = _MATCH.read(call.body)
    parcel_id = call.params["parcel_id"]
    return await tracking.match(call.house, call.workspace_id, parcel_id, body, call.actor)


async def quote_parcel(call: Call) -> Outcome:
    """Ask a carrier for its prices."""
    body = _QUOTE.read(call.body)
    sandbox = SandboxCarrier(call.house.database)

    async def ask() -> Outcome:
        return_id = call.params["return_id"]
        return await quote(call.house, call.workspace_id, return_id, body, sandbox)

    return await once(call.house, call.workspace_id, call.key, ask)


async def read_label(call: Call) -> Outcome | Reply:
    """Give a label in the form asked for."""
    form = call.choice("format", frozenset(FORMS)) or _wanted(call.headers.get(b"accept", b""))
    chosen: Form = next(one for one in FORMS if one == form)
    found = await papers.label(call.house, call.workspace_id, call.params["parcel_id"], chosen)
    return _printed(found) if isinstance(found, Paper) else found


def _wanted(accept: bytes) -> str:
    """Read the first type we have from an Accept header; a PDF where it names none."""
    for part in accept.lower().split(b","):
        kind = part.partition(b";")[0].strip()
        if kind in _BY_TYPE:
            return _BY_TYPE[kind]
    return "pdf"


def _printed(paper: Paper) -> Reply:
    name = paper.name.encode("ascii", "replace").replace(b'"', b"")
    disposition = b'inline; filename="' + name + b'"'
    headers = (*_INERT, (b"content-disposition", disposition), (b"referrer-policy", b"no-referrer"))
    return Reply(body=paper.body, content_type=TYPES[paper.form], headers=headers)


async def read_trial_label(call: Call) -> Outcome | Reply:
    """Give a label to look at, with a facility's address."""
    form = call.choice("format", frozenset(TRIAL_FORMS)) or "pdf"
    chosen: SpecimenForm = next(one for one in TRIAL_FORMS if one == form)
    found = await specimen(call.house, call.workspace_id, call.params["code"], chosen)
    return _printed(found) if isinstance(found, Paper) else found


async def put_label(call: Call) -> Outcome:
    """Keep a label of the merchant's own."""
    return await papers.upload(
        call.house, call.workspace_id, call.params["parcel_id"], call.body, call.actor
    )


async def follow_label_link(house: House, asked: Hooked) -> Reply:
    """Give the label that a link leads to, as PDF or as the link's ending says."""
    token, _, ending = asked.params["token"].partition(".")
    right = read_label_token(house.vault, token)
    form: Form | None = next((one for one in FORMS if one == (ending or "pdf")), None)
    if right is None or form is None:
        raise Stop(not_found("label"))
    found = await papers.label(house, right[0], right[1], form)
    if not isinstance(found, Paper):
        raise Stop(not_found("label"))
    return _printed(found)


TRIAL_FORMS: Final[tuple[SpecimenForm, ...]] = ("pdf", "png", "zpl")

ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/facilities/{{code}}/trial-label",
        name="read_trial_label",
        tag="Carriers",
        summary="Draw a label to look at, to a facility",
        about="Nothing is booked and nothing is kept: to see the address, and to try a printer.",
        scope="settings:read",
        noun="facility",
        answer=read_trial_label,
        query=(Parameter(name="format", about="pdf unless said.", words=TRIAL_FORMS),),
        gives="application/pdf",
    ),
    Route(
        method="GET",
        path=_PARCELS,
        name="list_parcels",
        tag="Parcels",
        summary="List parcels, newest first",
        about="status=label_failed is what needs a person; unmatched=true lists what only carriers"
        " know, in the same form.",
        scope="returns:read",
        noun="parcel",
        answer=list_parcels,
        query=(
            Parameter(name="status", about="In this status now.", words=tuple(sorted(_STATUSES))),
            Parameter(name="tracking", about="With this tracking number, however it is spaced."),
            Parameter(name="unmatched", about="Those that no return has.", words=("true", "false")),
            *PAGED,
        ),
        result=BOX,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_parcel",
        tag="Parcels",
        summary="Read a parcel with all who have goods in it",
        scope="returns:read",
        noun="parcel",
        answer=read_parcel,
        result=BOX,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/label",
        name="read_label",
        tag="Parcels",
        summary="Read a parcel's label",
        about="By format, else by Accept; a PDF where neither says. qr is the code that a counter"
        " scans. 409 while there is no label.",
        scope="returns:read",
        noun="parcel",
        answer=read_label,
        query=(Parameter(name="format", about="pdf unless said.", words=FORMS),),
        gives="application/pdf",
    ),
    Route(
        method="PUT",
        path=f"{_ONE}/label",
        name="put_label",
        tag="Parcels",
        summary="Upload a label of your own",
        about="The body is the paper itself: PDF, PNG or ZPL, 2 MB at most. For parcels added"
        " with add_parcel.",
        scope="returns:write",
        noun="parcel",
        answer=put_label,
        accepts=_UPLOADS,
        bytes_max=UPLOAD_MAX,
        result=BOX,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/returns",
        name="share_parcel",
        tag="Parcels",
        summary="Put goods of another return into the box",
        about="Of the same customer. What becomes of the box is told to each of its returns.",
        scope="returns:write",
        noun="parcel",
        answer=share_parcel,
        body=ShareParcel,
        result=BOX,
        again="A return that lies in it already is answered as it stands.",
    ),
    Route(
        method="POST",
        path=f"{_ONE}/match",
        name="match_parcel",
        tag="Parcels",
        summary="Say whose a parcel is that nobody knew",
        about="The return gets it with everything its carrier has said.",
        scope="returns:write",
        noun="parcel",
        answer=match_parcel,
        body=MatchParcel,
        result=BOX,
        again="One that has its return is answered as it stands.",
    ),
    Route(
        method="POST",
        path=f"{BASE}/returns/{{return_id}}/quote",
        name="quote_parcel",
        tag="Parcels",
        summary="Ask a carrier what a label would cost",
        about="Nothing is bought.",
        scope="returns:read",
        noun="return",
        answer=quote_parcel,
        body=QuoteParcel,
        result=QUOTE,
    ),
)

HOOK_ROUTES: Final = (
    HookRoute(
        method="GET",
        path="/labels/{token}",
        name="follow_label_link",
        tag="Parcels",
        summary="Read a label by a link",
        about="As PDF; with .png, .zpl or .qr behind the token, as that.",
        answer=follow_label_link,
        gives="application/pdf",
        noun="label",
    ),
)
