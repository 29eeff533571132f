"""Who acts on a return, and which steps each took.  Pure data; ``workflow`` has the rules."""

from __future__ import annotations

from datetime import datetime

from retour.kernel.value import Value
from retour.lifecycle.words import ActorKind


class Actor(Value):
    """Who did it: shown in every event."""

    kind: ActorKind
    id: str | None = None  # An API key's id, a user's; None where the kind says all.


class StepTaken(Value):
    """A step of the workflow: who began it, when, and when it was done."""

    by: Actor
    at: datetime
    done_at: datetime | None = None  # None while the outside world has not answered.
