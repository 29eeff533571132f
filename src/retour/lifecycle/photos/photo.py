"""A photo as a return keeps it: what it shows, who attached it when; its bytes lie elsewhere.

Pure data; attaching and erasing are ``picturing``'s.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from retour.kernel.value import Value
from retour.lifecycle.actors import Actor


class PhotoAbout(StrEnum):
    """What a photo shows."""

    RETURN = "return"
    LINE = "line"
    UNIT = "unit"
    RECEIPT = "receipt"
    PARCEL = "parcel"
    MESSAGE = "message"  # Came with a message, whatever it shows.


class PhotoMoment(StrEnum):
    """Which half of a pair a photo is."""

    BEFORE = "before"
    AFTER = "after"


class PhotoFacts(Value):
    """A photo that has been uploaded, as far as a decision needs it.

    Args:
        digest: SHA-256 of the large JPEG, in hexadecimal digits.
        of: The return that has it already.
    """

    id: str
    width: int
    height: int
    digest: str
    of: str | None = None


class Photo(Value):
    """A photo attached to something of a return.

    Args:
        of: The id of what it shows; None where that is the return as a whole.
        pair: The photo that shows the same before.
        erased_at: Since when its bytes are gone; the rest stays.
    """

    id: str
    about: PhotoAbout
    at: datetime
    by: Actor
    width: int
    height: int
    digest: str
    of: str | None = None
    moment: PhotoMoment | None = None
    pair: str | None = None
    erased_at: datetime | None = None
    erased_by: Actor | None = None
