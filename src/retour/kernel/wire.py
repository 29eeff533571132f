"""What leaves the house: bytes with their content type, ready to be signed and kept.

A dialect makes one, a sender carries it, the log keeps it.  Nothing here knows how it travels.
"""

from __future__ import annotations

import msgspec


class WireMessage(msgspec.Struct, frozen=True):
    """One message as its receiver will get it, byte for byte.

    Args:
        content_type: With its charset where that is not the format's own.
        body: Final: signatures are made over exactly these bytes, and resends repeat them.
        headers: What the dialect itself says in headers, in order; neither signatures nor the
            merchant's own headers, which are added on the way.
    """

    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
