"""Once per Idempotency-Key for effects that commit by themselves: the sandbox's tools.

The key is taken, the effect happens, its reply is kept.  Should the process die between the last
two, a repetition repeats the effect, so nothing that matters outside a sandbox may come this way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from retour.desk.keeping import keep
from retour.desk.outcome import Done, Outcome
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House

_SQL: Final = named("once")
_ALL_WORKSPACES: Final = 0
_TURN: Final = "once"


class _Undone(Exception):
    """Gives a key back whose effect did not happen."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


async def once(
    house: House,
    workspace_id: int,
    key: RequestKey | None,
    effect: Callable[[], Awaitable[Outcome]],
) -> Outcome:
    """Have an effect, or the reply that the same key got before; twins wait for the first."""
    if key is None:
        return await effect()
    # One at a time in the process: each holds a connection while its effect asks for another.
    async with house.turns.take(_ALL_WORKSPACES, _TURN):
        try:
            async with house.database.transaction(workspace_id) as connection:
                if answered := await keep(connection, workspace_id, key, 500, b""):
                    return answered
                outcome = await effect()
                if not isinstance(outcome, Done):
                    raise _Undone(outcome)  # noqa: TRY301 - raising is what rolls back
                await connection.execute(
                    _SQL["set_reply"],
                    workspace_id,
                    key.key_id,
                    key.key,
                    outcome.status,
                    outcome.body,
                )
                return outcome
        except _Undone as undone:
            return undone.outcome
