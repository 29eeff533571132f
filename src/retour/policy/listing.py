"""Allow and block lists: which entry speaks of a line, and what that comes to.

One rule for all conflicts: the most specific entry speaks (order number, e-mail address, phone
number, address, SKU, in this order); one value stands on one list at most, so there are no ties.
Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from retour.policy.facts import Asked, Occasion
from retour.policy.history import Listing

ALLOW: Final = "allow"
BLOCK: Final = "block"
LISTS: Final = (ALLOW, BLOCK)
KINDS: Final = ("order", "email", "phone", "address", "sku")
"""What can be listed, the most specific first."""
WORDS: Final = {
    "order": "order",
    "email": "e-mail address",
    "phone": "phone number",
    "address": "address",
    "sku": "article",
}
TO_SHOPPERS: Final[dict[str, str]] = {
    "en": "This return cannot be accepted. Please contact us.",
    "de": "Diese Rücksendung kann nicht angenommen werden. Bitte melden Sie sich bei uns.",
    "fr": "Ce retour ne peut pas être accepté. Veuillez nous contacter.",
    "nl": "Deze retourzending kan niet worden geaccepteerd. Neem contact met ons op.",
    "pl": "Ten zwrot nie może zostać przyjęty. Prosimy o kontakt.",
    "es": "No podemos aceptar esta devolución. Póngase en contacto con nosotros.",
    "it": "Questo reso non può essere accettato. La preghiamo di contattarci.",
}
"""What a shopper is told; that there is a list is nobody's business."""


def entry_for(line: Asked, occasion: Occasion) -> Listing | None:
    """Give the entry that speaks of a line."""
    about = [one for one in occasion.listed if one.sku is None or one.sku == line.sku]
    return min(about, key=lambda one: KINDS.index(one.kind), default=None)


def allows(entry: Listing | None) -> bool:
    """Say whether the entry lets in what the window, final sale and risk would keep out."""
    return entry is not None and entry.list == ALLOW


def is_allowed(lines: Sequence[Asked], occasion: Occasion) -> bool:
    """Say whether every line is allowed, so that there is no risk to speak of."""
    return bool(lines) and all(allows(entry_for(line, occasion)) for line in lines)


def told(entry: Listing) -> str:
    """Say what the entry comes to, for agents."""
    what = f"The {WORDS[entry.kind]} is on the {entry.list} list ({entry.id}): {entry.reason}"
    if entry.list == ALLOW:
        return f"{what.rstrip('.')}. The window, final sale and risk are not asked."
    return f"{what.rstrip('.')}."
