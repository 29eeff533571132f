"""Gifts: who received the goods gives them back, and the buyer hears nothing of it.

Whoever is told of the return is the recipient, and what is paid is store credit of theirs; it takes
the room of the order's payments all the same, so that nobody is paid for the same goods twice.
"""

from __future__ import annotations

from retour.lifecycle.model import Customer, LineWords, Return, TicketWords


def words_of_recipient(ret_id: str, email: str, name: str | None) -> dict[str, LineWords]:
    """Keep who received the goods among what persons wrote, where erasing finds it."""
    return {_key(ret_id): LineWords(ticket=TicketWords(email=email, name=name))}


def addressee(customer: Customer, ret: Return | None, words: dict[str, LineWords]) -> Customer:
    """Say who is told of a return: the order's customer, or who received it as a gift.

    Of the buyer nothing else is told, their addresses least of all.
    """
    if ret is None or not ret.gift:
        return customer
    kept = words.get(_key(ret.id))
    said = TicketWords() if kept is None or kept.ticket is None else kept.ticket
    return Customer(email=said.email or "", name=said.name)


def _key(ret_id: str) -> str:
    return f"{ret_id}/gift"
