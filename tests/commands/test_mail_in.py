"""``retour mail-in``: what a mail server pipes is taken, and told of in a mail server's codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from retour.store.replies import reply_address
from retour.store.secrets import Vault
from tests.support.letters import letter
from tests.support.pg import MASTER_KEY, Workspace

NOBODYS, UNREADABLE, LATER = 67, 65, 75


def mail_in(raw: bytes, *words: str, url: str) -> subprocess.CompletedProcess[bytes]:
    """Pipe a mail as a mail server does."""
    return subprocess.run(  # our own program
        [sys.executable, "-m", "retour.wiring", "mail-in", "--json", "--database-url", url, *words],
        input=raw,
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "RETOUR_MASTER_KEY": MASTER_KEY.hex()},
    )


def test_a_mail_is_taken_where_its_address_says(admin_dsn: str, workspace: Workspace) -> None:
    ours = reply_address(Vault(MASTER_KEY), "reply.example.com", workspace.id, "0" * 26)
    done = mail_in(letter(ours), url=admin_dsn)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "unmatched", "there is no such conversation"


def test_nobodys_mail_and_no_mail_go_back(admin_dsn: str, workspace: Workspace) -> None:
    """A forged address is nobody's."""
    forged = reply_address(Vault(bytes(32)), "reply.example.com", workspace.id, "0" * 26)
    nobody = mail_in(letter(forged), url=admin_dsn)
    unread = mail_in(b"\x00\x01", "--workspace", workspace.text, url=admin_dsn)

    assert (nobody.returncode, unread.returncode) == (NOBODYS, UNREADABLE)
    assert b"--workspace" in nobody.stderr
    assert b"RFC 5322" in unread.stderr


def test_a_mail_server_tries_again_where_the_database_is_away() -> None:
    done = mail_in(letter("a@b.example"), url="postgresql://nobody@127.0.0.1:9/none")

    assert done.returncode == LATER
    assert done.stderr


def test_a_reply_domain_that_is_none_is_named(admin_dsn: str) -> None:
    done = subprocess.run(  # our own program
        [sys.executable, "-m", "retour.wiring", "migrate", "--database-url", admin_dsn],
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "RETOUR_REPLY_DOMAIN": "reply example"},
    )

    assert done.returncode == 2
    assert b"RETOUR_REPLY_DOMAIN" in done.stderr
