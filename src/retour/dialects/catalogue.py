"""Every event there is, in words: the registry that OpenAPI, AsyncAPI and ``docs/events.md`` read.

``python -m retour.dialects.catalogue`` prints ``docs/events.md``; a test keeps the file fresh.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from textwrap import fill
from types import MappingProxyType
from typing import Final, cast

import msgspec

from retour.dialects.catalogue_of_exchanges import SAID_OF_EXCHANGES
from retour.dialects.catalogue_of_parcels import SAID_OF_PARCELS
from retour.dialects.catalogue_of_troubles import SAID_OF_TROUBLES
from retour.dialects.dialect import Dialect
from retour.dialects.examples import example
from retour.dialects.notification import WORDS, Word, word_of
from retour.dialects.notification.variables import NAMES, variables
from retour.dialects.registry import DIALECTS
from retour.dialects.retour import event_view
from retour.dialects.view import View
from retour.lifecycle.model import EventType

_WIDTH: Final = 120


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What one event means.

    Args:
        title: As people read it.
        description: What is true once it is said.
        when: What makes it be said.
    """

    type: EventType
    title: str
    description: str
    when: str

    @property
    def example(self) -> View:
        """A sample of its native body, the one among the golden files."""
        return event_view(example(self.type))

    @property
    def word(self) -> Word | None:
        """12Return's word for it."""
        return word_of(self.type)


