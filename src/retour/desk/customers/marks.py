"""By what a customer is known again: e-mail address, phone number, shipping address.

Each is brought into one form, so that another way to write the same is the same, and digested under
a key of the workspace's own.  What cannot be brought into a form leaves no mark.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import phonenumbers

from retour.store.judging import Mark

if TYPE_CHECKING:
    from retour.lifecycle.model import Address, Customer
    from retour.store.secrets import Vault

_DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})
"""Domains that ignore dots before the @."""
_NOT_WORDS: Final = re.compile(r"[\W_]+")
_STREET: Final = re.compile(r"(?:strasse|str)\b")


def marks_of(vault: Vault, workspace_id: int, customer: Customer) -> tuple[Mark, ...]:
    """Give the marks of an order's customer."""
    address = customer.shipping_address
    forms = {
        "email": email_form(customer.email),
        "phone": phone_form(customer.phone or "", region_of(customer)),
        "address": None if address is None else address_form(address),
    }
    return tuple(
        Mark(kind, vault.identity(workspace_id, kind, form))
        for kind, form in forms.items()
        if form is not None
    )


def region_of(customer: Customer) -> str | None:
    """Say in which country a phone number without a country code would be."""
    address = customer.shipping_address
    return customer.country or (None if address is None else address.country)


def email_form(text: str) -> str | None:
    """Bring an e-mail address into one form: small letters, without what stands after a plus."""
    local, at, domain = text.strip().casefold().rpartition("@")
    if not (local and at and domain):
        return None
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def phone_form(text: str, region: str | None) -> str | None:
    """Bring a phone number into its international form (E.164)."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def address_form(address: Address) -> str | None:
    """Bring an address into one form: country, postcode and street, without case and accents.

    Who lives there is left out, and so is the city, which the postcode says.
    """
    street = " ".join(one for one in (address.street, address.street2) if one)
    parts = (address.country or "", (address.postcode or "").replace(" ", ""), street)
    country, postcode, line = (_plain(part) for part in parts)
    line = _STREET.sub("str", line).replace(" str", "str")
    return f"{country}|{postcode}|{line}" if postcode and line else None


def _plain(text: str) -> str:
    """Leave letters and digits, small and without accents, one space between words."""
    bare = "".join(
        one
        for one in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(one)
    )
    return _NOT_WORDS.sub(" ", bare).strip()
