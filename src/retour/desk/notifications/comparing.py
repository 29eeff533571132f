"""Two texts held against each other, line by line. Pure.

What a screen shows side by side and what the API answers are the same rows; long stretches that
are the same in both are left out, and counted.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_AROUND: Final = 3
"""Lines that are shown before and after a change."""
SAME: Final = "same"
CHANGED: Final = "changed"
ADDED: Final = "added"
REMOVED: Final = "removed"
LEFT_OUT: Final = "left_out"
KINDS: Final = (SAME, CHANGED, ADDED, REMOVED, LEFT_OUT)


class Row(msgspec.Struct, frozen=True, kw_only=True, rename={"older": "from", "newer": "to"}):
    """A line of either text, or of both.

    Args:
        kind: One of ``KINDS``; ``left_out`` stands for ``count`` lines that are the same in both.
        older: The line as it was, and ``newer`` as it is; None where there is none.
        older_line: Its number, from one.
    """

    kind: str
    older: str | None = None
    newer: str | None = None
    older_line: int | None = None
    newer_line: int | None = None
    count: int | None = None


def compared(older: str, newer: str) -> list[Row]:
    r"""Give the rows of two texts; none where they are the same.

    >>> [(row.kind, row.older, row.newer) for row in compared("a\nb", "a\nc\nd")]
    [('same', 'a', 'a'), ('changed', 'b', 'c'), ('added', None, 'd')]
    >>> compared("a", "a")
    []
    """
    was, now = older.splitlines(), newer.splitlines()
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    groups = list(matcher.get_grouped_opcodes(_AROUND))
    rows: list[Row] = []
    end = 0
    for group in groups:
        if group[0][1] > end:
            rows.append(Row(kind=LEFT_OUT, count=group[0][1] - end))
        for tag, i1, i2, j1, j2 in group:
            rows += _rows(tag == "equal", (was, i1, i2), (now, j1, j2))
        end = group[-1][2]
    if groups and end < len(was):
        rows.append(Row(kind=LEFT_OUT, count=len(was) - end))
    return rows


def _rows(
    is_same: bool,  # noqa: FBT001 - one call, above
    was: tuple[Sequence[str], int, int],
    now: tuple[Sequence[str], int, int],
) -> Iterator[Row]:
    (older, i1, i2), (newer, j1, j2) = was, now
    for step in range(max(i2 - i1, j2 - j1)):
        i, j = i1 + step, j1 + step
        has_older, has_newer = i < i2, j < j2
        kind = CHANGED if has_older and has_newer else ADDED if has_newer else REMOVED
        yield Row(
            kind=SAME if is_same else kind,
            older=older[i] if has_older else None,
            newer=newer[j] if has_newer else None,
            older_line=i + 1 if has_older else None,
            newer_line=j + 1 if has_newer else None,
        )


def words_apart(older: str, newer: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Part two lines into stretches, each with whether it is only in this one.

    >>> words_apart("Dear Ann", "Dear Bob")
    ([('Dear ', False), ('Ann', True)], [('Dear ', False), ('Bob', True)])
    """
    was, now = _words(older), _words(newer)
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if i2 > i1:
            left.append(("".join(was[i1:i2]), tag != "equal"))
        if j2 > j1:
            right.append(("".join(now[j1:j2]), tag != "equal"))
    return left, right


def _words(line: str) -> list[str]:
    """Part a line before and after each blank and mark, losing nothing."""
    words: list[str] = []
    for character in line:
        if words and character.isalnum() and words[-1][-1].isalnum():
            words[-1] += character
        else:
            words.append(character)
    return words
