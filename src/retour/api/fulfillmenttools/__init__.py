"""fulfillmenttools' returns API: jobs, their ItemReturns and lines.

The key names the workspace.  Every answer about a job is the whole job, 200 even where something
was made; what cannot be is a list of ``{summary, description}``, as there.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from retour.api.asgi import Reply
from retour.api.call import SOURCE
from retour.api.fulfillmenttools.problems import complain, objected, stale
from retour.api.json_body import BodyReader
from retour.api.problems import Problem, Stop, invalid
from retour.api.routes import Parameter, Route
from retour.desk import item_returns
from retour.desk.item_returns import Asker
from retour.desk.outcome import Outcome, VersionDiffers
from retour.desk.scopes import holds
from retour.dialects.fulfillmenttools.parse import (
    ItemReturnAct,
    ItemReturnAdd,
    LinePatch,
    LinesReplace,
    NotReturnableLinesReplace,
)
from retour.dialects.fulfillmenttools.plan import Objection
from retour.kernel.problems import FieldError

if TYPE_CHECKING:
    from retour.api.call import Call

TAG: Final = "fulfillmenttools"
JOBS: Final = "/api/itemreturnjobs"
_JOB: Final = f"{JOBS}/{{itemReturnJobId}}"
_ITEM_RETURNS: Final = f"{_JOB}/itemreturns"
_ITEM_RETURN: Final = f"{_ITEM_RETURNS}/{{itemReturnId}}"
_LINES: Final = f"{_ITEM_RETURN}/returnedlineitems"
_OTHER_LINES: Final = f"{_ITEM_RETURN}/returnednotreturnablelineitems"
_DEFAULT_LOCALE: Final = "en_US"
_LOCALE_LENGTH_MAX: Final = 35

_ADD: Final = BodyReader(ItemReturnAdd)
_ACT: Final = BodyReader(ItemReturnAct)
_REPLACE: Final = BodyReader(LinesReplace)
_REPLACE_OTHERS: Final = BodyReader(NotReturnableLinesReplace)
_PATCH: Final = BodyReader(LinePatch)


def asker(call: Call) -> Asker:
    """Say who asks, and in which language."""
    return Asker(
        workspace_id=call.workspace_id,
        actor=call.actor,
        source=SOURCE,
        locale=_locale(call.headers.get(b"accept-language", b"")),
        key=call.key,
    )


def _locale(header: bytes) -> str:
    """Read the language liked best as their locales are written: ``de-DE`` is ``de_DE``."""
    first = header.decode("latin-1").partition(",")[0].partition(";")[0].strip()
    if not first or first == "*" or len(first) > _LOCALE_LENGTH_MAX:
        return _DEFAULT_LOCALE
    return first.replace("-", "_")


def answered(outcome: Outcome | Objection, sent: Decimal | None) -> Outcome | Reply:
    """Say in their form what the table's own door would say in ours.

    Args:
        sent: The version that the request named.
    """
    if isinstance(outcome, Objection):
        return objected(outcome)
    if isinstance(outcome, VersionDiffers):
        return stale(sent, outcome.current)
    return outcome


async def read_job(call: Call) -> Outcome:
    """Give one job."""
    return await item_returns.look_up(call.house, call.workspace_id, _job(call))


async def list_of_job(call: Call) -> Outcome:
    """Give every ItemReturn of a job."""
    return await item_returns.look_up_item_return(call.house, call.workspace_id, _job(call), None)


async def read_item_return(call: Call) -> Outcome:
    """Give one ItemReturn."""
    return await item_returns.look_up_item_return(call.house, call.workspace_id, *_ids(call))


async def add(call: Call) -> Outcome | Reply:
    """Add an ItemReturn to a job."""
    body = _ADD.read(call.body)
    outcome = await item_returns.add(call.house, asker(call), _job(call), body)
    return answered(outcome, body.item_return_job_version)


async def act(call: Call) -> Outcome | Reply:
    """Do one of the named things with an ItemReturn."""
    body = _ACT.read(call.body)
    outcome = await item_returns.act(call.house, asker(call), _ids(call), body)
    return answered(outcome, body.item_return_job_version)


async def cancel(call: Call) -> Outcome | Reply:
    """End an ItemReturn."""
    version = _version(call)
    outcome = await item_returns.cancel(call.house, asker(call), _ids(call), version)
    return answered(outcome, version)


async def replace_lines(call: Call) -> Outcome | Reply:
    """Give an ItemReturn other lines."""
    return await _replace(call, _REPLACE.read(call.body))


async def replace_others(call: Call) -> Outcome | Reply:
    """Give an ItemReturn other lines of what the job does not let come back."""
    return await _replace(call, _REPLACE_OTHERS.read(call.body))


async def _replace(call: Call, body: LinesReplace | NotReturnableLinesReplace) -> Outcome | Reply:
    outcome = await item_returns.replace_lines(call.house, asker(call), _ids(call), body)
    return answered(outcome, body.item_return_job_version)


async def patch_line(call: Call) -> Outcome | Reply:
    """Accept or reject one unit, and refund it."""
    return await _patch(call, "returnedLineItemId")


async def patch_other(call: Call) -> Outcome | Reply:
    """Accept or reject one unit that the job does not let come back, and refund it."""
    return await _patch(call, "returnedNotReturnableLineItemId", is_returnable=False)


async def _patch(call: Call, name: str, *, is_returnable: bool = True) -> Outcome | Reply:
    body = _PATCH.read(call.body)
    if body.refund is not None and not holds(call.principal.scopes, "refunds:write"):
        detail = "This key lacks the scope refunds:write. Use a key that has it."
        raise Stop(Problem(code="scope_missing", detail=detail))
    ids = (*_ids(call), call.params[name])
    outcome = await item_returns.patch_line(
        call.house, asker(call), ids, body, is_returnable=is_returnable
    )
    return answered(outcome, body.item_return_job_version)


def _job(call: Call) -> str:
    return call.params["itemReturnJobId"]


def _ids(call: Call) -> tuple[str, str]:
    return _job(call), call.params["itemReturnId"]


def _version(call: Call) -> Decimal | None:
    text = call.query.get("itemReturnJobVersion")
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation as error:
        detail = "itemReturnJobVersion is no number. Give the job's version, or leave it out."
        wrong = FieldError(pointer="/itemReturnJobVersion", code="bad_value", detail=detail)
        raise Stop(invalid(wrong)) from error


_CANCEL_VERSION: Final = Parameter(
    name="itemReturnJobVersion", about="The version seen; whichever it is where it is left out."
)

ROUTES: Final = (
    Route(
        method="GET",
        path=_JOB,
        name="fft_read_job",
        tag=TAG,
        summary="Read an ItemReturnJob",
        scope="returns:read",
        noun="ItemReturnJob",
        answer=read_job,
        complain=complain,
    ),
    Route(
        method="GET",
        path=_ITEM_RETURNS,
        name="fft_list_item_returns_of_job",
        tag=TAG,
        summary="List the ItemReturns of a job",
        scope="returns:read",
        noun="ItemReturnJob",
        answer=list_of_job,
        complain=complain,
    ),
    Route(
        method="POST",
        path=_ITEM_RETURNS,
        name="fft_add_item_return",
        tag=TAG,
        summary="Add an ItemReturn to a job",
        scope="returns:write",
        noun="ItemReturnJob",
        answer=add,
        body=ItemReturnAdd,
        complain=complain,
    ),
    Route(
        method="GET",
        path=_ITEM_RETURN,
        name="fft_read_item_return",
        tag=TAG,
        summary="Read an ItemReturn",
        scope="returns:read",
        noun="ItemReturn",
        answer=read_item_return,
        complain=complain,
    ),
    Route(
        method="DELETE",
        path=_ITEM_RETURN,
        name="fft_cancel_item_return",
        tag=TAG,
        summary="Cancel an ItemReturn",
        scope="returns:write",
        noun="ItemReturn",
        answer=cancel,
        query=(_CANCEL_VERSION,),
        complain=complain,
    ),
    Route(
        method="POST",
        path=f"{_ITEM_RETURN}/actions",
        name="fft_act_on_item_return",
        tag=TAG,
        summary="Move an ItemReturn along",
        scope="returns:write",
        noun="ItemReturn",
        answer=act,
        body=ItemReturnAct,
        complain=complain,
    ),
    Route(
        method="PUT",
        path=_LINES,
        name="fft_replace_lines",
        tag=TAG,
        summary="Replace the lines of an ItemReturn",
        scope="returns:write",
        noun="ItemReturn",
        answer=replace_lines,
        body=LinesReplace,
        complain=complain,
    ),
    Route(
        method="PATCH",
        path=f"{_LINES}/{{returnedLineItemId}}",
        name="fft_patch_line",
        tag=TAG,
        summary="Accept, reject or refund one unit",
        scope="returns:write",
        noun="returned line item",
        answer=patch_line,
        body=LinePatch,
        complain=complain,
    ),
    Route(
        method="PUT",
        path=_OTHER_LINES,
        name="fft_replace_not_returnable_lines",
        tag=TAG,
        summary="Replace the lines of an ItemReturn that are not returnable",
        scope="returns:write",
        noun="ItemReturn",
        answer=replace_others,
        body=NotReturnableLinesReplace,
        complain=complain,
    ),
    Route(
        method="PATCH",
        path=f"{_OTHER_LINES}/{{returnedNotReturnableLineItemId}}",
        name="fft_patch_not_returnable_line",
        tag=TAG,
        summary="Accept, reject or refund one unit that is not returnable",
        scope="returns:write",
        noun="returned line item",
        answer=patch_other,
        body=LinePatch,
        complain=complain,
    ),
)
