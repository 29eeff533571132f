"""Every limit of this door in one place, each with its reason."""

from __future__ import annotations

from typing import Final

BODY_BYTES_MAX: Final = 1 << 20
"""An order of 500 lines is a tenth of this; what is larger is no request of ours."""
LARGE_BODIES_MAX: Final = 4
"""Photos and mails of any workspace read at once in one process; the others wait their turn."""
BODY_TIMEOUT_S: Final = 30.0
"""How long a body may take to arrive; a slower one only holds a slot."""
DROP_BYTES_MAX: Final = 16 << 20
"""A body that is too large is dropped up to here, so that its sender can still read our answer."""
HEAD_TIMEOUT_S: Final = 10.0
"""How long a connection may take to say what it wants."""
HEAD_BYTES_MAX: Final = 64 << 10
"""Of a request line with its headers; ours need a hundredth."""
DEPTH_MAX: Final = 64
"""Our deepest body has six levels."""
DIGITS_MAX: Final = 30
"""No integer of ours has more; reading longer ones costs the square of their length."""
SHOPPER_PER_MINUTE: Final = 60
"""Requests of one shopper's link; a person with a page needs a tenth."""
RUNNING_MAX: Final = 64
"""Requests of one workspace at once in one process."""
KEY_LENGTH_MAX: Final = 255
"""Characters of an Idempotency-Key."""
PARAMETER_LENGTH_MAX: Final = 255
"""Characters of an id in a path: as long as any id of ours or of a merchant may be."""
QUERY_BYTES_MAX: Final = 8192
"""Of a query string; proxies stop at about the same."""
REQUEST_ID_LENGTH_MAX: Final = 128
"""Characters of a caller's own x-request-id."""
READY_TIMEOUT_S: Final = 2.0
"""How long the database may take to prove that it is there."""
