"""Allow and block lists, and the forgetting of persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk.customers import erasing, lists
from retour.desk.customers.erasing import Erasure
from retour.desk.customers.lists import EntryNew, EntryPatch
from retour.dialects.shapes import Boolean, Text, Tree
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.lifecycle.model import ActorKind
from retour.policy.listing import KINDS, LISTS

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_NEW: Final = BodyReader(EntryNew)
_PATCH: Final = BodyReader(EntryPatch)
_ERASURE: Final = BodyReader(Erasure)
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
ERASED: Final = Tree(
    name="erased_customer",
    about="How much was forgotten.",
    fields={"orders": COUNT, "list_entries_removed": COUNT, "list_entries_left": COUNT},
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


async def erase_customer(call: Call) -> Outcome:
    """Forget whose orders these are."""
    body = _ERASURE.read(call.body)
    return await erasing.erase(call.house, call.workspace_id, body, key=call.key)


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
        path=f"{BASE}/customers/erase",
        name="erase_customer",
        tag="Lists",
        summary="Forget a person",
        about="The digests by which orders are known to be one customer's are deleted; orders and"
        " returns stay. Entries of lists stay too, unless lists is true.",
        scope="customers:erase",
        noun="customer",
        answer=erase_customer,
        body=Erasure,
        result=ERASED,
    ),
)
