"""What a commit keeps for lists, queues, search and reports, as the calls that keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from retour.desk.searching.words import words_of_order, words_of_return
from retour.kernel.status import ReturnStatus
from retour.lifecycle.concerns import concerns_of
from retour.lifecycle.figures import figures_of_order, figures_of_return, reason_of, value_of
from retour.lifecycle.requests.offering import destination_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retour.lifecycle.figures import Figure
    from retour.lifecycle.model import Customer, Order, Return, State
    from retour.store.secrets import Vault

Calls = dict[str, list[Any]]


def return_calls(
    workspace_id: int, zone: str, before: State | None, after: State, change_id: str
) -> Calls:
    """Give what a commit on a return keeps of it; nothing of what stays as it was."""
    assert after.ret is not None, "a plan on a return leaves a return"
    info = ZoneInfo(zone)
    now = whole_return_calls(workspace_id, info, after.ret, after.order, change_id)
    if before is None or before.ret is None:
        return now
    was = whole_return_calls(workspace_id, info, before.ret, before.order, change_id)
    return {name: call for name, call in now.items() if call != was[name]}


def whole_return_calls(
    workspace_id: int, zone: ZoneInfo, ret: Return, order: Order, change_id: str
) -> Calls:
    """Give everything that is kept of a return."""
    concerns = concerns_of(ret)
    causes = [one.value for one in concerns]
    return {
        "keep_words": _words(workspace_id, ret.id, words_of_return(ret, order)),
        "keep_facet": [workspace_id, ret.id, *_facet(ret, order)],
        "keep_concerns": [workspace_id, ret.id, causes, list(concerns.values())],
        "keep_counted": _counted(
            workspace_id, ret.id, change_id, figures_of_return(ret, order, zone)
        ),
    }


def order_calls(
    vault: Vault,
    workspace_id: int,
    zone: str,
    sold: tuple[Order, Customer],
    change_id: str,
) -> Calls:
    """Give what the put of an order keeps of it."""
    order, customer = sold
    words = words_of_order(vault, workspace_id, order, customer)
    figures = figures_of_order(order, ZoneInfo(zone))
    return {
        "keep_words": _words(workspace_id, order.id, words),
        "keep_counted": _counted(workspace_id, order.id, change_id, figures),
    }


def _words(workspace_id: int, subject: str, words: Mapping[str, bool]) -> list[Any]:
    return [workspace_id, subject, list(words), list(words.values())]


def _facet(ret: Return, order: Order) -> tuple[object, ...]:
    place = ret.facilities[-1].code if ret.facilities else None
    return (
        ret.status_at[ReturnStatus.REQUESTED.value],
        reason_of(ret),
        order.channel,
        place or destination_of(ret),
        value_of(ret, order),
        order.currency,
    )


def _counted(
    workspace_id: int, subject: str, change_id: str, figures: Sequence[Figure]
) -> list[Any]:
    return [
        workspace_id,
        subject,
        change_id,
        [one.report.value for one in figures],
        [one.day for one in figures],
        [one.item for one in figures],
        [one.detail for one in figures],
        [one.amount for one in figures],
    ]
