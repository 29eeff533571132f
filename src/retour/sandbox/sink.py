"""The sandbox's receivers: an HTTP sink and an SMTP mailbox, each on a port of its own.

They stand apart from the API on purpose: the egress guard lets the sandbox reach them and nothing
else.  A webhook goes to ``http://<sink>/<workspace>/<any name>``, a mail to
``<anything>@<workspace>.sandbox.invalid`` (a hyphen for the underscore, which no domain holds); the
mailbox files what it cannot place under the workspace it was made for.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from retour.kernel.ids import workspace_number

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from retour.sandbox.messages import Messages

_BODY_MAX: Final = 2_000_000
_ASGIMessage = dict[str, Any]


class Sink:
    """Takes every POST of a known workspace's path and answers 200, which every system takes."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def __call__(
        self,
        scope: _ASGIMessage,
        receive: Callable[[], Awaitable[_ASGIMessage]],
        send: Callable[[_ASGIMessage], Awaitable[None]],
    ) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        workspace_id = workspace_number(scope["path"].lstrip("/").partition("/")[0])
        body, more = b"", True
        while more and len(body) <= _BODY_MAX:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status = 404 if workspace_id is None else 413 if len(body) > _BODY_MAX else 200
        if workspace_id is not None and status == 200:  # noqa: PLR2004 - taken
            headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in scope["headers"]
            ]
            headers.append((":path", scope["path"]))
            await self._messages.keep(workspace_id, "http", headers, body)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Mailbox:
    """Takes every mail; the handler that aiosmtpd calls."""

    def __init__(self, messages: Messages, workspace_id: int | None = None) -> None:
        self._messages = messages
        self._workspace_id = workspace_id

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its word
        """Keep one mail once per workspace that it was sent to."""
        del server, session
        body = envelope.original_content or b""
        places = {self._place(address) for address in envelope.rcpt_tos}
        headers = [
            (":from", envelope.mail_from or ""),
            *((":to", address) for address in envelope.rcpt_tos),
        ]
        for workspace_id in places:
            if workspace_id is not None:
                await self._messages.keep(workspace_id, "mail", headers, body)
        return "250 Kept"

    def _place(self, address: str) -> int | None:
        domain = address.rpartition("@")[2].removesuffix(".sandbox.invalid")
        return workspace_number(domain.lower().replace("ws-", "ws_")) or self._workspace_id


async def serve_mailbox(
    messages: Messages, host: str, port: int, *, workspace_id: int | None = None
) -> asyncio.Server:
    """Start the mailbox; it answers when this returns."""
    handler = Mailbox(messages, workspace_id)
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True, data_size_limit=_BODY_MAX, loop=loop),
        host,
        port,
    )