_SAID: Final = (
    (
        EventType.ORDER_DELIVERED,
        "Order delivered",
        "Goods of the order were handed over or delivered; returns can follow.",
        "Once per order, when it first says so.",
    ),
    (
        EventType.ORDER_AMENDED,
        "Order amended",
        "What may come back of the order was changed, or whether anything still may.",
        "A system of its merchant's says so by an action on the order's job.",
    ),
    (
        EventType.RETURN_REQUESTED,
        "Return requested",
        "Somebody asks to send goods back; the order's counters hold them.",
        "A return is created, through whatever door.",
    ),
    (
        EventType.ELIGIBILITY_CHECKED,
        "Eligibility checked",
        "The policy has judged the request; the verdict and its trace are in the return.",
        "Right after the request.",
    ),
    (
        EventType.RETURN_AUTHORIZED,
        "Return authorized",
        "The customer may ship; the RMA number may be printed. Refused lines say why.",
        "An agent or the policy says yes.",
    ),
    (
        EventType.RETURN_REJECTED,
        "Return rejected",
        "We said no; what was held can be asked back again.",
        "An agent or the policy says no, or a facility accepts nothing.",
    ),
    (
        EventType.RETURN_AMENDED,
        "Return amended",
        "What is asked back has changed.",
        "Lines are replaced before anything is received.",
    ),
    (
        EventType.LABEL_REQUESTED,
        "Label requested",
        "A carrier is asked for a label.",
        "The command, or the policy after authorization.",
    ),
    (
        EventType.LABEL_CREATED,
        "Label created",
        "There is a label, with its tracking number.",
        "The carrier answers.",
    ),
    (
        EventType.LABEL_FAILED,
        "Label failed",
        "There is no label; the parcel says why. Ask again or let the customer use their own.",
        "The carrier refuses, or does not answer in any attempt.",
    ),
    *SAID_OF_PARCELS,
    (
        EventType.RETURN_DROPPED_OFF,
        "Return dropped off",
        "There is proof that the parcel was handed in: its place, a receipt's number or a photo.",
        "The shopper or an agent gives it; it counts as proof of sending.",
    ),
    (
        EventType.RETURN_SHIPPED,
        "Return shipped",
        "The customer handed the parcel over.",
        "As the policy counts it: at handover, at the label, or at the first scan.",
    ),
    (
        EventType.RETURN_TRACKED,
        "Return tracked",
        "A carrier has seen the parcel.",
        "Its first scan.",
    ),
    (
        EventType.PARCEL_UPDATED,
        "Parcel updated",
        "A carrier said more about the parcel.",
        "Every later scan.",
    ),
    (
        EventType.RETURN_RECEIVED,
        "Return received",
        "A facility has goods of the return.",
        "The first receipt, and a late parcel after processing.",
    ),
    (
        EventType.RECEIPT_UPDATED,
        "Receipt updated",
        "A facility has more goods of the return, or its work on them rests or goes on.",
        "Every further receipt, and each pause and its end.",
    ),
    (
        EventType.UNIT_INSPECTED,
        "Units inspected",
        "Units were accepted, rejected or set aside.",
        "Every inspection; its units are named.",
    ),
    (
        EventType.REJECTION_RESOLVED,
        "Rejection resolved",
        "It is said what becomes of goods not accepted, and what sending them back costs.",
        "The shopper chooses, an agent does, or the policy where nobody has.",
    ),
    (
        EventType.UNIT_DISPOSED,
        "Units disposed",
        "Units go elsewhere than said before; the first word is in their inspection.",
        "The command, once per line and facility.",
    ),
    (
        EventType.UNIT_STORED,
        "Units stored",
        "Units lie in a bin, on a shelf or in a carrier with a licence plate.",
        "They are put away; once per line and facility.",
    ),
    (
        EventType.RECEIPT_FINISHED,
        "Receipt finished",
        "A facility is done; what has not come is said missing or is still expected.",
        "The receipt is finished.",
    ),
    (
        EventType.RECEIPT_CORRECTED,
        "Receipt corrected",
        "What was seen is put right by a new line that names the old one.",
        "A receipt line is corrected.",
    ),
    (
        EventType.RETURN_PROCESSED,
        "Return processed",
        "Every unit is decided and no receipt is open.",
        "The last decision or the last receipt's end, or the customer keeps the goods.",
    ),
    (
        EventType.SETTLEMENT_APPROVAL_REQUESTED,
        "Settlement approval requested",
        "What is promised is above the limit of who promised it: somebody has to agree.",
        "A settlement is confirmed above a limit.",
    ),
    (
        EventType.SETTLEMENT_APPROVED,
        "Settlement approved",
        "Somebody agreed to what is promised; it can be paid.",
        "The command, by another person where four eyes have to look.",
    ),
    (
        EventType.SETTLEMENT_DECLINED,
        "Settlement declined",
        "Somebody did not agree to what was promised: it is dropped, with the reason.",
        "The command, before anything is paid.",
    ),
    (
        EventType.SETTLEMENT_MEMO_COMPLETED,
        "Settlement memo completed",
        "What the customer gets is promised, with a memo number.",
        "A settlement is confirmed, or approved where somebody had to agree.",
    ),
    (
        EventType.REFUND_STARTED,
        "Refund started",
        "Money begins to move, each leg by its executor.",
        "A confirmed settlement is started, or a failed leg retried.",
    ),
    (
        EventType.REFUND_SUCCEEDED,
        "Refund succeeded",
        "One leg is paid.",
        "The executor says so.",
    ),
    (
        EventType.REFUND_FAILED,
        "Refund failed",
        "One leg cannot be paid; its attempts say why. Retry it, or pay in another way.",
        "The third failed attempt of a series, or a payment that was taken back.",
    ),
    *SAID_OF_EXCHANGES,
    (
        EventType.SETTLEMENT_SETTLED,
        "Settlement settled",
        "The customer has the money; may come before any goods.",
        "Every leg of a settlement has succeeded.",
    ),
    (
        EventType.RETURN_SETTLED,
        "Return settled",
        "The return is processed and every accepted unit is paid for.",
        "The later of the two.",
    ),
    (
        EventType.RETURN_COMPLETED,
        "Return completed",
        "Done for us.",
        "An agent or the policy closes the return.",
    ),
    (
        EventType.RETURN_CANCELED,
        "Return canceled",
        "Somebody withdrew it; what was held can be asked back again unless the goods stay.",
        "The command, while no money moves.",
    ),
    (
        EventType.RETURN_REOPENED,
        "Return reopened",
        "The return is open again; units already paid for stay closed.",
        "The command, from a decided return.",
    ),
    (
        EventType.RETURN_ANNOTATED,
        "Return annotated",
        "Something was noted about the return: subject, priority, assignee, tags or own fields.",
        "The command, where it changes anything.",
    ),
    (
        EventType.RETURN_REMINDED,
        "Return reminded",
        "Something is waited for: the goods to be sent, or a unit's question to be answered.",
        "A reminder of the policy's is due, and it is still waited for.",
    ),
    (
        EventType.DEADLINE_APPROACHING,
        "Deadline approaching",
        "It is nearly too late for the cause: `deadline` says when, `next` what follows.",
        "The morning some days before a deadline.",
    ),
    (
        EventType.DEADLINE_MISSED,
        "Deadline missed",
        "It is too late for the cause. What follows by itself follows now; else an agent acts.",
        "The end of a deadline's last day.",
    ),
    (
        EventType.MESSAGE_CREATED,
        "Message created",
        "Somebody wrote into the conversation about a return or a ticket.",
        "A comment, in any status; a message to a customer.",
    ),
    (
        EventType.PHOTO_ATTACHED,
        "Photo attached",
        "A photo shows the return, or a line, unit, receipt or parcel of it.",
        "The command, in any status.",
    ),
    (
        EventType.PHOTO_ERASED,
        "Photo erased",
        "A photo's bytes are gone; that there was one, and its digest, stay.",
        "The command, in any status.",
    ),
    (
        EventType.TICKET_OPENED,
        "Ticket opened",
        "A conversation began that no order is known for; an agent looks for it.",
        "A ticket comes in whose order cannot be found.",
    ),
    (
        EventType.TICKET_ANNOTATED,
        "Ticket annotated",
        "Something was noted about a ticket without a return, or its wait has ended.",
        "The change, where it changes anything.",
    ),
    (
        EventType.WITHDRAWAL_RECEIVED,
        "Withdrawal received",
        "A consumer has withdrawn from a contract; nobody can refuse that, and the clock runs.",
        "A statement comes in, whether or not its order is known.",
    ),
    (
        EventType.WITHDRAWAL_ACKNOWLEDGED,
        "Withdrawal acknowledged",
        "The mail that says what was received, and when, is with the consumer's mail server.",
        "The relay takes the mail; its answer is the proof.",
    ),
    (
        EventType.ACKNOWLEDGEMENT_FAILED,
        "Acknowledgement failed",
        "A consumer who has withdrawn has no mail that says so: somebody must see to it.",
        "The relay refuses the mail, or does not take it for about an hour.",
    ),
    (
        EventType.PAYMENT_CHANGED,
        "Payment changed",
        "Others took money of a payment or gave it back, so that less or more can be refunded.",
        "A dispute is opened or closed; somebody refunds at the processor itself.",
    ),
    *SAID_OF_TROUBLES,
    (
        EventType.SUBSCRIPTION_TEST,
        "Subscription test",
        "Nothing happened: somebody tries whether messages arrive.",
        "The test of a subscription.",
    ),
)

