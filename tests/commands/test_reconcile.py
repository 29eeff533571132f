"""``retour reconcile``: a workspace's refunds compared from the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.commands.test_command_line import data, retour

__all__ = ["data"]


def test_reconcile_says_what_is_explained_and_fails_in_words(data: Path) -> None:
    """An empty ledger is explained; who cannot be asked, and whoever is unknown, are named."""
    made = retour("workspace", "create", "Lamps", "--sandbox", "--json", "--data", str(data))
    workspace = json.loads(made.stdout)["id"]

    done = retour("reconcile", workspace, "sandbox", "--json", "--data", str(data))
    report = json.loads(done.stdout)
    assert (0, "done", "100.00", 0) == (
        done.returncode,
        report["state"],
        report["percent"],
        report["found"],
    )

    failed = retour("reconcile", workspace, "--data", str(data))
    assert 1 == failed.returncode
    assert re.search(r"rcn_\w+ is failed: .*no account at Stripe", failed.stdout)
    nobody = retour("reconcile", workspace, "external", "--data", str(data))
    assert 2 == nobody.returncode
    assert "'external' lists no refunds. Give sandbox or stripe." in nobody.stderr
