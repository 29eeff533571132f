"""The witness: a small file of the data folder that remembers which database was served from here.

A backup that is put back is older than what the witness has seen, or the witness is itself a copy
and lies in other files than it says.  Either way nothing is sent or paid until somebody has looked.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.store.embedded_layout import Layout
from retour.store.embedded_place import server_folder

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings
    from retour.store.epoch import Epoch

FILE: Final = "epoch.json"
_LENGTH: Final = 512
"""Of the file: written in place, in one piece, so that it stays the same file."""
_FIRST_S: Final = 600
"""How old an epoch may be whose witness has yet to be written."""


class Remembered(msgspec.Struct, frozen=True):
    """What was last seen: which life, where, how far, and in which files all of it lay."""

    number: int
    place: str
    reached: int
    files: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """The witness of one data folder; ``cluster`` is None where the operator runs the server."""

    path: Path
    cluster: Path | None

    def recall(self) -> Remembered | None:
        """Give what was last seen; ``None`` where nothing was, or nothing can be read."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(self.path.read_bytes(), type=Remembered)
        return None

    def remember(self, now: Epoch) -> None:
        """Keep what is seen now; never less than was seen of the same life."""
        before = self.recall()
        if (
            before is not None
            and (before.number, before.place) == (now.number, now.actual)
            and before.reached >= now.reached
            and before.files == self.files()
        ):
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            seen = Remembered(
                number=now.number, place=now.actual, reached=now.reached, files=self.files()
            )
            os.pwrite(handle, msgspec.json.encode(seen).ljust(_LENGTH), 0)
        finally:
            os.close(handle)

    def files(self) -> tuple[int, ...]:
        """Name the files by their numbers in the file system; a copy has others."""
        if self.cluster is None:
            return ()
        wanted = (self.path, self.cluster / "PG_VERSION", self.cluster / "global" / "pg_control")
        return tuple(one.stat().st_ino if one.exists() else 0 for one in wanted)


def witness_of(settings: Settings) -> Witness:
    """Give the witness of these settings' data folder."""
    embedded = settings.database_url is None
    cluster = Layout(server_folder(settings.data)).cluster if embedded else None
    return Witness(path=settings.data / FILE, cluster=cluster)


def contradiction(now: Epoch, seen: Remembered | None, files: tuple[int, ...]) -> str | None:
    """Say what does not fit between a database and what is remembered of it, if anything."""
    if seen is None:
        if files and now.tick - now.began_at > timedelta(seconds=_FIRST_S):
            return "The data folder does not remember its database: it has been put together anew."
        return None
    if seen.number > now.number:
        return f"The database was in its life {seen.number} and is in {now.number}: it is a backup."
    if seen.number < now.number:
        return None  # Another process has released it since.
    if seen.files and files and seen.files != files:
        return "The data folder lies in other files than it remembers: it is a copy or a backup."
    if seen.place == now.actual and now.reached < seen.reached:
        return (
            f"The database has written {now.reached} bytes of log and had written {seen.reached}:"
            " it is a backup."
        )
    return None
