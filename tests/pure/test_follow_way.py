"""The way of a return as shoppers see it: what was done, what can still come, nothing else."""

from __future__ import annotations

import pytest

from retour.lifecycle.words import WorkflowStep
from retour.screens.follow import way_of

STEPS = tuple(one.value for one in WorkflowStep)


@pytest.mark.parametrize(
    ("status", "done", "shown"),
    [
        ("requested", ("request", "eligibility"), STEPS),
        (
            "received",
            ("request", "eligibility", "approval", "receipt"),
            tuple(one for one in STEPS if one != "label"),
        ),
        ("canceled", ("request", "eligibility"), ("request", "eligibility")),
        ("rejected", ("request", "eligibility", "approval"), ("request", "eligibility")),
        ("completed", ("request", "refund", "closing"), ("request", "refund", "closing")),
        ("requested", (), STEPS),
    ],
)
def test_what_was_passed_over_or_cannot_come_is_left_out(
    status: str, done: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    steps = [
        {"step": one, "mode": None, "done_at": "2026-11-21T12:00:00Z" if one in done else None}
        for one in STEPS
    ]
    assert tuple(one["step"] for one in way_of({"status": status, "steps": steps})) == shown
