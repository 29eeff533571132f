"""What there is of persons, given out; requests of persons and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.asgi import Reply
from retour.api.json_body import BodyReader
from retour.api.problems import Problem, Stop
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk.customers import exporting, requests, retaining
from retour.desk.customers.exporting import HOURLY, TooSoon
from retour.desk.customers.requests import DataRequestAnswer, DataRequestNew
from retour.desk.customers.retaining import WHY, Retention
from retour.desk.customers.whom import Whom
from retour.dialects.shapes import Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_WHOM: Final = BodyReader(Whom)
_NEW: Final = BodyReader(DataRequestNew)
_ANSWER: Final = BodyReader(DataRequestAnswer)
_REQUESTS: Final = f"{BASE}/data-requests"
_ONE: Final = f"{_REQUESTS}/{{data_request_id}}"
_RETENTION: Final = BodyReader(Retention)
_KEPT: Final = f"{BASE}/retention"
_ZIP: Final = "application/zip"
_KINDS: Final = ("export", "erase")
_STATUSES: Final = ("open", "done", "declined")
_SHOWN: Final = ("open", "closed")

DATA_REQUEST: Final = Tree(
    name="data_request",
    about="Somebody asked for what there is of them, or to be forgotten.",
    fields={
        "id": TEXT,
        "kind": Text(words=_KINDS),
        "hint": Text(about="Who it is, as much as those who know them can read."),
        "asked_at": MOMENT,
        "due_at": MOMENT,
        "status": Text(words=_STATUSES),
        "note": MAYBE,
        "closed_at": MAYBE_MOMENT,
        "closed_by": MAYBE,
    },
)


RETENTION: Final = Tree(
    name="retention",
    about="For how long what is kept, what went, and how much is next.",
    fields={
        "subjects": ListOf(
            item=Tree(
                name="kept_subject",
                fields={
                    "subject": Text(words=tuple(WHY)),
                    "days": or_null(Integer(minimum=1), "Null keeps it."),
                    "why": Text(about="What it is, and what the law says of it."),
                    "gone": COUNT,
                    "ran_at": MAYBE_MOMENT,
                    "due": Integer(
                        minimum=0, about="Goes with the next runs; at most 10 000 shown."
                    ),
                    "due_within_30_days": COUNT,
                },
            )
        )
    },
)


async def read_retention(call: Call) -> Outcome:
    """Tell what is kept for how long."""
    return await retaining.look_up(call.house, call.workspace_id)


async def put_retention(call: Call) -> Outcome:
    """Say for how long what is kept."""
    return await retaining.put(call.house, call.workspace_id, _RETENTION.read(call.body))


async def export_customer(call: Call) -> Outcome | Reply:
    """Give what there is of somebody."""
    body = _WHOM.read(call.body)
    made = await exporting.export(call.house, call.workspace_id, body, by=call.principal.key_id)
    if isinstance(made, TooSoon):
        detail = f"{HOURLY} exports may be made in an hour. Try again in {made.wait_s} seconds."
        header = (b"retry-after", str(made.wait_s).encode())
        raise Stop(Problem(code="too_many_requests", detail=detail, headers=(header,)))
    named = f'attachment; filename="{made.name}"'.encode()
    return Reply(
        body=made.body,
        content_type=_ZIP.encode(),
        headers=((b"content-disposition", named), (b"cache-control", b"no-store")),
    )


async def create_data_request(call: Call) -> Outcome:
    """Keep a request."""
    body = _NEW.read(call.body)
    return await requests.create(call.house, call.workspace_id, body, key=call.key)


async def list_data_requests(call: Call) -> Outcome:
    """Give a page of requests."""
    shown = call.choice("status", frozenset(_SHOWN)) or "open"
    return await requests.listing(call.house, call.workspace_id, call.page, is_open=shown == "open")


async def read_data_request(call: Call) -> Outcome:
    """Give a request."""
    return await requests.look_up(call.house, call.workspace_id, call.params["data_request_id"])


async def answer_data_request(call: Call) -> Outcome:
    """Say what became of a request."""
    return await requests.close(
        call.house,
        call.workspace_id,
        call.params["data_request_id"],
        _ANSWER.read(call.body),
        by=f"{call.actor.kind.value}:{call.actor.id}",
    )


ROUTES: Final = (
    Route(
        method="GET",
        path=_KEPT,
        name="read_retention",
        tag="Privacy",
        summary="Read for how long what is kept",
        scope="customers:erase",
        noun="retention",
        answer=read_retention,
        result=RETENTION,
    ),
    Route(
        method="PUT",
        path=_KEPT,
        name="put_retention",
        tag="Privacy",
        summary="Say for how long what is kept",
        about="In days, 30 at least; null keeps it until somebody is forgotten. What its time is"
        " over for goes by itself, a portion each minute. Withdrawals have a setting of their own.",
        scope="customers:erase",
        noun="retention",
        answer=put_retention,
        body=Retention,
        result=RETENTION,
    ),
    Route(
        method="POST",
        path=f"{BASE}/customers/export",
        name="export_customer",
        tag="Privacy",
        summary="Write down what there is of a person",
        about="A ZIP of JSON, photos and papers, to be given to them. What staff say among"
        " themselves is left out. Two in an hour.",
        scope="customers:erase",
        noun="customer",
        answer=export_customer,
        again="Each is a file of its own, counted and logged.",
        body=Whom,
        gives=_ZIP,
    ),
    Route(
        method="POST",
        path=_REQUESTS,
        name="create_data_request",
        tag="Privacy",
        summary="Keep a person's request",
        about="For what there is of them, or to be forgotten. It is due in a month; who asked is"
        " forgotten with the answer.",
        scope="customers:erase",
        noun="data request",
        answer=create_data_request,
        body=DataRequestNew,
        result=DATA_REQUEST,
        statuses=(201,),
        creates=True,
    ),
    Route(
        method="GET",
        path=_REQUESTS,
        name="list_data_requests",
        tag="Privacy",
        summary="List requests, what is due first first",
        scope="customers:erase",
        noun="data request",
        answer=list_data_requests,
        query=(
            Parameter(name="status", about="open unless said.", words=_SHOWN),
            *PAGED,
        ),
        result=DATA_REQUEST,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_data_request",
        tag="Privacy",
        summary="Read a request",
        scope="customers:erase",
        noun="data request",
        answer=read_data_request,
        result=DATA_REQUEST,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/answer",
        name="answer_data_request",
        tag="Privacy",
        summary="Say what became of a request",
        scope="customers:erase",
        noun="data request",
        answer=answer_data_request,
        body=DataRequestAnswer,
        result=DATA_REQUEST,
        again="The same answer again changes nothing; another is refused.",
    ),
)
