"""Races for the last unit and for the last cent: exactly one wins, each time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest

from tests.support.running import Answer, Api, Retour, order_body

TRIALS = 200
RUNNERS = 8


def race(runners: list[Callable[[], Answer]]) -> list[Answer]:
    """Start every runner at the same moment and give their answers."""
    barrier = threading.Barrier(len(runners))
    answers: list[Answer] = []

    def run(runner: Callable[[], Answer]) -> None:
        barrier.wait()
        answers.append(runner())

    threads = [threading.Thread(target=run, args=(runner,)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_eight_race_for_the_last_unit(running: Retour) -> None:
    """200 times, eight ask for the one unit left; one gets it, seven are told why not."""
    api = running.workspace()
    asked = {"lines": [{"line": "1", "quantity": 1, "reason": "Too small"}]}

    for trial in range(TRIALS):
        number = f"U-{trial}"
        api.ask("PUT", f"/orders/{number}", order_body(1))
        body = {"order_number": number, **asked}
        answers = race([partial(api.call, "POST", "/returns", body)] * RUNNERS)

        assert [201] + [409] * (RUNNERS - 1) == sorted(answer.status for answer in answers)
        assert {"over_return"} == {one.json["code"] for one in answers if one.status == 409}
        line = api.ask("GET", f"/orders/{number}")["lines"][0]
        assert (1, 0) == (line["requested"], line["returnable"])


def _ready_to_settle(api: Api, number: str) -> list[str]:
    """Make an order of eight units paid with 70.01, and a processed return for each unit.

    Each unit is worth 10.00; with an adjustment of −9.99 each settlement asks for one cent, and all
    but one cent of the payment is refunded already.
    """
    api.ask("PUT", f"/orders/{number}", order_body(RUNNERS, captured="0.01"))
    returns: list[str] = []
    for _ in range(RUNNERS):
        lines = [{"line": "1", "quantity": 1, "reason": "Too small"}]
        ret = api.ask("POST", "/returns", {"order_number": number, "lines": lines})
        to = f"/returns/{ret['id']}"
        api.ask("POST", f"{to}/authorize", {})
        api.ask("POST", f"{to}/waive_receipt", {})
        api.ask(
            "POST",
            f"{to}/propose_settlement",
            {"kind": "refund", "adjustments": [{"label": "Goodwill", "amount": "-9.99"}]},
        )
        returns.append(ret["id"])
    return returns


@pytest.mark.timeout(400)
def test_eight_race_for_the_last_cent(running: Retour) -> None:
    """200 times, eight settlements of one cent are confirmed on a payment of one cent."""
    api = running.workspace()

    for trial in range(TRIALS):
        returns = _ready_to_settle(api, f"C-{trial}")
        answers = race(
            [partial(api.call, "POST", f"/returns/{ret}/confirm_settlement", {}) for ret in returns]
        )

        assert [200] + [409] * (RUNNERS - 1) == sorted(answer.status for answer in answers)
        assert {"cap_exceeded"} == {one.json["code"] for one in answers if one.status == 409}
