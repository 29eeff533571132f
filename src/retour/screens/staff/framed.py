"""What stands in a frame of a page: a mail as its reader gets it, or why none is there."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final

from litestar import Response

from retour.screens.pages import PAGES
from retour.screens.staff import guard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.screens.staff.seat import Seat

_FRAME: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""For a mail in its frame: its own inline style, and nothing that runs or leads elsewhere."""
_BY_READER: Final = "@media (prefers-color-scheme: dark)"
_ALWAYS, _NEVER = "@media all", "@media not all"
"""What a reader's dark screen asks for, shown on any screen or on none."""
_BODY: Final = re.compile(r"<body[^>]*>")
_SUBJECT: Final = (
    '<p style="margin:0;padding:10px 16px;border-bottom:1px solid #8a8a8a;background:#f2f2ef;'
    'color:#1d1d1b;font:600 15px/1.4 system-ui,sans-serif;overflow-wrap:anywhere">{}</p>'
)
_ABOUT: Final = (
    '<p style="margin:0;padding:6px 16px;background:#e7effb;color:#1d1d1b;'
    'font:400 13px/1.4 system-ui,sans-serif;overflow-wrap:anywhere">{}</p>'
)


def framed(seat: Seat, text: str, status: int = 200, kind: str = "text/html") -> Response[Any]:
    """Answer what stands in a frame of ours, and in nobody else's."""
    headers = {**guard.headers_for(seat.house), "content-security-policy": _FRAME}
    return Response(
        text.encode(), media_type=f"{kind}; charset=utf-8", headers=headers, status_code=status
    )


def told(words: Sequence[str], title: str = "No preview") -> str:
    """Say why no mail stands there."""
    return PAGES.get_template("staff_settings_mail_told.html").render(words=words, title=title)


def seen_on(page: str, *, is_dark: bool) -> str:
    """Give a mail as light screens show it, or dark ones, on whatever screen one sits at."""
    return page.replace(_BY_READER, _ALWAYS if is_dark else _NEVER)


def with_subject(page: str, subject: str, about: Sequence[str] = ()) -> str:
    """Put a mail's subject on top of it, as programs that read mails do.

    Args:
        about: What to know of it, above that.
    """
    bar = "".join(_ABOUT.format(html.escape(one)) for one in about)
    bar += _SUBJECT.format(html.escape(subject))
    return _BODY.sub(lambda found: found[0] + bar, page, count=1)
