"""What a language must have to speak to customers."""

from __future__ import annotations

import msgspec

from retour.dialects.notification.coming_words import ByWay
from retour.dialects.notification.ways import Said


class CustomerLanguage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything said to customers in one language.

    ``said`` gives per word of 12Return's the subject and the opening sentence; the others are
    what stands before a value or, for ``open``, ``print`` and ``code``, on a button.  ``ways`` are
    the same of a parcel that is ready, where its way asks for other words, and ``coming`` per word
    of goods that are to come.
    """

    order: str
    reference: str
    tracking: str
    label: str
    total: str
    foreseen: str
    item: str
    quantity: str
    open: str
    print: str
    code: str
    choose: str
    send: str
    bring: str
    ways: Said
    coming: ByWay
    said: dict[str, tuple[str, str]]
