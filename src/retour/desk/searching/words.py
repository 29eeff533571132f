"""By which words returns and orders are found, and what somebody may have meant by a word.

Numbers and codes are kept as letters and digits only: ``RMA-0012`` is found as ``rma0012``.  What
is personal is kept as a keyed mark: whoever types it finds it, and nobody can read it.
"""

from __future__ import annotations

import base64
import unicodedata
from typing import TYPE_CHECKING, Final

from retour.desk.customers.marks import email_form, phone_form, region_of
from retour.lifecycle.figures import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from retour.lifecycle.model import Customer, Order, Return
    from retour.store.secrets import Vault

WORD_MAX: Final = 80
"""Characters of a word; what is longer is cut, and found as far."""
WORDS_MAX: Final = 400
"""Words of one return; a box of a thousand serials is found by the first of them."""
TAGGED: Final = ("sku", "reason", "channel", "facility", "origin")
"""What a token alone means, the rarest first."""
GUESSED_MIN: Final = 4
"""Characters a word must have before a slip in it is looked for."""
GUESSED_MAX: Final = 32
PREFIX_MIN: Final = 3
_PHONE_DIGITS_MIN: Final = 6
_DIGITS: Final = "0123456789"
_LETTERS: Final = _DIGITS + "abcdefghijklmnopqrstuvwxyz"
_PHONE: Final = "tel"
_MARK: Final = "~"
_MARK_BYTES: Final = 10
_MARK_LENGTH: Final = 16
"""Of what ten bytes are written as, without anything left over."""
_BEGUN: Final = 3
_PLACE: Final = 4
"""Of the mark of its first letters: where a mark lies."""


def fold(text: str) -> str:
    """Leave letters and digits, small and without accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in bare if one.isalnum())[:WORD_MAX]


def tag(name: str, value: str) -> str:
    """Write a word that only a token such as ``sku:`` means."""
    return f"{name}:{fold(value)}"


def standing(status: str, tagged: str) -> str:
    """Write a word of a tag and a status, so that one list holds the returns that have both."""
    return f"={status} {tagged}"


def marks(vault: Vault, workspace_id: int, forms: Sequence[str]) -> list[str]:
    """Write the marks of what is personal, form by form.

    What begins alike lies together in the index, so that a slip behind the beginning is looked for
    in one place instead of a thousand.
    """
    whole = _marked(vault, workspace_id, forms)
    begun = dict.fromkeys(form[:_BEGUN] for form in forms)
    places = dict(zip(begun, _marked(vault, workspace_id, list(begun)), strict=True))
    return [
        _MARK + places[form[:_BEGUN]][:_PLACE] + mark
        for form, mark in zip(forms, whole, strict=True)
    ]


def mark(vault: Vault, workspace_id: int, form: str) -> str:
    """Write the mark of something personal."""
    return marks(vault, workspace_id, (form,))[0]


def former_marks(vault: Vault, workspace_id: int, forms: Sequence[str]) -> list[str]:
    """Write the marks as orders have them that nobody has gone through since they lie together."""
    return [_MARK + one for one in _marked(vault, workspace_id, forms)]


def _marked(vault: Vault, workspace_id: int, forms: Sequence[str]) -> list[str]:
    digests = vault.identities(workspace_id, "search", forms)
    written = base64.b32encode(b"".join(one[:_MARK_BYTES] for one in digests)).decode().lower()
    return [written[n : n + _MARK_LENGTH] for n in range(0, len(written), _MARK_LENGTH)]


def words_of_return(ret: Return, order: Order) -> dict[str, bool]:
    """Give the words of a return, each with whether it is personal."""
    tags = [tag("origin", ret.origin.value)]
    tags += [tag("channel", order.channel)] if order.channel else []
    tags += [tag("facility", one.code) for one in ret.facilities]
    tags += [tag("reason", reason) for n in range(len(ret.lines)) if (reason := reason_of(ret, n))]
    tags += [tag("sku", line.sku) for line in ret.lines]
    said = [line.sku for line in ret.lines]
    said += [unit.serial for line in ret.lines for unit in line.units if unit.serial]
    numbers = [ret.rma_number, ret.id, *(one.tracking_number for one in ret.parcels)]
    words = _bounded((*(fold(one) for one in numbers if one), *tags, *(fold(one) for one in said)))
    # What is folded holds no colon: a word with one is a tag.
    status = ret.status.value
    return words | {standing(status, one): False for one in words if ":" in one}


def words_of_order(
    vault: Vault, workspace_id: int, order: Order, customer: Customer
) -> dict[str, bool]:
    """Give the words of an order: its numbers, and marks of its customer."""
    plain = [order.order_number, order.external_order_id, order.id]
    plain += [one.tracking_number for one in order.shipments]
    plain += [serial for line in order.lines for serial in line.serials]
    words = _bounded(fold(one) for one in plain if one)
    personal = marks(vault, workspace_id, list(_forms(customer)))
    return words | dict.fromkeys(personal, True)


def _bounded(words: Iterable[str]) -> dict[str, bool]:
    kept = dict.fromkeys((word for word in words if word), False)
    return dict(list(kept.items())[:WORDS_MAX])


def _forms(customer: Customer) -> Iterator[str]:
    email = email_form(customer.email)
    if email is not None:
        yield email
        yield fold(email.partition("@")[0])
    phone = phone_form(customer.phone or "", region_of(customer))
    if phone is not None:
        yield from phone_forms(phone)
    yield from (form for part in (customer.name or "").split() if (form := fold(part)))


def phone_forms(text: str) -> Iterator[str]:
    """Give what a phone number is known by: its digits, and the last of them alone."""
    digits = "".join(one for one in text if one.isdecimal())
    if len(digits) >= _PHONE_DIGITS_MIN:
        yield f"{_PHONE}{digits.lstrip('0')}"
        yield f"{_PHONE}{digits[-_PHONE_DIGITS_MIN - 2 :]}"


def personal_forms(text: str) -> tuple[str, ...]:
    """Give what of a person somebody may have typed."""
    email = email_form(text)
    if email is not None:
        return (email,)
    return (fold(text), *phone_forms(text))


def guesses(word: str, letters: str = _LETTERS) -> tuple[str, ...]:
    """Give what one slip makes of a word: a letter more, less, other, or two swapped."""
    if not GUESSED_MIN <= len(word) <= GUESSED_MAX:
        return ()
    cuts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    less = {a + b[1:] for a, b in cuts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    other = {a + one + b[1:] for a, b in cuts if b for one in letters}
    more = {a + one + b for a, b in cuts for one in letters}
    return tuple(sorted((less | swapped | other | more) - {word}))


def personal_guesses(text: str) -> tuple[str, ...]:
    """Give what one slip makes of what of a person somebody may have typed."""
    return tuple(slip for form in personal_forms(text) for slip in _guesses_of(form))


def _guesses_of(form: str) -> tuple[str, ...]:
    """Guess before an ``@`` and behind it; of a telephone number, digits alone."""
    digits = form.removeprefix(_PHONE)
    if digits != form and digits.isdecimal():
        return tuple(f"{_PHONE}{one}" for one in guesses(digits, _DIGITS))
    local, at, domain = form.partition("@")
    if not at:
        return guesses(form)
    name, dot, rest = domain.rpartition(".")
    return (
        *(f"{one}@{domain}" for one in guesses(local)),
        *(f"{local}@{one}{dot}{rest}" for one in guesses(name)),
    )
