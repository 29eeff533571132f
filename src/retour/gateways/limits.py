"""Every bound of this room with its reason; nothing on a way out is unlimited.

Seconds end in ``_s``, bytes in ``_bytes``. Never here: retry schedules, which belong to delivery.
"""

from __future__ import annotations

from typing import Final

# --- Where a request may lead -----------------------------------------------------------------

URL_LENGTH_MAX: Final = 2048
RECORDS_MAX: Final = 16
"""Addresses a name may have; more is a name made to be chosen from."""
LOOKUP_TIMEOUT_S: Final = 2.0
LOOKUP_THREADS_MAX: Final = 64
"""Look-ups at once. A dead name server holds each for the system's own 10–30 s."""
PIN_LIFE_S: Final = 15.0
"""How long a resolution is believed."""
CONNECTION_LIFE_S: Final = 15
"""How long a connection is used. With PIN_LIFE_S: no byte goes to an address resolved 30 s ago."""
REFUSAL_LIFE_S: Final = 5.0
"""How long a failed look-up is believed: a burst asks once, a repaired name works soon."""

# --- What a request may cost ------------------------------------------------------------------

CONNECT_TIMEOUT_S: Final = 3
TLS_TIMEOUT_S: Final = 5
TOTAL_TIMEOUT_S: Final = 15.0
"""Wall time of a whole exchange, resolution included, unless the request says otherwise."""
REQUEST_BYTES_MAX: Final = 1_000_000
REQUEST_HEAD_BYTES_MAX: Final = 16_384
REPLY_HEAD_BYTES_MAX: Final = 16_384
REPLY_BODY_BYTES_MAX: Final = 16_384
"""What is read and kept of a reply's body; whoever sends more is hung up on."""
DETAIL_LENGTH_MAX: Final = 200

# --- Children that read what strangers made ---------------------------------------------------

CHILD_START_S: Final = 30.0
"""For starting one: a third of a second, on a machine that is not drowning."""

# --- What a merchant's template may cost ------------------------------------------------------

TEMPLATE_CHILDREN: Final = 2
TEMPLATE_SOURCE_BYTES_MAX: Final = 32_768
TEMPLATE_VARIABLES_BYTES_MAX: Final = 2_000_000
TEMPLATE_CPU_S: Final = 0.5
"""Processor time of one rendering; an honest one takes a thousandth of it."""
TEMPLATE_WALL_S: Final = 1.0
TEMPLATE_IDLE_S: Final = 60.0
"""A child nobody needed for so long is ended; it holds 35 MB."""
TEMPLATE_QUARANTINE_S: Final = 30.0
"""How long a template that had to be killed is refused unread, so that it starves nobody."""

# --- What a photo may cost ----------------------------------------------------------------------

PHOTO_CHILDREN: Final = 2
PHOTO_BYTES_MAX: Final = 12 * 1024 * 1024
"""A telephone's best picture is half of this."""
PHOTO_PIXELS_MAX: Final = 40_000_000
PHOTO_SIDE_MIN: Final = 16
"""What is narrower shows nothing."""
PHOTO_FULL_SIDE: Final = 1600
PHOTO_THUMB_SIDE: Final = 320
PHOTO_CPU_S: Final = 4.0
"""Processor time of one photo; the largest honest ones take half a second."""
PHOTO_WALL_S: Final = 15.0
PHOTO_IDLE_S: Final = 60.0
PHOTO_MEMORY_BYTES: Final = 320 * 1024 * 1024
"""What decoding may take beside the child itself: 40 million pixels of four bytes, twice."""

# --- What a mail may cost -----------------------------------------------------------------------

MAIL_TIMEOUT_S: Final = 30.0
"""Wall time from connecting to the relay to its last word."""
MAIL_BYTES_MAX: Final = 2_000_000
MAIL_HEADER_LENGTH_MAX: Final = 900
"""Characters of one header before encoding; a line on the wire ends at 998."""

# --- What a mail that comes in may cost -----------------------------------------------------------

INCOMING_CHILDREN: Final = 1
INCOMING_BYTES_MAX: Final = 25 * 1024 * 1024
"""What most mail servers let through."""
INCOMING_CPU_S: Final = 4.0
INCOMING_WALL_S: Final = 15.0
INCOMING_IDLE_S: Final = 60.0
MAIL_MEMORY_BYTES: Final = 256 * 1024 * 1024
"""What reading may take beside the child itself: the mail, its parts, and their decoded bytes."""
MAIL_DEPTH_MAX: Final = 20
MAIL_PARTS_MAX: Final = 200
"""Parts of one part."""
MAIL_ATTACHMENTS_MAX: Final = 10
MAIL_ORIGINAL_MAX: Final = 100_000
"""Characters that are kept of a mail with all it quotes."""

# --- What a memo or a credit note may cost --------------------------------------------------------

PAPER_CHILDREN: Final = 2
PAPER_BYTES_MAX: Final = 4_000_000
"""Of what is asked, and of the PDF; four hundred lines make 300 kB."""
PAPER_CPU_S: Final = 8.0
"""Processor time of one document, all threads together; an honest one takes a hundredth of it."""
PAPER_WALL_S: Final = 15.0
PAPER_IDLE_S: Final = 60.0
PAPER_MEMORY_BYTES: Final = 384 * 1024 * 1024
PAPER_EXOTIC_MAX: Final = 300
"""Characters that are tried one by one for a glyph; what comes after has none."""

# --- How much at once -------------------------------------------------------------------------

IN_FLIGHT_MAX: Final = 1000
PER_HOST_MAX: Final = 100
IDLE_CONNECTIONS_MAX: Final = 256
"""Kept-alive connections; a TLS one costs up to 100 kB."""
ROUTES_MAX: Final = 20_000
"""Parsed URLs and resolved hosts remembered; beyond it everything idle is forgotten."""
