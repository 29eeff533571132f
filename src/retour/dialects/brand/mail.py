"""What mails show of a merchant: name, logo, colours, and where their foot leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypedDict

import msgspec

from retour.dialects.brand.brand import BrandKept, kept_brand
from retour.dialects.brand.tokens import DARK, LIGHT, tokens
from retour.dialects.brand.words import LINKS
from retour.dialects.withdrawal.labels import FALLBACK, LABELS, Label, language_of
from retour.policy.model import ConsumerLaw

_CALM_BLUE: Final = "#1F5FBF"
_RADII: Final = {"sharp": "2px", "soft": "8px", "round": "22px"}
_UNNAMED: Final = re.compile(r"[<>\"\\\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]+")
_SENDER_LENGTH_MAX: Final = 64


class MailBrand(TypedDict):
    """The parts of a mail's page that are the merchant's, by the names the page gives them."""

    name: str
    color: str
    color_dark: str
    ground: str
    on_ground: str
    edge: str
    radius: str
    logo_url: str | None
    links: tuple[tuple[str, str], ...]


class _Papers(msgspec.Struct, frozen=True):
    logo: str | None = None


class _Withdrawals(msgspec.Struct, frozen=True):
    who: ConsumerLaw = ConsumerLaw.EU
    labels: dict[str, Label] = {}


_PAPERS: Final = msgspec.json.Decoder(_Papers)
_WITHDRAWALS: Final = msgspec.json.Decoder(_Withdrawals)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFace:
    """A merchant as their mails show them.

    Args:
        logo: The picture's digest.
        withdrawals: Who may withdraw, and by which labels.
    """

    merchant: str
    kept: BrandKept
    logo: str | None
    withdrawals: _Withdrawals

    def sender(self, mail_from: str) -> str:
        """Give the address mails come from under the merchant's name."""
        name = _UNNAMED.sub(" ", self.kept.said.sender or self.merchant).strip()
        mailbox = mail_from.rpartition("<")[2].rstrip("> ").strip()
        return f"{name[:_SENDER_LENGTH_MAX].strip()} <{mailbox}>" if name else mail_from

    def brand(self, *, home: str, language: str, is_customers: bool) -> MailBrand:
        """Give the parts of a mail's page.

        Args:
            home: The address of the shop's first page for shoppers.
            is_customers: Whether a customer reads it, who is told where to withdraw.
        """
        said = self.kept.said
        light, dark = (tokens(said.color or _CALM_BLUE, scheme) for scheme in (LIGHT, DARK))
        logo = f"{home}/brand/{self.logo}.jpg"
        is_shown = self.logo is not None and logo.startswith("https://")
        return MailBrand(
            name=self.merchant,
            color=light.ink,
            color_dark=dark.ink,
            ground=light.ground,
            on_ground=light.on_ground,
            edge=light.edge,
            radius=_RADII[said.corners],
            logo_url=logo if is_shown else None,
            links=self._links(home, language) if is_customers else (),
        )

    def _links(self, home: str, language: str) -> tuple[tuple[str, str], ...]:
        """Name what a customer's mail ends with: where to withdraw, and who the merchant is."""
        spoken = language_of(language, LABELS)
        words = LINKS.get(spoken, LINKS[FALLBACK])
        label = self.withdrawals.labels.get(spoken, LABELS[spoken])
        entry = (label.entry, f"{home}/withdraw?lang={spoken}")
        own = (
            (words[name], address)
            for name in ("contact", "privacy", "imprint")
            if (address := getattr(self.kept.said.links, name)) is not None
        )
        return (*(() if self.withdrawals.who is ConsumerLaw.OFF else (entry,)), *own)


def mail_face(
    merchant: str, brand: str | None, papers: str | None, withdrawals: str | None
) -> MailFace:
    """Read a merchant's face from what is kept, each part as JSON."""
    return MailFace(
        merchant=merchant,
        kept=kept_brand(brand),
        logo=None if papers is None else _PAPERS.decode(papers).logo,
        withdrawals=_Withdrawals() if withdrawals is None else _WITHDRAWALS.decode(withdrawals),
    )


def foot(brand: MailBrand, *, is_signed: bool = False) -> str:
    """Write the foot of a mail's text part.

    Args:
        is_signed: Whether the text ends with the merchant's name already.
    """
    links = "".join(f"{label}: {address}\n" for label, address in brand["links"])
    return links if is_signed else f"\n-- \n{brand['name']}\n{links}"
