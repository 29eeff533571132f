"""Steps through the portal as a browser without scripts takes them."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from tests.doors.client import Answer, Client, call
from tests.support.running import order_body

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
EMAIL: Final = "ann@example.com"


async def sold(shop: Client, number: str, **changes: object) -> None:
    """Put an order of Ann's."""
    address = {"postcode": "1012 AB", "country": "NL"}
    customer = {"email": EMAIL, "name": "Ann Other", "addresses": {"shipping": address}}
    body = {**order_body(2, 1), "customer": customer, **changes}
    await shop.ask("PUT", f"/orders/{number}", body)


async def page(shop: Client, address: str, **headers: str) -> Answer:
    """Open a page of the shop's."""
    path, _, query = address.partition("?")
    return await call(shop.app, "GET", path, headers=headers, query=query)


async def press(shop: Client, address: str, fields: dict[str, Any] | None = None) -> Answer:
    """Press a page's button."""
    path, _, query = address.partition("?")
    body = urlencode(fields or {}).encode()
    return await call(shop.app, "POST", path, body, FORM, query=query)


async def on(shop: Client, address: str, fields: dict[str, Any] | None = None) -> str:
    """Press a page's button; gives where it leads."""
    answer = await press(shop, address, fields)
    assert answer.status == 303, text(answer)
    return answer.headers["location"]


def text(answer: Answer) -> str:
    """Give what a page says."""
    return html.unescape(answer.body.decode())


def start(shop: Client, language: str = "en") -> str:
    """Give the first page's address."""
    return f"/p/{shop.workspace}?lang={language}"


async def found(shop: Client, language: str = "en", number: str = "0042") -> str:
    """Find Ann's order."""
    return await on(shop, start(shop, language), {"number": number, "proof": EMAIL})


async def upload(shop: Client, address: str, files: Mapping[str, bytes]) -> Answer:
    """Press a page's button with files."""
    path, _, query = address.partition("?")
    parts = [
        f'--x\r\ncontent-disposition: form-data; name="{name}"; filename="a.jpg"\r\n'
        "content-type: image/jpeg\r\n\r\n".encode()
        + data
        + b"\r\n"
        for name, data in files.items()
    ]
    headers = {"content-type": "multipart/form-data; boundary=x"}
    return await call(shop.app, "POST", path, b"".join(parts) + b"--x--\r\n", headers, query=query)


async def listed(shop: Client) -> list[dict[str, Any]]:
    """List the shop's returns, newest first."""
    return (await shop.ask("GET", "/returns"))["data"]


async def policy_of(shop: Client, **changes: object) -> None:
    """Change the shop's policy."""
    policy = await shop.ask("GET", "/policies/default")
    kept = {"name", "window_days", "approval", "ineligible"}
    body = {name: value for name, value in policy.items() if name in kept}
    await shop.ask("PUT", "/policies/default", {**body, **changes})
