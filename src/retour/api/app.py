"""The application: every row of the route table at its path, in one Litestar app.

Screens and inbound hooks join as further handlers; ``wiring`` puts the result on a socket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import structlog
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import asgi

from retour.api.door import Door, read_request_id
from retour.api.limits import BODY_TIMEOUT_S
from retour.api.problems import CATALOGUE, CONTENT_TYPE, Problem, not_found
from retour.api.table import HOOK_ROUTES, OPEN_ROUTES, ROUTES, SPOKEN_ROUTES

if TYPE_CHECKING:
    from litestar.types import ControllerRouterHandler

    from retour.desk.house import House

App = Litestar
_LOG: Final = structlog.get_logger("retour.api")
_MOUNTS: Final = (
    "/v1/workspaces",
    "/v1/brands",
    "/api",
    "/schemas",
    "/hooks",
    "/photos",
    "/labels",
    "/v1/shopper",
)
"""Prefixes that this door serves by its own table; all others are free for other doors."""
_INTERNAL: Final = Problem(
    code="internal_error", detail="Something went wrong on our side. Tell us the request id."
)


def build(
    house: House,
    *,
    extra: Sequence[ControllerRouterHandler] = (),
    body_timeout_s: float = BODY_TIMEOUT_S,
) -> Litestar:
    """Make the ASGI application of one house.

    Args:
        extra: Handlers of other doors, such as screens; their errors are problems too, unless they
            bring exception handlers of their own.
        body_timeout_s: How long a body may take to arrive.
    """
    rows = (*ROUTES, *SPOKEN_ROUTES, *HOOK_ROUTES, *OPEN_ROUTES)
    door = Door(house, rows, body_timeout_s=body_timeout_s)

    # By ASGI alone: no injection, no conversion, bytes in and bytes out.
    async def serve(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        await door.serve(scope, receive, send)

    plain = [route.path for route in OPEN_ROUTES if not route.path.startswith(_MOUNTS)]
    return Litestar(
        route_handlers=[
            asgi(list(_MOUNTS), name="api", is_mount=True, copy_scope=False)(serve),
            asgi(plain, name="api-open", copy_scope=False)(serve),
            *extra,
        ],
        openapi_config=None,
        logging_config=None,
        exception_handlers={HTTPException: _refuse, Exception: _fail},
    )


def _refuse(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what Litestar itself refuses, such as a path that nobody serves."""
    by_status = {404: not_found("address")}
    problem = by_status.get(error.status_code) or _of_status(error)
    headers = {name: str(value) for name, value in (error.headers or {}).items()}
    return _response(request, problem, headers)


def _of_status(error: HTTPException) -> Problem:
    for code, kind in CATALOGUE.items():
        if kind.status == error.status_code:
            return Problem(code=code, detail=error.detail or kind.about)
    return Problem(code="bad_header", detail=error.detail or "The request cannot be understood.")


def _fail(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a bug in a handler of another door."""
    _LOG.error("internal error", path=request.scope["path"], exc_info=error)
    return _response(request, _INTERNAL, {})


def _response(
    request: Request[Any, Any, Any], problem: Problem, headers: Mapping[str, str]
) -> Response[bytes]:
    request_id = read_request_id(dict(request.scope["headers"]))
    return Response(
        problem.encode(request_id),
        status_code=problem.status,
        media_type=CONTENT_TYPE.decode(),
        headers={**headers, "x-request-id": request_id, "x-content-type-options": "nosniff"},
    )
