"""Settlement memos and credit notes as PDF, made by children that may be killed at any moment.

A document is data: its words, already chosen, and the version of the page it is printed by.  The
same document is the same bytes.  Never here: what a document says, or where it is kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from retour.gateways.cell import packed, unpacked
from retour.gateways.crew import Crew, Lost, Overtaxed
from retour.gateways.limits import (
    PAPER_BYTES_MAX,
    PAPER_CHILDREN,
    PAPER_CPU_S,
    PAPER_IDLE_S,
    PAPER_WALL_S,
)

_CHILD: Final = "retour.gateways.paper_child"
PDF: Final = "application/pdf"
_START: Final = b"%PDF-"
_ENCODE: Final = msgspec.json.Encoder()


class PaperError(msgspec.Struct, frozen=True, kw_only=True):
    """Why a document is not printed, for people; ``is_final`` where another try fails alike."""

    why: str
    is_final: bool = False


class _Answer(msgspec.Struct, frozen=True):
    """What a child says; believed only as far as it can be checked."""

    problem: str | None = None


_ANSWER: Final = msgspec.json.Decoder(_Answer)


class PaperPool:
    """Prints documents, at most ``children`` at once; costs nothing before the first.

    Belongs to one event loop.

    Args:
        fonts: A folder of more fonts, for scripts that typst's own lack.
    """

    def __init__(
        self,
        *,
        children: int = PAPER_CHILDREN,
        cpu_s: float = PAPER_CPU_S,
        wall_s: float = PAPER_WALL_S,
        idle_s: float = PAPER_IDLE_S,
        fonts: Path | None = None,
    ) -> None:
        told = () if fonts is None else (str(fonts),)
        self._crew = Crew(_CHILD, *told, places=children, cpu_s=cpu_s, wall_s=wall_s, idle_s=idle_s)

    async def print(
        self, sheet: msgspec.Struct, reader: msgspec.Struct, template: int, logo: bytes = b""
    ) -> bytes | PaperError:
        """Print a document for its reader.

        Args:
            sheet: Every word of it, as the template's version names them.
            logo: A JPEG or PNG, where there is one.
        """
        said = {**msgspec.structs.asdict(sheet), "reader": reader}
        head = _ENCODE.encode({"template": template, "sheet": said, "logo": len(logo)})
        if len(head) + len(logo) > PAPER_BYTES_MAX:
            return PaperError(
                why="The document says more than one can. Split the settlement.", is_final=True
            )
        try:
            return _believed(await self._crew.ask(packed(head, (logo,))))
        except Overtaxed:
            return PaperError(
                why="The document takes too much time or memory to print.", is_final=True
            )
        except Lost:
            return PaperError(
                why="Documents cannot be printed just now. Install retour[labels] if it is missing;"
                " otherwise try again."
            )

    async def close(self) -> None:
        """End every child. Whoever still waits is told to try again."""
        await self._crew.close()


def _believed(frame: bytes) -> bytes | PaperError:
    try:
        head, body = unpacked(frame)
        said = _ANSWER.decode(head)
    except msgspec.DecodeError:
        return PaperError(why="The document could not be printed this time. Try again.")
    if said.problem is not None:
        return PaperError(why=f"The document cannot be printed. ({said.problem})", is_final=True)
    if not body.startswith(_START) or len(body) > PAPER_BYTES_MAX:
        return PaperError(why="The document could not be printed this time. Try again.")
    return body
