"""A subscription that fails for an hour delays no other, and resumes in order."""

from __future__ import annotations

import json

from tests.support.running import Api, Got, Receiver, Retour, order_body, until


def _requests(api: Api, count: int, start: int) -> list[str]:
    """Make returns, each requested and authorized; gives their ids."""
    made: list[str] = []
    for index in range(start, start + count):
        api.ask("PUT", f"/orders/F-{index}", order_body(1))
        lines = [{"line": "1", "quantity": 1, "reason": "Too small"}]
        ret = api.ask("POST", "/returns", {"order_number": f"F-{index}", "lines": lines})
        api.ask("POST", f"/returns/{ret['id']}/authorize", {})
        made.append(ret["id"])
    return made


def _sequences(got: list[Got]) -> dict[str, list[int]]:
    """Give per return the sequences that were taken, in the order of their first arrival."""
    seen: dict[str, list[int]] = {}
    for one in got:
        sequence = one.headers.get("webhook-sequence")
        if one.status != 204 or sequence is None:
            continue
        numbers = seen.setdefault(json.loads(one.body)["data"]["return"]["id"], [])
        if int(sequence) not in numbers:
            numbers.append(int(sequence))
    return seen


def test_an_hour_of_failures_delays_nobody_else(running: Retour) -> None:
    """One answers 500 for an hour of test clock; the other hears everything at once."""
    api = running.workspace()
    is_broken = [True]
    failing = Receiver(lambda _: 500 if is_broken[0] else 204)
    healthy = Receiver()
    wanted = ["return.requested", "return.authorized"]
    for outside in (failing, healthy):
        api.ask("POST", "/subscriptions", {"url": outside.url, "events": wanted})

    returns = _requests(api, 20, 0)
    healthy.until(lambda got: len(got) >= 40, 20)
    for step in range(6):
        api.ask("POST", "/clock", {"advance": "PT10M"})
        returns += _requests(api, 5, 20 + step * 5)
        healthy.until(lambda got, least=40 + (step + 1) * 10: len(got) >= least, 10)

    assert 100 == len(healthy.got)
    assert all(500 == got.status for got in failing.got)
    is_broken[0] = False
    until(lambda: _all_told(api, failing, returns), "everything was told again", 90)
    taken = _sequences(failing.got)
    assert set(returns) == set(taken)
    assert all(sorted(numbers) == numbers for numbers in taken.values())
    failing.close()
    healthy.close()


def _all_told(api: Api, outside: Receiver, returns: list[str]) -> bool:
    api.ask("POST", "/clock", {"advance": "PT5M"})
    taken = _sequences(outside.got)
    return all(len(taken.get(one, ())) == 2 for one in returns)
