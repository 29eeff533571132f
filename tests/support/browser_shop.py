"""A shop to look at with a browser: its orders and returns, made by the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from tests.support.running import JSON, Api, Retour
from tests.support.story import settle

EMAIL: Final = "mira.sand@example.com"
POSTCODE: Final = "10115"
NAME: Final = "Mira Sand"
GOODS: Final = (
    ("BOOT-38", "Chelsea boots, oiled leather, 38", "149.00", 1),
    ("SOCK-3", "Wool socks, three pairs", "24.90", 2),
    ("CARE-1", "Leather balm, 100 ml", "9.50", 1),
)

RECEIVED: Final = {"line": "1", "quantity": 1}
_Way = tuple[tuple[str, JSON], ...]
AUTHORIZED: Final[_Way] = (("authorize", {}),)
SHIPPED: Final[_Way] = (*AUTHORIZED, ("ship", {}))
WAYS: Final[dict[str, _Way]] = {
    "requested": (),
    "authorized": AUTHORIZED,
    "canceled": (("cancel", {"reason": "Keeps them."}),),
    "rejected": (("reject", {"reason": "Worn outside, as the soles show."}),),
    "shipped": SHIPPED,
    "received": (*SHIPPED, ("receive", {"units": [RECEIVED]})),
}
"""What is done to a return so that it stands somewhere."""


def order(email: str = EMAIL, name: str = NAME, **changes: Any) -> JSON:  # noqa: ANN401 - any JSON
    """Give an order as a shop would have it, delivered yesterday."""
    lines = [
        {
            "id": str(index),
            "sku": sku,
            "title": title,
            "quantity": quantity,
            "unit_price": price,
            "tax_rate": "19",
        }
        for index, (sku, title, price, quantity) in enumerate(GOODS, start=1)
    ]
    address = {"postcode": POSTCODE, "country": "DE", "city": "Berlin", "street": "Torstr. 1"}
    return {
        "currency": "EUR",
        "customer": {"email": email, "name": name, "addresses": {"shipping": address}},
        "delivered_at": "2026-11-20T12:00:00Z",
        "payments": [{"id": "pay-1", "processor": "sandbox", "captured": "1000.00"}],
        "lines": lines,
        **changes,
    }


@dataclass(kw_only=True)
class Shop:
    """One workspace, spoken to by its first key."""

    api: Api
    base: str
    numbers: count[int] = field(default_factory=lambda: count(1001))
    seats: dict[str, tuple[float, dict[str, str]]] = field(
        default_factory=dict[str, tuple[float, dict[str, str]]]
    )
    """When people signed in, by the monotonic clock, and their cookies, by their role."""

    def sold(self, **changes: Any) -> str:  # noqa: ANN401 - any JSON
        """Put an order; gives its number."""
        number = f"{next(self.numbers)}"
        self.api.ask("PUT", f"/orders/{number}", order(**changes))
        return number

    def portal(self, language: str = "en", number: str = "") -> str:
        """Give the path of the portal's first page."""
        more = f"&order={number}" if number else ""
        return f"/p/{self.api.workspace}?lang={language}{more}"

    def withdraw(self, language: str = "en") -> str:
        """Give the path where consumers withdraw."""
        return f"/p/{self.api.workspace}/withdraw?lang={language}"

    def asked(self, number: str = "", **line: Any) -> JSON:  # noqa: ANN401 - any JSON
        """Ask for a return of the first line's goods."""
        wanted = {"line": "1", "quantity": 1, "reason": "Too small", **line}
        body = {"order_number": number or self.sold(), "lines": [wanted]}
        return self.api.ask("POST", "/returns", body)

    def act(self, ret: JSON, command: str, **body: Any) -> JSON:  # noqa: ANN401 - any JSON
        """Do something with a return."""
        return self.api.ask("POST", f"/returns/{ret['id']}/{command}", body)

    def standing(self, status: str) -> JSON:
        """Give a return that stands where it was asked to."""
        ret = self.asked()
        for command, body in WAYS[status]:
            self.act(ret, command, **body)
        return ret

    def paid(self) -> JSON:
        """Give a return that was paid back."""
        ret = self.standing("received")
        judged = {"line": "1", "quantity": 1, "acceptance": "accepted", "grade": "A"}
        self.act(ret, "inspect", units=[judged])
        self.act(ret, "finish_receipt")
        settle(self.api, ret["id"])
        return ret

    def read(self, ret: JSON) -> JSON:
        """Read a return as it stands."""
        return self.api.ask("GET", f"/returns/{ret['id']}")

    def returns(self, number: str) -> list[JSON]:
        """List the returns of an order."""
        found: list[JSON] = self.api.ask("GET", f"/returns?order_number={number}")["data"]
        return [one for one in found if one["order_number"] == number]

    def follow(self, ret: JSON, language: str = "en") -> str:
        """Give the path of a return's own page."""
        link = self.api.ask("POST", f"/returns/{ret['id']}/shopper-link", {})
        return f"/follow/{link['token']}?lang={language}"


class Shops:
    """Shops of one server that have arranged something, one for each thing."""

    def __init__(self, server: Retour, name: str = "Test") -> None:
        self._server = server
        self._name = name
        self._made: dict[str, Shop] = {}

    def plain(self) -> Shop:
        """Make a shop that arranged nothing."""
        return Shop(api=self._server.workspace(self._name), base=self._server.base)

    def kept(self, name: str, arrange: Callable[[Shop], object] | None = None) -> Shop:
        """Give the shop of a name, arranged once; nobody who comes to it changes anything."""
        if name not in self._made:
            self._made[name] = self.plain()
            if arrange is not None:
                arrange(self._made[name])
        return self._made[name]

    def forget_guesses(self) -> None:
        """Let nobody wait any more who guessed too often."""
        self._server.forget_guesses()

    def arranged(self, path: str, body: JSON) -> Shop:
        """Give the shop that put ``body`` there."""
        return self.kept(f"{path} {body}", lambda shop: shop.api.ask("PUT", path, body))
