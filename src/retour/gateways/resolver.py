"""Asking the system for addresses without letting a slow name server hold anybody up.

``getaddrinfo`` blocks and cannot be interrupted, so each look-up has a daemon thread of its own, of
which there are only so many. Never here: judging an address (``egress``) or remembering one
(``http``).
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence

from retour.gateways.limits import LOOKUP_THREADS_MAX


class SystemResolver:
    """Looks names up through ``getaddrinfo``, at most ``threads_max`` at a time.

    Belongs to one event loop. A caller that gives up leaves its thread behind until the system
    answers; the place is free again only then.
    """

    def __init__(self, threads_max: int = LOOKUP_THREADS_MAX) -> None:
        self._places = asyncio.Semaphore(threads_max)

    async def __call__(self, host: str) -> Sequence[str]:
        """Give every A and AAAA record of ``host`` as text, in the system's order of preference.

        Raises:
            OSError: the name has no address, or nobody could be asked.
        """
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str]] = loop.create_future()

        def finish(found: list[str] | OSError) -> None:
            self._places.release()
            if answer.done():
                return  # The caller gave up.
            if isinstance(found, OSError):
                answer.set_exception(found)
            else:
                answer.set_result(found)

        def ask() -> None:
            found = _addresses(host)
            try:
                loop.call_soon_threadsafe(finish, found)
            except RuntimeError:
                return  # The loop is closed; nobody waits any more.

        threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
        return await answer


def _addresses(host: str) -> list[str] | OSError:
    try:
        records = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    except UnicodeError as error:  # A label the system's own IDNA cannot encode.
        return OSError(str(error))
    return list(dict.fromkeys(str(record[4][0]) for record in records))
