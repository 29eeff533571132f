"""Archives put together piece by piece, read by somebody else's program."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from retour.desk.exports.zipping import WIDE, Entry, deflated, directory, header, length

if TYPE_CHECKING:
    from pathlib import Path

_AT = datetime(2026, 5, 4, 12, 30, 44, tzinfo=UTC)
_PIECES = st.lists(st.binary(max_size=200), min_size=1, max_size=5)


@given(
    st.dictionaries(st.text("abcä.-", min_size=1), _PIECES, max_size=5), st.sampled_from((0, WIDE))
)
def test_what_is_put_in_comes_out(files: dict[str, list[bytes]], wide: int) -> None:
    """Also where every size and place is written as if it did not fit 32 bits."""
    archive, entries = b"", list[Entry]()
    for name, pieces in files.items():
        packed = b"".join(
            deflated(piece, is_last=n == len(pieces) - 1) for n, piece in enumerate(pieces)
        )
        whole = b"".join(pieces)
        entries.append(Entry(name=name, crc=zlib.crc32(whole), size=len(whole), packed=len(packed)))
        archive += header(entries[-1], _AT, wide=wide) + packed
    archive += directory(entries, _AT, wide=wide)

    assert len(archive) == length(entries, _AT, wide=wide)
    read = zipfile.ZipFile(io.BytesIO(archive))
    assert read.testzip() is None
    assert {name: read.read(name) for name in read.namelist()} == {
        name: b"".join(pieces) for name, pieces in files.items()
    }
    assert {one.date_time for one in read.infolist()} <= {(2026, 5, 4, 12, 30, 44)}


def test_files_larger_than_four_gigabytes_are_found(tmp_path: Path) -> None:
    """With nothing but holes between what stands before each and behind all."""
    large = Entry(name="large", crc=1, size=WIDE * 30, packed=WIDE + 7)
    small = Entry(name="small", crc=2, size=9, packed=11)
    path = tmp_path / "holes.zip"
    with path.open("wb") as file:
        for entry in (large, small):
            file.write(header(entry, _AT))
            file.seek(entry.packed, io.SEEK_CUR)
        file.write(directory([large, small], _AT))
    assert path.stat().st_size == length([large, small], _AT)
    with zipfile.ZipFile(path) as read:
        found = [(one.file_size, one.compress_size, one.header_offset) for one in read.infolist()]
    assert found == [(WIDE * 30, WIDE + 7, 0), (9, 11, len(header(large, _AT)) + WIDE + 7)]
