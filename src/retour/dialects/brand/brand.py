"""What a merchant says of their look, and how it is kept."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.dialects.brand.colour import COLOUR
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body

SENDER_LENGTH_MAX: Final = 64
HOSTS_MAX: Final = 20
_PAGE: Final = re.compile(r"https?://[^\s\"'<>\\{}|^`\x00-\x20\x7f]+")
_MAIL: Final = re.compile(r"mailto:[^\s\"'<>\\:;,\x00-\x20\x7f]+@[^\s\"'<>\\:;,\x00-\x20\x7f]+")
_SENDER: Final = re.compile(
    r"[^<>\"\\\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]*\S[^<>\"\\\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]*"
)

Colour = Annotated[str, Meta(pattern=f"^{COLOUR}$")]
_Address = Annotated[str, Meta(min_length=1, max_length=500)]
Corners = Literal["sharp", "soft", "round"]


class BrandLinks(Body):
    """Pages of the merchant's own that each page and mail of a shopper leads to."""

    imprint: _Address | None = None
    privacy: _Address | None = None
    contact: _Address | None = None


class Brand(Body):
    """How a merchant looks to shoppers: in the portal, in mails.

    Args:
        color: Of buttons, and of links in a shade of it; our own calm blue where it is not said.
        corners: How round buttons and cards are.
        font: The reader's own, or the merchant's, once it was put.
        sender: The name mails come from; the workspace's where it is not said.
        links: Where shoppers find out who the merchant is.
    """

    color: Colour | None = None
    corners: Corners = "soft"
    font: Literal["system", "own"] = "system"
    sender: Annotated[str, Meta(min_length=1, max_length=SENDER_LENGTH_MAX)] | None = None
    links: BrandLinks = BrandLinks()

    def check(self) -> None:
        """See what types cannot.

        Raises:
            InvalidRequest: Naming everything that is wrong.
        """
        errors = [
            FieldError(pointer=f"/links/{name}", code="bad_value", detail=detail)
            for name in BrandLinks.__struct_fields__
            if (address := getattr(self.links, name)) is not None
            and (detail := _wrong(name, address)) is not None
        ]
        if self.sender is not None and not _SENDER.fullmatch(self.sender):
            detail = "A sender is a name on one line, without quotes, <, > and \\."
            errors.append(FieldError(pointer="/sender", code="bad_value", detail=detail))
        if errors:
            raise InvalidRequest(*errors)


def _wrong(name: str, address: str) -> str | None:
    if _PAGE.fullmatch(address) or (name == "contact" and _MAIL.fullmatch(address)):
        return None
    if name == "contact":
        return "Give a page's https:// address, or mailto: and an address for mail."
    return "Give the page's https:// address."


class BrandKept(Body):
    """A brand as it is kept: beside it the font's digest, and the pages that may frame ours."""

    said: Brand = Brand()
    font: str | None = None
    hosts: tuple[str, ...] = ()


_KEPT: Final = msgspec.json.Decoder(BrandKept)


def kept_brand(text: str | None) -> BrandKept:
    """Read what is kept; nothing of a brand's own where nothing was said."""
    return BrandKept() if text is None else _KEPT.decode(text)
