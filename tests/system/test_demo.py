"""The demonstration: one command, and there is something to look at everywhere."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from retour.wiring.month import COUNT
from tests.support.running import Api, until

ENDED_S = 60


@contextmanager
def demo(data: Path) -> Generator[subprocess.Popen[str]]:
    """Run the demonstration, as a terminal would; it is told to stop in the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "retour.wiring", "demo", "--port", "0", "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "RETOUR_TESTING": "1"},
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=ENDED_S)


def statuses(shop: Api) -> Counter[str]:
    """Count a merchant's returns by their status."""
    return Counter(one["status"] for one in shop.ask("GET", "/returns?limit=200")["data"])


def test_it_plays_a_return_then_fills_a_month_and_stops_when_told(tmp_path: Path) -> None:
    said = ""
    with demo(tmp_path / "data") as process:
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if '"phase": "a month at' in line:
                break
        base = re.search(r"^ready (\S+)$", said, re.MULTILINE)
        login = re.search(r"^  Lumen & Oak +(ws_\w+) +(rk_\S+)$", said, re.MULTILINE)
        assert base is not None, said
        assert login is not None, said
        shop = Api(base[1], login[1], login[2])
        until(lambda: statuses(shop)["completed"] > COUNT / 3, "the refunds of the month are paid")
        counted = statuses(shop)
        waiting = shop.ask("GET", "/queues/authorize")["data"]
        shop.close()
    assert process.returncode == 0, said
    assert re.search(r"return R\d+ is completed; 158\.49 EUR were refunded", said), said
    assert counted.total() == COUNT
    assert {"requested", "authorized", "rejected", "canceled", "received"} <= {*counted}
    assert waiting, "something waits for whoever looks"
