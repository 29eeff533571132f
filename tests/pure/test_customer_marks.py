"""One form is made of each way to write the same, and a digest that says nothing elsewhere."""

from __future__ import annotations

import pytest

from retour.desk.customers.marks import address_form, email_form, marks_of, phone_form
from retour.lifecycle.model import Address, Customer
from retour.store.secrets import Vault

VAULT = Vault(bytes(32))
ADDRESS = Address(street="Große Str. 12", postcode="101 15", country="DE")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Ann@Example.com", "ann@example.com"),
        ("  ann+shoes@example.com ", "ann@example.com"),
        ("a.n.n@gmail.com", "ann@gmail.com"),
        ("ann@googlemail.com", "ann@gmail.com"),
        ("a.nn@example.com", "a.nn@example.com"),
        ("+@example.com", "+@example.com"),
        ("ann", None),
        ("@example.com", None),
    ],
)
def test_an_email_address_has_one_form(text: str, form: str | None) -> None:
    assert email_form(text) == form


@pytest.mark.parametrize(
    ("text", "region", "form"),
    [
        ("030 901820", "DE", "+4930901820"),
        ("+49 (0)30 / 90 18 20", None, "+4930901820"),
        ("0049 30 901820", "DE", "+4930901820"),
        ("030 901820", None, None),
        ("0", "DE", None),
        ("call me", "DE", None),
        ("", "DE", None),
        ("030 901820", "XX", None),
    ],
)
def test_a_phone_number_has_one_form(text: str, region: str | None, form: str | None) -> None:
    assert phone_form(text, region) == form


@pytest.mark.parametrize(
    "same",
    [
        Address(street="GROSSE STRASSE 12", postcode="10115", country="de", name="Ann"),
        Address(street="große straße 12", postcode="10115", country="DE", city="Berlin"),
        Address(street="Grosse Str. 12", street2="", postcode="10115", country="DE"),
    ],
)
def test_an_address_has_one_form(same: Address) -> None:
    assert address_form(same) == address_form(ADDRESS)


@pytest.mark.parametrize(
    "other",
    [
        Address(street="Große Str. 13", postcode="10115", country="DE"),
        Address(street="Große Str. 12", postcode="10115", country="AT"),
        Address(street="Große Str. 12", street2="Hinterhaus", postcode="10115", country="DE"),
        Address(postcode="10115", country="DE"),
        Address(street="Große Str. 12", country="DE"),
    ],
)
def test_another_address_is_another(other: Address) -> None:
    assert address_form(other) != address_form(ADDRESS)


def test_what_has_no_form_leaves_no_mark() -> None:
    bare = Customer(email="nobody", phone="?", shipping_address=Address(city="Berlin"))
    assert marks_of(VAULT, 1, bare) == ()


def test_a_digest_belongs_to_one_workspace_and_one_kind() -> None:
    customer = Customer(email="a@b.de", phone="+4930901820", shipping_address=ADDRESS)
    here, there = marks_of(VAULT, 1, customer), marks_of(VAULT, 2, customer)

    assert [mark.kind for mark in here] == ["email", "phone", "address"]
    assert marks_of(Vault(bytes(32)), 1, customer) == here
    assert not {mark.digest for mark in here} & {mark.digest for mark in there}
    assert not {mark.digest for mark in here} & {
        mark.digest for mark in marks_of(Vault(bytes(31) + b"x"), 1, customer)
    }
    assert VAULT.identity(1, "email", "same") != VAULT.identity(1, "phone", "same")
