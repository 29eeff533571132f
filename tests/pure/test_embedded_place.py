"""A private data folder keeps its server elsewhere, and keeps to it."""

from __future__ import annotations

from pathlib import Path

from retour.store.embedded_place import remove, server_folder


def test_an_open_folder_holds_its_own_server(tmp_path: Path) -> None:
    """Where the server's user may enter, nothing lies apart."""
    data = Path("/") / "var" / "lib" / "retour-that-is-not-there"

    assert data == server_folder(data, is_root=True, elsewhere=tmp_path)


def test_a_user_of_their_own_home_needs_nothing_elsewhere(tmp_path: Path) -> None:
    """Only root runs the server under another user."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)

    assert private == server_folder(private, is_root=False, elsewhere=tmp_path / "e")


def test_a_private_folder_of_root_keeps_its_server_elsewhere(tmp_path: Path) -> None:
    """The place is chosen once, told by a file, and goes with the folder; no mode is changed."""
    private, elsewhere = tmp_path / "private", tmp_path / "elsewhere"
    private.mkdir(mode=0o700)

    chosen = server_folder(private / "data", is_root=True, elsewhere=elsewhere)
    again = server_folder(private / "data", is_root=True, elsewhere=elsewhere)

    assert elsewhere == chosen.parent
    assert chosen == again
    assert 0o700 == private.stat().st_mode & 0o777
    chosen.mkdir(parents=True)
    remove(private / "data", elsewhere=elsewhere)
    assert not chosen.exists()
    assert not (private / "data").exists()


def test_nothing_outside_our_own_place_is_removed(tmp_path: Path) -> None:
    """A pointer that was tampered with cannot make us remove what is not ours."""
    data, precious = tmp_path / "data", tmp_path / "precious"
    data.mkdir()
    precious.mkdir()
    (data / "postgresql.at").write_text(f"{precious}\n")

    remove(data, elsewhere=tmp_path / "elsewhere")

    assert precious.exists()
