"""Signing in: a password, then a code where one is asked for; all wrong guesses sound alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retour.desk.people import pacing, passwords, persons, sessions

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.people.persons import Person
    from retour.desk.people.sessions import Browser


@dataclass(frozen=True, slots=True, kw_only=True)
class In:
    """Signed in: the token that the browser brings from now on."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAsked:
    """The password was right; a code from the person's own device is asked for as well.

    Args:
        mark: Stands for the password that was right; another password has another.
    """

    person_id: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Address and password do not go together; which of them is not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooOften:
    """Too many guesses; good again after some seconds."""

    wait_s: int


Answer = In | CodeAsked | Wrong | TooOften


async def by_password(house: House, email: str, password: str, browser: Browser) -> Answer:
    """Sign somebody in by their password."""
    person = await checked(house, email, password, browser)
    if not isinstance(person, persons.Person):
        return person
    if person.code_secret is not None:
        return CodeAsked(person_id=person.id, mark=mark_of(house, person))
    return In(token=await sessions.begin(house, person.id, way=sessions.PLAIN, browser=browser))


def mark_of(house: House, person: Person) -> str:
    """Give what a sign-in in two steps is good by: half of it ends with the password."""
    return house.vault.mark("half", f"{person.id}/{person.password}").hex()


async def checked(
    house: House, email: str, password: str, browser: Browser
) -> Person | Wrong | TooOften:
    """Say whose password this is; the work is the same whether there is such an account."""
    key = persons.email_key(email)[: persons.EMAIL_LENGTH_MAX]
    account = pacing.counted_for(key, browser.known)
    network = ("network", pacing.network_of(browser.address))
    if wait_s := await pacing.wait_for(house, account, network):
        return TooOften(wait_s=wait_s)
    person = await persons.by_email(house, email)
    if not await passwords.matches(None if person is None else person.password, password):
        return Wrong()
    assert person is not None, "nobody's password is right"
    await pacing.forgive(house, account)
    await pacing.uncount(house, *network)
    return person
