"""What people write to others: as long as the API takes it, never cut, each return in its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.desk.conversation import replies
from retour.desk.people.masking import Sight
from retour.kernel.problems import InvalidRequest

if TYPE_CHECKING:
    from retour.screens.staff.seat import Seat

SAID_MAX: Final = 4000
_NO_REASON: Final = "Say why; the customer reads it."
_UNSEEN: Final = "You do not see who it is about. Write it without words in braces."
_GONE: Final = "There is no such return any more."


def plain(text: str) -> str:
    """Give what was typed with a line's end counted once, as browsers count it."""
    return text.replace("\r\n", "\n").strip()


def too_long(text: str, what: str = "This", most: int = SAID_MAX) -> str:
    """Say that a text does not fit, and by how much; empty where it does."""
    over = len(text) - most
    if over <= 0:
        return ""
    return f"{what} has {len(text):,} characters; {most:,} fit. Shorten it by {over:,}."


def joined(text: str, answer: str) -> tuple[str, str]:
    """Put an answer below what is written; where both do not fit, nothing, and why."""
    both = f"{text}\n\n{answer}".strip()
    why = too_long(both, "With this answer it")
    return (text, f"{why} The answer alone has {len(answer):,}.") if why else (both, "")


def unsaid(seat: Seat, reason: str) -> str:
    """Say what a reason lacks that is given to several, before any is told it."""
    try:
        words = replies.words_in(reason, at="/reason")
    except InvalidRequest as error:
        return error.errors[0].detail
    if words and seat.sight is not Sight.ALL:
        return _UNSEEN
    return too_long(reason, "The reason") if reason else _NO_REASON


async def own_words(seat: Seat, return_id: str, reason: str) -> tuple[str, str]:
    """Write a reason for one return, where it has words in braces; or say why that cannot be."""
    if not replies.words_in(reason, at="/reason"):
        return reason, ""
    made = await replies.written_for(seat.house, seat.workspace_id, return_id, reason)
    if made is None:
        return "", _GONE
    text, missing = made
    if missing:
        names = ", ".join(replies.WORDS[one] for one in missing)
        return "", f"Nothing is known yet for {names}. Open it, and say it in other words."
    why = too_long(text, "Written for it, the reason")
    return ("", why) if why else (text, "")