ENTRIES: Final = MappingProxyType(
    {
        event_type: Entry(type=event_type, title=title, description=description, when=when)
        for event_type, title, description, when in _SAID
    }
)
"""Every event's meaning, in the order of a return's life."""


def page() -> str:
    """Write ``docs/events.md``."""
    return "\n".join((*_overview(), *_bodies(), *_dialects(), *_templates(), *_samples()))


def _overview() -> Iterator[str]:
    yield "# Events\n"
    yield "<!-- Written by `python -m retour.dialects.catalogue`; edit src/retour/dialects. -->\n"
    yield (
        "An event is a fact in the past tense, kept in the log and sent to every subscription "
        "that asked for it,\nin order per return. Notifications have words of their own for "
        "those people wait for:\n12Return's twelve, and some of ours. `*` does not ask for ours:"
        " name them.\n"
    )
    yield "| event | what is true then | said when | notification |"
    yield "|---|---|---|---|"
    for entry in ENTRIES.values():
        word = f"`{entry.word.name}`" if entry.word else ""
        yield f"| `{entry.type}` | {entry.description} | {entry.when} | {word} |"
    yield "\n## Notifications\n"
    yield "| name | title | process | class | event | whose |"
    yield "|---|---|---|---|---|---|"
    for word in WORDS.values():
        where, whose = ", ".join(word.processes), "ours" if word.is_ours else "12Return"
        yield f"| `{word.name}` | {word.title} | {where} | {word.kind} | `{word.type}` | {whose} |"
    yield "\nA cancellation belongs to the process the return was in when it was canceled.\n"


