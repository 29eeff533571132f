"""Everything of a workspace as one file: begun, watched, canceled, given out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.asgi import Reply
from retour.api.problems import Problem, Stop
from retour.api.routes import BASE, ENDED, PAGED, Route
from retour.desk import exports
from retour.desk.customers.exporting import HOURLY, TooSoon
from retour.desk.people.masking import Sight, sight_of
from retour.dialects.shapes import Integer, Text, Tree
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.lifecycle.model import ActorKind

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_EXPORTS: Final = f"{BASE}/exports"
_ONE: Final = f"{_EXPORTS}/{{export_id}}"
_ZIP: Final = "application/zip"
_NAMES_PERSONS: Final = (
    "This file names persons, whom this key's role does not see. Use an admin's."
)
_SCOPE: Final = "data:export"

EXPORT: Final = Tree(
    name="workspace_export",
    about="How far an export has come, and until when its file is kept.",
    fields={
        "id": TEXT,
        "state": Text(words=("running", "done", "canceled", "failed", "gone")),
        "phase": Text(words=("counting", "writing", "ended")),
        "author": Tree(name="export_author", fields={"kind": words(ActorKind), "id": MAYBE}),
        "files": COUNT,
        "files_whole": COUNT,
        "rows": Integer(minimum=0, about="Written so far."),
        "rows_total": Integer(minimum=0, about="To be written, as far as they are counted."),
        "bytes": Integer(minimum=0, about="Of the file so far."),
        "seconds_left": Integer(
            minimum=0, nullable=True, about="Of work; twice that by the clock."
        ),
        "failure": MAYBE,
        "created_at": MOMENT,
        "finished_at": MAYBE_MOMENT,
        "kept_until": MAYBE_MOMENT,
    },
)


async def start_export(call: Call) -> Outcome:
    """Begin an export."""
    begun = await exports.start(call.house, call.workspace_id, actor=call.actor, key=call.key)
    if isinstance(begun, TooSoon):
        detail = f"{HOURLY} exports may be made in an hour. Try again in {begun.wait_s} seconds."
        header = (b"retry-after", str(begun.wait_s).encode())
        raise Stop(Problem(code="too_many_requests", detail=detail, headers=(header,)))
    return begun


async def list_exports(call: Call) -> Outcome:
    """Give a page of exports, newest first."""
    return await exports.listing(call.house, call.workspace_id, call.page)


async def read_export(call: Call) -> Outcome:
    """Give one export as far as it has come."""
    return await exports.look_up(call.house, call.workspace_id, call.params["export_id"])


async def read_export_file(call: Call) -> Outcome | Reply:
    """Give the file, a piece at a time, to whoever sees all of persons."""
    if sight_of(call.principal) is not Sight.ALL:
        raise Stop(Problem(code="persons_hidden", detail=_NAMES_PERSONS))
    file = await exports.opened(call.house, call.workspace_id, call.params["export_id"])
    if isinstance(file, exports.Dropped):
        raise Stop(Problem(code="gone", detail=file.detail))
    if not isinstance(file, exports.File):
        return file
    named = f'attachment; filename="{file.name}"'.encode()
    return Reply(
        content_type=_ZIP.encode(),
        headers=((b"content-disposition", named),),
        pieces=file.pieces,
        length=file.length,
    )


async def cancel_export(call: Call) -> Outcome:
    """End an export, or drop its file."""
    return await exports.cancel(call.house, call.workspace_id, call.params["export_id"])


ROUTES: Final = (
    Route(
        method="POST",
        path=_EXPORTS,
        name="start_export",
        tag="Privacy",
        summary="Write everything of the workspace into a file",
        about="A ZIP of JSON Lines, one file per table, without secrets; its README says what each"
        " holds. It is written in the background, also after a restart, and kept for a day. One at"
        " a time: where one is being written, that is the answer, with 200. Two in an hour, those"
        " of persons among them.",
        scope=_SCOPE,
        noun="workspace",
        answer=start_export,
        result=EXPORT,
        statuses=(202, 200),
    ),
    Route(
        method="GET",
        path=_EXPORTS,
        name="list_exports",
        tag="Privacy",
        summary="List exports of the workspace, newest first",
        about="The last 20 that have ended stay listed; a file is kept of one.",
        scope=_SCOPE,
        noun="export",
        answer=list_exports,
        query=PAGED,
        result=EXPORT,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_export",
        tag="Privacy",
        summary="Read an export of the workspace",
        scope=_SCOPE,
        noun="export",
        answer=read_export,
        result=EXPORT,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/file",
        name="read_export_file",
        tag="Privacy",
        summary="Take the file of an export",
        about="409 until it is done, 410 where it was canceled, failed, or is not kept any more."
        " The audit log says who took it. Keys of a role that does not see persons do not get it.",
        scope=_SCOPE,
        noun="export",
        answer=read_export_file,
        gives=_ZIP,
        problems=(409, 410),
    ),
    Route(
        method="POST",
        path=f"{_ONE}/cancel",
        name="cancel_export",
        tag="Privacy",
        summary="Cancel an export, or drop its file",
        scope=_SCOPE,
        noun="export",
        answer=cancel_export,
        again=ENDED,
        result=EXPORT,
    ),
)
