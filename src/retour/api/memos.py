"""Settlement memos and credit notes: printed, listed, and how a workspace wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.asgi import Reply
from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk.memos import configuring
from retour.desk.memos.configuring import LogoRestored
from retour.desk.memos.printing import found, printed
from retour.desk.memos.settings import PaperSettings
from retour.desk.outcome import NotFound
from retour.dialects.shapes import Boolean, Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import MAYBE, MOMENT, TEXT, words
from retour.gateways.limits import PHOTO_BYTES_MAX
from retour.gateways.printing import PDF
from retour.lifecycle.numbering import PaperKind

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

TAG: Final = "Memos and credit notes"
_RESTORED: Final = BodyReader(LogoRestored)
_SETTINGS: Final = BodyReader(PaperSettings)
_AT: Final = f"{BASE}/paper-settings"
_OF_RETURN: Final = f"{BASE}/returns/{{return_id}}/settlements/{{settlement_id}}"
_KINDS: Final = {kind.value: kind for kind in PaperKind}
_PICTURES: Final = ("image/jpeg", "image/png", "image/webp", "application/octet-stream")
INERT: Final = (
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
"""A document is read and nothing else, wherever it is opened."""

_NUMBERS: Final = Tree(
    name="paper_numbers",
    about="How one kind of document is numbered, without a gap.",
    fields={
        "pattern": Text(about="{number} or {number:6}, and {year}, between other characters."),
        "yearly": Boolean(about="Whether a new year starts at 1 again."),
    },
)
PAPER_SETTINGS: Final = Tree(
    name="paper_settings",
    about="Who sends memos and credit notes, and how they are numbered.",
    fields={
        "name": or_null(TEXT, "In law; the workspace's name where it is not said."),
        "address": ListOf(item=TEXT),
        "contact": ListOf(item=TEXT),
        "vat_id": MAYBE,
        "registration": MAYBE,
        "footer": or_null(TEXT, "Whatever else the law wants on every page."),
        "language": Text(about="Of customers whose own we do not speak."),
        "attach_memo": Boolean(about="Whether the mail about a settlement memo carries it."),
        "memo_numbers": _NUMBERS,
        "credit_note_numbers": _NUMBERS,
        "logo": or_null(TEXT, "SHA-256 of the picture on documents made from now on."),
        "next": Tree(
            name="next_paper_numbers",
            about="The number that comes next in each series.",
            fields={kind.value: Integer(minimum=1) for kind in PaperKind},
        ),
    },
)
PAPER: Final = Tree(
    name="paper",
    about="A document as it was made; printed again, it says the same.",
    fields={
        "kind": words(PaperKind),
        "number": TEXT,
        "settlement": TEXT,
        "return": TEXT,
        "made_at": MOMENT,
    },
)


async def read_memo(call: Call) -> Outcome | Reply:
    """Give a settlement's memo, by its settlement alone."""
    return await _document(call, PaperKind.MEMO, None)


async def read_credit_note(call: Call) -> Outcome | Reply:
    """Give a settlement's credit note, by its settlement alone."""
    return await _document(call, PaperKind.CREDIT_NOTE, None)


async def read_memo_of_return(call: Call) -> Outcome | Reply:
    """Give a settlement's memo, or what its draft would say."""
    return await _document(call, PaperKind.MEMO, call.params["return_id"])


async def read_credit_note_of_return(call: Call) -> Outcome | Reply:
    """Give a settlement's credit note."""
    return await _document(call, PaperKind.CREDIT_NOTE, call.params["return_id"])


async def _document(call: Call, kind: PaperKind, return_id: str | None) -> Outcome | Reply:
    settlement_id = call.params["settlement_id"]
    ready = await found(call.house, call.workspace_id, kind, settlement_id, return_id)
    if isinstance(ready, NotFound):
        return ready
    tag = f'"{ready.tag}"'.encode()
    name = ready.name.encode("ascii", "replace").replace(b'"', b"").replace(b"/", b"-")
    headers = (*INERT, (b"etag", tag), (b"content-disposition", b'inline; filename="%s"' % name))
    if tag in (call.headers.get(b"if-none-match") or b""):
        return Reply(status=304, headers=headers)
    body = await printed(call.house, call.workspace_id, ready)
    return Reply(body=body, content_type=PDF.encode(), headers=headers)


async def list_papers(call: Call) -> Outcome:
    """Give a page of documents of one kind."""
    kind = _KINDS[call.choice("kind", frozenset(_KINDS)) or PaperKind.CREDIT_NOTE.value]
    return await configuring.listing(call.house, call.workspace_id, kind, call.page)


