"""What a workspace says of its memos and credit notes: who sends them, how they are numbered."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from retour.dialects.papers.sheet import Seller
from retour.dialects.papers.words import PAPER_WORDS
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body
from retour.lifecycle.numbering import PATTERN_LENGTH_MAX, PaperKind, Series, what_is_wrong

_LINES_MAX: Final = 6
_LINE_LENGTH_MAX: Final = 100

_Line = Annotated[str, Meta(min_length=1, max_length=_LINE_LENGTH_MAX)]
_Lines = Annotated[tuple[_Line, ...], Meta(max_length=_LINES_MAX)]


class Numbers(Body):
    """How one kind of document is numbered."""

    pattern: Annotated[str, Meta(min_length=1, max_length=PATTERN_LENGTH_MAX)]
    yearly: bool = True


class PaperSettings(Body):
    """A merchant's word on memos and credit notes.

    Args:
        name: Who gives the money back, in law; the workspace's own name where it is not said.
        address: Lines of it, as they are printed.
        footer: What the law wants on every page beside the numbers: directors, a bank.
        language: Of customers whose own we do not speak.
        attach_memo: Whether the mail about a settlement memo carries it.
        memo_numbers: Of settlement memos.
        credit_note_numbers: Of credit notes.
    """

    name: _Line | None = None
    address: _Lines = ()
    contact: _Lines = ()
    vat_id: _Line | None = None
    registration: _Line | None = None
    footer: Annotated[str, Meta(max_length=300)] | None = None
    language: str = "en"
    attach_memo: bool = True
    memo_numbers: Numbers = Numbers(pattern="SM-{year}-{number:6}")
    credit_note_numbers: Numbers = Numbers(pattern="CN-{year}-{number:6}")

    @property
    def series(self) -> dict[PaperKind, Series]:
        """How each kind of document is numbered, with nothing drawn yet."""
        return {
            PaperKind.MEMO: _series(self.memo_numbers),
            PaperKind.CREDIT_NOTE: _series(self.credit_note_numbers),
        }

    def seller(self, workspace_name: str, logo: str | None, accent: str | None = None) -> Seller:
        """Give what stands on a document that is made now."""
        return Seller(
            name=self.name or workspace_name,
            address=self.address,
            contact=self.contact,
            vat_id=self.vat_id,
            registration=self.registration,
            footer=self.footer,
            language=self.language,
            logo=logo,
            accent=accent,
        )

    def check(self) -> None:
        """See whether documents can be made like this.

        Raises:
            InvalidRequest: They cannot.
        """
        errors: list[FieldError] = []
        if self.language not in PAPER_WORDS:
            spoken = ", ".join(PAPER_WORDS)
            detail = f"No document is written in {self.language!r}. Give one of: {spoken}."
            errors.append(FieldError(pointer="/language", code="bad_value", detail=detail))
        for where in ("memo_numbers", "credit_note_numbers"):
            numbers: Numbers = getattr(self, where)
            wrong = what_is_wrong(numbers.pattern, yearly=numbers.yearly)
            if wrong is not None:
                pointer = f"/{where}/pattern"
                errors.append(FieldError(pointer=pointer, code="bad_value", detail=wrong))
        if errors:
            raise InvalidRequest(*errors)


class KeptSettings(Body):
    """The settings as they are kept, with the digest of the logo beside them."""

    said: PaperSettings = PaperSettings()
    logo: str | None = None


_KEPT: Final = msgspec.json.Decoder(KeptSettings)


def kept_settings(text: str | None) -> KeptSettings:
    """Read what is kept; our own where nothing was said."""
    return KeptSettings() if text is None else _KEPT.decode(text)


def _series(numbers: Numbers) -> Series:
    return Series(pattern=numbers.pattern, yearly=numbers.yearly)
