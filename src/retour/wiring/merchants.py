"""The merchants of the demonstration: who they are and what they sold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Something a merchant sells."""

    sku: str
    title: str
    price: str
    upc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A merchant of the demonstration."""

    name: str
    zone: str
    currency: str
    tax_rate: str
    country: str
    articles: tuple[Article, ...]


MERCHANTS: Final = (
    Merchant(
        name="Fjordlys Outdoor",
        zone="Europe/Berlin",
        currency="EUR",
        tax_rate="19",
        country="DE",
        articles=(
            Article(
                sku="JKT-STORM-M", title="Storm jacket, M", price="189.00", upc="4006381333931"
            ),
            Article(
                sku="BOOT-TRAIL-42", title="Trail boots, 42", price="129.95", upc="4006381333948"
            ),
            Article(sku="MUG-ENAMEL", title="Enamel mug", price="14.90", upc="4006381333955"),
            Article(sku="PACK-28L", title="Day pack, 28 l", price="84.50", upc="4006381333962"),
        ),
    ),
    Merchant(
        name="Lumen & Oak",
        zone="Europe/London",
        currency="GBP",
        tax_rate="20",
        country="GB",
        articles=(
            Article(sku="LAMP-ARC", title="Arc floor lamp", price="240.00", upc="5012345678900"),
            Article(
                sku="SHADE-LINEN", title="Linen shade, natural", price="38.00", upc="5012345678917"
            ),
            Article(sku="BULB-E27-W", title="Warm bulb, E27", price="6.75", upc="5012345678924"),
        ),
    ),
    Merchant(
        name="Kirsch Kids",
        zone="Europe/Amsterdam",
        currency="EUR",
        tax_rate="21",
        country="NL",
        articles=(
            Article(sku="ROMPER-86", title="Cherry romper, 86", price="24.95", upc="8712345678906"),
            Article(sku="SOCKS-3P", title="Socks, three pairs", price="9.95", upc="8712345678913"),
            Article(sku="RAINSUIT-98", title="Rain suit, 98", price="49.00", upc="8712345678920"),
        ),
    ),
)

_CUSTOMERS: Final = (
    ("Mira Sand", "mira.sand@example.com"),
    ("Jonas Brekke", "jonas.brekke@example.com"),
    ("Aiko Tanaka", "aiko.tanaka@example.com"),
    ("Zoë van Dam", "zoe.van.dam@example.com"),
    ("Łukasz Nowak", "lukasz.nowak@example.com"),
    ("Inés Prieto", "ines.prieto@example.com"),
)
ORDERS_EACH: Final = 12


def customer_of(merchant: Merchant, index: int) -> dict[str, object]:
    """Give who bought a merchant's ``index``-th order."""
    name, email = _CUSTOMERS[index % len(_CUSTOMERS)]
    return {"email": email, "name": name, "country": merchant.country}


def line_of(merchant: Merchant, index: int, line: str, quantity: int) -> dict[str, object]:
    """Give an order's line of a merchant's ``index``-th article."""
    article = merchant.articles[index % len(merchant.articles)]
    return {
        "id": line,
        "sku": article.sku,
        "upc": article.upc,
        "title": article.title,
        "quantity": quantity,
        "unit_price": article.price,
        "tax_rate": merchant.tax_rate,
    }


def order_of(merchant: Merchant, index: int, now: datetime) -> tuple[str, dict[str, object]]:
    """Give the number and body of a merchant's ``index``-th order, delivered some days ago."""
    count = 1 + index % len(merchant.articles)
    lines = [
        line_of(merchant, index + step, str(step + 1), 1 + (index + step + 1) % 2)
        for step in range(count)
    ]
    delivered_at = now - timedelta(days=2 + index)
    number = f"{1000 + index}"
    return number, {
        "currency": merchant.currency,
        "customer": customer_of(merchant, index),
        "ordered_at": (delivered_at - timedelta(days=3)).isoformat(),
        "delivered_at": delivered_at.isoformat(),
        "shipping": "4.95",
        "payments": [{"id": f"pay-{number}", "processor": "sandbox", "captured": "2000.00"}],
        "lines": lines,
    }


def story_order(now: datetime) -> dict[str, object]:
    """Give the order of the return that is played: three lines, one of them with a discount."""
    return {
        "currency": "EUR",
        "customer": {"email": "mira.sand@example.com", "name": "Mira Sand", "country": "DE"},
        "ordered_at": (now - timedelta(days=6)).isoformat(),
        "delivered_at": (now - timedelta(days=2)).isoformat(),
        "shipping": "4.95",
        "payments": [{"id": "pay-story", "processor": "sandbox", "captured": "423.80"}],
        "lines": [
            {
                "id": "1",
                "sku": "JKT-STORM-M",
                "title": "Storm jacket, M",
                "quantity": 1,
                "unit_price": "189.00",
                "tax_rate": "19",
            },
            {
                "id": "2",
                "sku": "BOOT-TRAIL-42",
                "title": "Trail boots, 42",
                "quantity": 1,
                "unit_price": "129.95",
                "tax_rate": "19",
            },
            {
                "id": "3",
                "sku": "MUG-ENAMEL",
                "title": "Enamel mug",
                "quantity": 7,
                "unit_price": "14.90",
                "discount": "4.40",
                "tax_rate": "19",
            },
        ],
    }
