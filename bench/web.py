"""Child: one HTTP server, either the product's application or the bare minimum around its handler.

Bare is an ASGI function that decodes the body, calls the use case and sends the bytes: what is
left when authentication, routing, limits, problems, metrics and logs are taken away.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from bench.children import Questions, answer, run
from bench.ground import ACTOR, SOURCE, open_house
from retour.api.app import build
from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.lifecycle.commands import Authorize
from retour.wiring.serving import bind, listening


def bare(house: House, workspace_id: int) -> Callable[..., Awaitable[None]]:
    """Make the least application that can authorize a return."""
    decoder = msgspec.json.Decoder(Authorize)

    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        message = await receive()
        asked = Asked(
            workspace_id=workspace_id,
            plan=(decoder.decode(message["body"]),),
            actor=ACTOR,
            source=SOURCE,
            return_id=scope["path"].split("/")[-2],
        )
        outcome = await execute(house, asked)
        is_done = isinstance(outcome, Done)
        body = outcome.body if isinstance(outcome, Done) else b"refused"
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ]
        status = 200 if is_done else 409
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


@asynccontextmanager
async def plainly(app: Any, taken: Any) -> Any:  # noqa: ANN401 - uvicorn's own
    """Serve with uvicorn as it comes, without its logs."""
    config = uvicorn.Config(app, loop="none", http="httptools", lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([taken]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells no other way
        await asyncio.sleep(0.002)
    yield
    server.should_exit = True
    await serving


def _served(told: dict[str, Any], house: House, taken: Any) -> AbstractAsyncContextManager[None]:  # noqa: ANN401 - a socket
    if told["kind"] == "api":
        return listening(build(house), taken)
    return plainly(bare(house, told["workspace"]), taken)


async def main(told: dict[str, Any], questions: Questions) -> None:
    """Serve until there are no more questions; each is answered with the time worked so far."""
    house = open_house(told["admin_dsn"], Path(told["data"]))
    await house.database.pool()  # Opened before the first request, as no burst meets it cold.
    taken = bind("127.0.0.1", 0)
    async with _served(told, house, taken):
        answer({"port": taken.getsockname()[1]})
        while await questions.next() is not None:
            answer({"cpu_s": time.process_time()})
    await house.templates.close()
    await house.database.close()


if __name__ == "__main__":
    run(main)
