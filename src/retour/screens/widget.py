"""The widget's script: one file, with what one shop says in it."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import Any, Final

import msgspec
from litestar import Request, Response, get

from retour.desk.brand.widget import shop_in_widget
from retour.desk.house import House
from retour.screens.forms import query_of

_PLACE: Final = b"/*SHOP*/ null"
_ESCAPED: Final = {b"<": b"\\u003c", b"\xe2\x80\xa8": b"\\u2028", b"\xe2\x80\xa9": b"\\u2029"}
_HEADERS: Final = {
    "cache-control": "public, max-age=300",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
}
"""For scripts of other people's pages, whatever these ask of what they load."""


def routes(house: House) -> list[Any]:
    """Make the script's handler."""
    script = resources.files("retour.screens").joinpath("static", "widget.js").read_bytes()
    assert script.count(_PLACE) == 1, "the script has one place for its shop"

    @get("/widget.js")
    async def widget(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Give the script for a shop; for none it does nothing, and links stay links."""
        shop = await shop_in_widget(house, query_of(request).get("workspace", ""))
        said = msgspec.json.encode(shop)
        for plain, escaped in _ESCAPED.items():
            said = said.replace(plain, escaped)
        body = script.replace(_PLACE, said)
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers = {**_HEADERS, "etag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=headers)
        return Response(body, media_type="text/javascript", headers=headers)

    return [widget]
