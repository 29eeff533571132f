"""Allow and block lists; what there is of persons, and the forgetting of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, LOOKS, PAGED, Parameter, Route
from retour.desk.customers import erasing, lists
from retour.desk.customers.erasing import Erasure
from retour.desk.customers.lists import EntryNew, EntryPatch
from retour.desk.customers.whom import Whom
from retour.dialects.shapes import Boolean, Integer, Text, Tree
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.lifecycle.model import ActorKind
from retour.policy.listing import KINDS, LISTS

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_NEW: Final = BodyReader(EntryNew)
_PATCH: Final = BodyReader(EntryPatch)
_ERASURE: Final = BodyReader(Erasure)
_WHOM: Final = BodyReader(Whom)
_ENTRIES: Final = f"{BASE}/list-entries"
_ONE: Final = f"{_ENTRIES}/{{entry_id}}"

LIST_ENTRY: Final = Tree(
    name="list_entry",
    about="Who or what is allowed or blocked, until when, and who said so.",
    fields={
        "id": TEXT,
        "list": Text(words=LISTS),
        "kind": Text(words=KINDS),
        "hint": Text(about="The value; of persons only as much as those who know them can read."),
        "reason": TEXT,
        "note": MAYBE,
        "author": Tree(name="list_entry_author", fields={"kind": words(ActorKind), "id": MAYBE}),
        "expires_at": MAYBE_MOMENT,
        "expired": Boolean(),
        "created_at": MOMENT,
    },
)
SURVEYED: Final = Tree(
    name="surveyed_customer",
    about="What there is of a person, and what of it stays when they are forgotten.",
    fields={
        "orders": COUNT,
        "returns": COUNT,
        "open_returns": Integer(minimum=0, about="Returns in which something is still to be done."),
        "tickets": COUNT,
        "mails": COUNT,
        "photos": COUNT,
        "withdrawals": COUNT,
        "withdrawals_kept": Integer(minimum=0, about="Statements that are evidence still."),
        "withdrawals_kept_until": MAYBE_MOMENT,
        "list_entries": COUNT,
        "store_credits": Integer(
            minimum=0, about="Store credit with a balance; its mark stays as long."
        ),
        "settlements": Integer(minimum=0, about="They stay, and name nobody."),
        "refunds": Integer(minimum=0, about="They stay, and name nobody."),
        "memos": Integer(minimum=0, about="They stay with their numbers, without the recipient."),
    },
)
ERASED: Final = Tree(
    name="erased_customer",
    about="How far a person is forgotten, and how much that was.",
    fields={
        "id": TEXT,
        "asked_at": MOMENT,
        "asked_by": TEXT,
        "status": Text(words=("running", "done")),
        "done_at": MAYBE_MOMENT,
        "orders": COUNT,
        "returns": COUNT,
        "tickets": COUNT,
        "mails": COUNT,
        "photos": COUNT,
        "withdrawals": COUNT,
        "withdrawals_kept": Integer(
            minimum=0, about="Statements that are evidence still; they go later."
        ),
        "list_entries_removed": COUNT,
        "list_entries_left": COUNT,
    },
)


async def create_entry(call: Call) -> Outcome:
    """Put a value on a list."""
    body = _NEW.read(call.body)
    return await lists.create(call.house, call.workspace_id, body, actor=call.actor, key=call.key)


async def list_entries(call: Call) -> Outcome:
    """Give a page of entries, newest first."""
    return await lists.listing(
        call.house,
        call.workspace_id,
        call.page,
        list_=call.choice("list", frozenset(LISTS)),
        kind=call.choice("kind", frozenset(KINDS)),
    )


async def read_entry(call: Call) -> Outcome:
    """Give one entry."""
    return await lists.look_up(call.house, call.workspace_id, call.params["entry_id"])


async def change_entry(call: Call) -> Outcome:
    """Change what an entry says."""
    body = _PATCH.read(call.body)
    return await lists.change(call.house, call.workspace_id, call.params["entry_id"], body)


async def remove_entry(call: Call) -> Outcome:
    """Take an entry off its list."""
    return await lists.remove(call.house, call.workspace_id, call.params["entry_id"])


async def survey_customer(call: Call) -> Outcome:
    """Say what there is of somebody."""
    return await erasing.survey(call.house, call.workspace_id, _WHOM.read(call.body))


async def erase_customer(call: Call) -> Outcome:
    """Forget somebody."""
    body = _ERASURE.read(call.body)
    return await erasing.erase(call.house, call.workspace_id, body, actor=call.actor, key=call.key)


async def list_erasures(call: Call) -> Outcome:
    """Give a page of who was forgotten, newest first."""
    return await erasing.listing(call.house, call.workspace_id, call.page)


async def read_erasure(call: Call) -> Outcome:
    """Say how far somebody is forgotten."""
    return await erasing.look_up(call.house, call.workspace_id, call.params["erasure_id"])


ROUTES: Final = (
    Route(
        method="POST",
        path=_ENTRIES,
        name="create_list_entry",
        tag="Lists",
        summary="Allow or block somebody or something",
        about="A block comes to what the policy says in blocked; an allow passes over window,"
        " final sale and risk. The most specific entry speaks: order, e-mail address, phone"
        " number, address, SKU. Withdrawals are never asked.",
        scope="lists:write",
        noun="list entry",
        answer=create_entry,
        body=EntryNew,
        result=LIST_ENTRY,
        statuses=(201,),
        creates=True,
    ),
    Route(
        method="GET",
        path=_ENTRIES,
        name="list_list_entries",
        tag="Lists",
        summary="List entries, newest first",
        scope="lists:read",
        noun="list entry",
        answer=list_entries,
        query=(
            Parameter(name="list", about="Of one list.", words=LISTS),
            Parameter(name="kind", about="Of one kind.", words=KINDS),
            *PAGED,
        ),
        result=LIST_ENTRY,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_list_entry",
        tag="Lists",
        summary="Read an entry",
        scope="lists:read",
        noun="list entry",
        answer=read_entry,
        result=LIST_ENTRY,
    ),
    Route(
        method="PATCH",
        path=_ONE,
        name="change_list_entry",
        tag="Lists",
        summary="Change an entry",
        about="The value it holds stays.",
        scope="lists:write",
        noun="list entry",
        answer=change_entry,
        body=EntryPatch,
        result=LIST_ENTRY,
    ),
    Route(
        method="DELETE",
        path=_ONE,
        name="remove_list_entry",
        tag="Lists",
        summary="Remove an entry",
        scope="lists:write",
        noun="list entry",
        answer=remove_entry,
        statuses=(204,),
    ),
    Route(
        method="POST",
        path=f"{BASE}/customers/survey",
        name="survey_customer",
        tag="Privacy",
        summary="Count what there is of a person",
        about="By e-mail address, telephone number, postal address, order or return; the last two"
        " stand for whoever bought it. Changes nothing.",
        scope="customers:erase",
        noun="customer",
        answer=survey_customer,
        body=Whom,
        result=SURVEYED,
        again=LOOKS,
    ),
    Route(
        method="POST",
        path=f"{BASE}/customers/erase",
        name="erase_customer",
        tag="Privacy",
        summary="Forget a person",
        about="All that says who they are goes: from orders, returns, tickets, mails, events,"
        " messages and what was sent, photos, labels, search. What was bought, returned and paid"
        " stays and names nobody. Statements of withdrawal that are evidence stay until their time"
        " is over, unless withdrawals is true; entries of lists unless lists is true.",
        scope="customers:erase",
        noun="customer",
        answer=erase_customer,
        body=Erasure,
        result=ERASED,
    ),
    Route(
        method="GET",
        path=f"{BASE}/customers/erasures",
        name="list_erasures",
        tag="Privacy",
        summary="List who was forgotten, newest first",
        about="By when and by whom; nobody can tell who it was.",
        scope="customers:erase",
        noun="erasure",
        answer=list_erasures,
        query=PAGED,
        result=ERASED,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/customers/erasures/{{erasure_id}}",
        name="read_erasure",
        tag="Privacy",
        summary="Read how far a person is forgotten",
        scope="customers:erase",
        noun="erasure",
        answer=read_erasure,
        result=ERASED,
    ),
)
