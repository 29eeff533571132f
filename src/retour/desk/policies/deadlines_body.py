"""What a policy says about waiting: read, held to what can be carried out, and shown whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from retour.kernel.problems import FieldError
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.timers.table import REMINDERS_MAX
from retour.policy.deadlines import REFUND_DAYS, Deadlines

Period = Annotated[int, Meta(ge=1, le=365)]
_CHANNELS_MAX = 100


class DeadlinesBody(Body):
    """How many whole days of the workspace's zone a return may wait; null is for ever.

    Args:
        remind_days: To send the goods, after leave or the newest label; several remind again.
        ship_days: To send the goods; then the return is canceled, its units free again.
        label_days: To use a label; then it is voided.
        dock_days: To receive what a carrier has delivered.
        inspection_days: To judge what was received.
        input_days: To answer what a unit waits for.
        review_days: To answer a request.
        refund_days: To pay back, from being informed; the law's 14 unless said.
        channel_days: Until a marketplace cancels what nobody handled, by the order's channel.
        warn_days: So long before the end of one that can be warned of.
    """

    remind_days: Annotated[tuple[Period, ...], Meta(max_length=REMINDERS_MAX)] = ()
    ship_days: Period | None = None
    label_days: Period | None = None
    dock_days: Period | None = None
    inspection_days: Period | None = None
    input_days: Period | None = None
    review_days: Period | None = None
    refund_days: Period | None = REFUND_DAYS
    channel_days: Annotated[dict[Word, Period], Meta(max_length=_CHANNELS_MAX)] = {}
    warn_days: Annotated[int, Meta(ge=0, le=30)] = 3


def deadlines_of(body: DeadlinesBody) -> Deadlines:
    """Give the periods a body asks for."""
    return msgspec.convert(msgspec.to_builtins(body), Deadlines)


def deadlines_wrong(body: DeadlinesBody) -> Iterator[FieldError]:
    """Find reminders that would never come, or come out of order."""
    days = body.remind_days
    if list(days) != sorted(set(days)):
        yield FieldError(
            pointer="/deadlines/remind_days",
            code="contradictory",
            detail="Each reminder comes later than the one before; give growing numbers of days.",
        )
    elif days and body.ship_days is not None and days[-1] > body.ship_days:
        yield FieldError(
            pointer="/deadlines/remind_days",
            code="contradictory",
            detail=f"The return is canceled after {body.ship_days} days, so nobody is reminded"
            f" after {days[-1]}. Remind sooner, or give more ship_days.",
        )


def deadlines_view(deadlines: Deadlines) -> dict[str, object]:
    """Show every period, those at their defaults too."""
    return {name: getattr(deadlines, name) for name in Deadlines.__struct_fields__}