async def read_paper_settings(call: Call) -> Outcome:
    """Give what the workspace says of its documents."""
    return await configuring.look_up(call.house, call.workspace_id)


async def put_paper_settings(call: Call) -> Outcome:
    """Say it anew."""
    return await configuring.put(call.house, call.workspace_id, _SETTINGS.read(call.body))


async def put_paper_logo(call: Call) -> Outcome:
    """Keep the picture that documents bear."""
    return await configuring.put_logo(call.house, call.workspace_id, call.body)


async def delete_paper_logo(call: Call) -> Outcome:
    """Let documents bear no picture."""
    return await configuring.remove_logo(call.house, call.workspace_id)


async def restore_paper_logo(call: Call) -> Outcome:
    """Let documents bear a picture again that they bore before."""
    said = _RESTORED.read(call.body)
    return await configuring.put_back_logo(call.house, call.workspace_id, said.logo)


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/settlements/{{settlement_id}}/memo.pdf",
        name="read_memo",
        tag=TAG,
        summary="Print a settlement memo",
        about="What was decided, as it was written when the settlement was confirmed.",
        scope="returns:read",
        noun="settlement memo",
        answer=read_memo,
        gives=PDF,
    ),
    Route(
        method="GET",
        path=f"{BASE}/settlements/{{settlement_id}}/credit-note.pdf",
        name="read_credit_note",
        tag=TAG,
        summary="Print a credit note",
        about="The document that corrects the invoice; there once the settlement is settled.",
        scope="returns:read",
        noun="credit note",
        answer=read_credit_note,
        gives=PDF,
    ),
    Route(
        method="GET",
        path=f"{_OF_RETURN}/memo.pdf",
        name="read_memo_of_return",
        tag=TAG,
        summary="Print a settlement memo, or a draft of it",
        about="A draft has no number yet and says on every page that it is one.",
        scope="returns:read",
        noun="settlement memo",
        answer=read_memo_of_return,
        gives=PDF,
    ),
    Route(
        method="GET",
        path=f"{_OF_RETURN}/credit-note.pdf",
        name="read_credit_note_of_return",
        tag=TAG,
        summary="Print a credit note of a return",
        scope="returns:read",
        noun="credit note",
        answer=read_credit_note_of_return,
        gives=PDF,
    ),
    Route(
        method="GET",
        path=f"{BASE}/papers",
        name="list_papers",
        tag=TAG,
        summary="List memos or credit notes, those of the newest settlements first",
        scope="returns:read",
        noun="document",
        answer=list_papers,
        query=(
            Parameter(name="kind", about="credit_note unless said.", words=tuple(sorted(_KINDS))),
            *PAGED,
        ),
        result=PAPER,
        paged=True,
    ),
    Route(
        method="GET",
        path=_AT,
        name="read_paper_settings",
        tag=TAG,
        summary="Read who sends documents, and how they are numbered",
        scope="settings:read",
        noun="setting",
        answer=read_paper_settings,
        result=PAPER_SETTINGS,
    ),
    Route(
        method="PUT",
        path=_AT,
        name="put_paper_settings",
        tag=TAG,
        summary="Say who sends documents, and how they are numbered",
        about="Documents made before stay as they are, and so do their numbers.",
        scope="settings:write",
        noun="setting",
        answer=put_paper_settings,
        body=PaperSettings,
        result=PAPER_SETTINGS,
    ),
    Route(
        method="PUT",
        path=f"{_AT}/logo",
        name="put_paper_logo",
        tag=TAG,
        summary="Put the picture that documents bear",
        about="A JPEG, PNG or WebP; it is made into a plain JPEG on white.",
        scope="settings:write",
        noun="setting",
        answer=put_paper_logo,
        accepts=_PICTURES,
        bytes_max=PHOTO_BYTES_MAX,
        result=PAPER_SETTINGS,
    ),
    Route(
        method="DELETE",
        path=f"{_AT}/logo",
        name="delete_paper_logo",
        tag=TAG,
        summary="Let documents bear no picture",
        scope="settings:write",
        noun="setting",
        answer=delete_paper_logo,
        result=PAPER_SETTINGS,
    ),
    Route(
        method="POST",
        path=f"{_AT}/logo/restore",
        name="restore_paper_logo",
        tag=TAG,
        summary="Put back a picture that documents bore before",
        about="By its SHA-256, which `logo` said while it was there.",
        scope="settings:write",
        noun="logo",
        answer=restore_paper_logo,
        body=LogoRestored,
        result=PAPER_SETTINGS,
        again="What is back already stays.",
    ),
)
