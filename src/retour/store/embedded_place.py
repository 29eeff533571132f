"""Where the embedded server of a data folder lives: in it, or, where it cannot, apart from it.

Root runs the server under a user of its own, who may not enter a private folder (a home, a
temporary folder); its permissions are not ours to change.  The server's files then go to a folder
of their own below ``/var/lib/retour``, and the data folder keeps a file that says where.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import Final

ELSEWHERE: Final = Path("/var/lib/retour/elsewhere")
"""Where servers live whose data folders are private."""
_POINTER: Final = "postgresql.at"
_MAY_ENTER: Final = 0o001


def can_be_entered(folder: Path) -> bool:
    """Say whether any user may go through a folder and all above it, as far as they exist."""
    return all(one.stat().st_mode & _MAY_ENTER for one in (folder, *folder.parents) if one.exists())


def server_folder(data: Path, *, is_root: bool | None = None, elsewhere: Path = ELSEWHERE) -> Path:
    """Give the folder for a data folder's server: itself, or the one that was chosen for it.

    A folder once chosen stays the one, whatever becomes of permissions.
    """
    pointer = data / _POINTER
    if pointer.exists():
        return Path(pointer.read_text(encoding="utf-8").strip())
    if not (os.geteuid() == 0 if is_root is None else is_root) or can_be_entered(data):
        return data
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    chosen = elsewhere / secrets.token_hex(8)
    written = data / f"{_POINTER}.{chosen.name}"
    written.write_text(f"{chosen}\n", encoding="utf-8")
    try:
        os.link(written, pointer)  # Fails where another process was first.
    except FileExistsError:
        return Path(pointer.read_text(encoding="utf-8").strip())
    finally:
        written.unlink()
    return chosen


def remove(data: Path, *, elsewhere: Path = ELSEWHERE) -> None:
    """Remove a data folder whole, its server's folder with it; the server must be stopped."""
    pointer = data / _POINTER
    if pointer.exists():
        chosen = Path(pointer.read_text(encoding="utf-8").strip())
        if chosen.parent == elsewhere:
            shutil.rmtree(chosen, ignore_errors=True)
    shutil.rmtree(data)
