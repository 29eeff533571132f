"""An account whose answers say that nothing is left is not asked before more is let in."""

from __future__ import annotations

import pytest

from retour.gateways.channelengine import Fault, Told, Trouble
from retour.gateways.channelengine.client import ChannelEngine
from retour.gateways.channelengine.pace import PAUSE_MAX_S, Pace, pause_s
from retour.gateways.exchange import HttpReply
from tests.gateways.clients import client_with
from tests.support.channelengine_server import KEY, channelengine_running

DATE = "Sat, 21 Nov 2026 22:00:20 GMT"


def _reply(**headers: str) -> HttpReply:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return HttpReply(status=200, head=f"HTTP/1.1 200 X\r\n{lines}\r\n".encode(), body=b"{}")


@pytest.mark.parametrize(
    ("headers", "rested_s"),
    [
        ({"remaining": "1", "reset": "40"}, None),
        ({"reset": "40"}, None),
        ({"remaining": "many", "reset": "40"}, None),
        ({"remaining": "0", "reset": "40"}, 40),
        ({"remaining": "0", "reset": "2026-11-21T22:01:00Z"}, 40),
        ({"remaining": "0", "reset": "2026-11-21T22:01:00.0000000"}, 40),
        ({"remaining": "0", "reset": "1795298460"}, 40),
        ({"remaining": "0", "reset": "2026-11-21T21:00:00Z"}, 1),
        ({"remaining": "0", "reset": "2027-11-21T21:00:00Z"}, PAUSE_MAX_S),
        ({"remaining": "0", "reset": "soon", "limit": "10s"}, 10),
        ({"remaining": "0", "reset": "9" * 30, "limit": "1h"}, 3600),
        ({"remaining": "0", "limit": "1d"}, PAUSE_MAX_S),
        ({"remaining": "0", "limit": "²s"}, 60),
        ({"remaining": "0"}, 60),
    ],
)
def test_what_is_left_and_when_there_is_more(headers: dict[str, str], rested_s: int | None) -> None:
    pace = Pace()
    said = {f"x-rate-limit-{name}": value for name, value in headers.items()}
    pace.heed(_reply(date=DATE, **said))
    left_s = pace.left_s()
    if rested_s is None:
        assert left_s is None
    else:
        assert left_s is not None
        assert rested_s - 5 <= left_s <= rested_s, "whole seconds of a stopwatch that goes on"


def test_an_instant_without_a_date_beside_it_is_a_whole_interval() -> None:
    pace = Pace()
    said = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "2020-01-01T00:00:00Z"}
    pace.heed(_reply(**said, **{"x-rate-limit-limit": "1m"}))
    assert (pace.left_s() or 0) > 50


def test_a_rest_is_not_cut_short_by_a_shorter_one() -> None:
    pace = Pace()
    pace.rest(100)
    pace.rest(1)
    assert (pace.left_s() or 0) > 90


@pytest.mark.parametrize(
    ("said", "wanted_s"), [("7", 7), ("0", 1), ("99999", PAUSE_MAX_S), ("soon", 60), ("²", 60)]
)
def test_one_that_has_had_enough_says_for_how_long(said: str, wanted_s: int) -> None:
    assert wanted_s == pause_s(_reply(**{"retry-after": said}))


async def test_where_nothing_is_left_nothing_is_asked_by_anybody() -> None:
    async with channelengine_running() as market, client_with(allow="127.0.0.0/8") as http:
        market.per_minute = 2
        pace = Pace()
        ours, beside = (ChannelEngine(http, market.url, KEY, pace) for _ in range(2))
        assert isinstance(await ours.returns(), Told)
        assert isinstance(await beside.returns(), Told)
        refused = [await ours.returns(), await beside.judge(1, [])]
        other = await ChannelEngine(http, market.url, KEY, Pace()).returns()

        assert len(market.asked) == 3, "the two that were let in, and one by somebody else"
        for fault in refused:
            assert isinstance(fault, Fault)
            assert fault.trouble is Trouble.LATER
            assert 0 < (fault.after_s or 0) <= 61
        assert isinstance(other, Fault)
        assert other.trouble is Trouble.LATER, "that one was told so"
