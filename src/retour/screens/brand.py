"""A merchant's style, font and logo, under addresses that change when they do."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath

from retour.desk.brand.serving import served
from retour.desk.house import House
from retour.kernel.ids import workspace_number
from retour.screens.pages import HEADERS

_FOREVER: Final = "public, max-age=31536000, immutable"


def routes(house: House) -> list[Any]:
    """Make the handler of a brand's files."""

    @get("/p/{workspace:str}/brand/{name:str}")
    async def file(
        request: Request[Any, Any, Any], workspace: FromPath[str], name: FromPath[str]
    ) -> Response[bytes]:
        """Give one; what the brand no longer says is not there."""
        workspace_id = workspace_number(workspace)
        found = None if workspace_id is None else await served(house, workspace_id, name)
        if found is None:
            headers = {**HEADERS, "cache-control": "no-store"}
            return Response(b"", status_code=404, media_type="text/plain", headers=headers)
        tag = f'"{name.partition(".")[0]}"'
        headers = {**HEADERS, "cache-control": _FOREVER, "etag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=headers)
        return Response(found[1], media_type=found[0], headers=headers)

    return [file]