def _bodies() -> Iterator[str]:
    yield "## Bodies\n"
    for dialect in DIALECTS.values():
        formats = " or ".join(form.upper() for form in dialect.formats)
        yield f"- **{dialect.name}**: {formats}; {dialect.source}."
    yield (
        "\nXML is the same tree: a list is an element that repeats its singular, `null` is "
        '`xsi:nil="true"`, free keys are\n`<attribute name="…">`. Characters XML 1.0 cannot '
        "carry become U+FFFD. JSON Schema and XSD of every body are at\n`/schemas/`; both let "
        "keys be added, in XML after what is declared. Erased personal words become `[erased]` "
        "or `null`.\n"
    )


def _dialects() -> Iterator[str]:
    """Show every event in every dialect: how it is called there, or that it is not said."""
    dialects = [dialect for dialect in DIALECTS.values() if dialect.name != "retour"]
    yield "## Who calls it what\n"
    yield (
        "A dash is deliberate silence; the reasons follow. A word may still be unsaid where it "
        "would say nothing new.\nSchema and sample of each word: `/schemas/{dialect}/{word}.json`,"
        " `.example.json` and, where there is XML, `.xsd`,\n`.example.xml`.\n"
    )
    yield f"| event | {' | '.join(dialect.name for dialect in dialects)} |"
    yield "|---" * (len(dialects) + 1) + "|"
    for event_type in EventType:
        cells = [
            ", ".join(f"`{word}`" for word in dialect.vocabulary.get(event_type, ())) or "–"
            for dialect in dialects
        ]
        yield f"| `{event_type}` | {' | '.join(cells)} |"
    for dialect in dialects:
        if dialect.silences:
            yield f"\n### Where {dialect.name} is silent\n"
            yield from _silences(dialect)
    yield ""


def _silences(dialect: Dialect) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for event_type, why in dialect.silences.items():
        reasons.setdefault(why, []).append(f"`{event_type}`")
    for why, events in reasons.items():
        line = f"- {why} ({', '.join(events)})"
        yield fill(line, _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _templates() -> Iterator[str]:
    yield "## What templates may say\n"
    yield "| name | meaning | for example |"
    yield "|---|---|---|"
    shown = flattened(
        variables(
            example(EventType.RETURN_SETTLED),
            {
                "agent": "https://retour.example/a/returns/1",
                "customer": "https://retour.example/p/1",
            },
        )
    )
    for name, meaning in NAMES.items():
        value = shown.get(name)
        yield f"| `{name}` | {meaning} | {'' if value is None else _shown(value)} |"
    yield ""


def _shown(value: object) -> str:
    return f"`{value}`" if isinstance(value, str) else f"`{json.dumps(value)}`"


def _samples() -> Iterator[str]:
    yield "## Samples\n"
    for entry in (ENTRIES[EventType.RETURN_REQUESTED], ENTRIES[EventType.RETURN_SETTLED]):
        yield f"### {entry.title}\n"
        yield f"```json\n{json.dumps(entry.example, indent=2, ensure_ascii=False)}\n```\n"


def flattened(view: View, prefix: str = "") -> dict[str, object]:
    """Give every leaf of a view under the name the catalogue has for it; of a list, its first."""
    leaves: dict[str, object] = {}
    for key, value in view.items():
        name = prefix + key
        if key == "attributes":
            leaves[f"{name}.*"] = next(iter(value.values()), None)
        elif isinstance(value, dict):
            leaves |= flattened(cast("View", value), f"{name}.")
        elif isinstance(value, list):
            first = cast("list[View]", value)[:1]
            leaves |= flattened(first[0], f"{name}[].") if first else {}
        else:
            leaves[name] = value
    return leaves


if __name__ == "__main__":
    sys.stdout.write(page())
