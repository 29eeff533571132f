"""The commands about parcels, each at its own address."""

from __future__ import annotations

from typing import Final

from retour.api.routes_returns import as_it_is, command_route
from retour.lifecycle.commands import (
    AddParcel,
    CancelPickup,
    RetryLabel,
    SchedulePickup,
    SendBack,
    VoidLabel,
)
from retour.lifecycle.steps import Verb

ROUTES: Final = (
    command_route(
        Verb.RETRY_LABEL,
        RetryLabel,
        as_it_is,
        "Ask again for a label that failed",
        "As the same intent: a label that was made after all is found, never made twice.",
    ),
    command_route(
        Verb.VOID_LABEL,
        VoidLabel,
        as_it_is,
        "Take back a label that nobody has used",
        "A carrier's label is void once it agrees: label.voided or label.void_refused.",
    ),
    command_route(
        Verb.ADD_PARCEL,
        AddParcel,
        as_it_is,
        "Add a parcel with a label of your own, or with none",
        "Upload its label at the parcel's address, if there is one.",
    ),
    command_route(
        Verb.SCHEDULE_PICKUP,
        SchedulePickup,
        as_it_is,
        "Have the carrier come for a parcel",
        "The answer comes later, as pickup.scheduled or pickup.failed.",
    ),
    command_route(
        Verb.CANCEL_PICKUP, CancelPickup, as_it_is, "Have the carrier not come after all"
    ),
    command_route(
        Verb.SEND_BACK,
        SendBack,
        as_it_is,
        "Send goods back that were not accepted",
        "In a parcel to the customer; possible in final statuses too.",
    ),
)
