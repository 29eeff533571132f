"""fulfillmenttools' jobs as a whole, lists, the return configuration and subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from retour.api.asgi import Reply
from retour.api.fulfillmenttools import JOBS, TAG, answered, asker
from retour.api.fulfillmenttools.problems import complain
from retour.api.json_body import BodyReader
from retour.api.problems import Stop, invalid
from retour.api.routes import Parameter, Route
from retour.desk.item_returns import config as item_return_config
from retour.desk.item_returns import jobs as item_return_jobs
from retour.desk.item_returns import subscriptions as item_return_subscriptions
from retour.desk.item_returns.jobs import Narrowed
from retour.desk.item_returns.subscriptions import EVENTS, Window
from retour.desk.outcome import Done, Outcome
from retour.dialects.fulfillmenttools.layout import LineStatus
from retour.dialects.fulfillmenttools.parse import (
    ConfigurationPut,
    ItemReturnWord,
    JobAct,
    JobNew,
    JobWord,
    SubscriptionAdd,
)
from retour.kernel.problems import FieldError

if TYPE_CHECKING:
    from retour.api.call import Call

_SIZE: Final = 25
_SIZE_MAX: Final = 100
_JOB_WORDS: Final[tuple[str, ...]] = get_args(JobWord)
_ITEM_RETURN_WORDS: Final[tuple[str, ...]] = get_args(ItemReturnWord)
_LINE_WORDS: Final[tuple[str, ...]] = get_args(LineStatus)
_CONFIGURATION: Final = "/api/configurations/return"
_SUBSCRIPTIONS: Final = "/api/subscriptions"

_NEW: Final = BodyReader(JobNew)
_ACT: Final = BodyReader(JobAct)
_PUT: Final = BodyReader(ConfigurationPut)
_SUBSCRIBE: Final = BodyReader(SubscriptionAdd)


# ---------------------------------------------------------------- reading queries


def _wrong(name: str, detail: str) -> Stop:
    return Stop(invalid(FieldError(pointer=f"/{name}", code="bad_value", detail=detail)))


def _size(call: Call) -> int:
    text = call.query.get("size")
    if text is None:
        return _SIZE
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= _SIZE_MAX):
        raise _wrong("size", f"size is no number from 1 to {_SIZE_MAX}. Give one.")
    return int(text)


def _several(call: Call, name: str, words: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Read a parameter that may hold several values, each one of ``words`` where there are any."""
    text = call.query.get(name)
    values = tuple(filter(None, text.split(","))) if text else ()
    for value in values:
        if words and value not in words:
            raise _wrong(name, f"{name} is none of {', '.join(words)}. Give one of them.")
    return values


def _flag(call: Call, name: str) -> bool | None:
    text = call.query.get(name)
    if text not in (None, "true", "false"):
        raise _wrong(name, f"{name} is neither true nor false. Give one of them.")
    return None if text is None else text == "true"


# ---------------------------------------------------------------- jobs


async def create_job(call: Call) -> Outcome | Reply:
    """Make a job for an order that no merchant put."""
    outcome = await item_return_jobs.create(call.house, asker(call), _NEW.read(call.body))
    return answered(outcome, None)


async def list_jobs(call: Call) -> Outcome:
    """Give a page of jobs."""
    facility = call.query.get("facilityId")
    narrowed = Narrowed(
        size=_size(call),
        after=call.query.get("startAfterId"),
        search=call.query.get("searchTerm"),
        facilities=() if facility is None else (facility,),
        job_statuses=_several(call, "itemReturnJobStatus", _JOB_WORDS),
        statuses=_several(call, "itemReturnStatus", _ITEM_RETURN_WORDS),
        job_codes=_several(call, "itemReturnJobScannableCodes"),
        codes=_several(call, "itemReturnScannableCodes"),
        anonymized=_flag(call, "anonymized"),
    )
    return await item_return_jobs.listing(call.house, call.workspace_id, narrowed)


async def act_on_job(call: Call) -> Outcome | Reply:
    """Do one of the named things with a job."""
    body = _ACT.read(call.body)
    job_id = call.params["itemReturnJobId"]
    outcome = await item_return_jobs.act(call.house, asker(call), job_id, body)
    return answered(outcome, body.version)


async def list_item_returns(call: Call) -> Outcome:
    """Give a page of ItemReturns of all jobs."""
    narrowed = Narrowed(
        size=_size(call),
        after=call.query.get("startAfterId"),
        search=call.query.get("searchTerm"),
        facilities=_several(call, "facilityRefs"),
        statuses=_several(call, "itemReturnStatus", _ITEM_RETURN_WORDS),
        line_statuses=_several(call, "itemReturnLineItemStatus", _LINE_WORDS),
        anonymized=_flag(call, "anonymized"),
    )
    return await item_return_jobs.list_item_returns(call.house, call.workspace_id, narrowed)


# ---------------------------------------------------------------- configuration


async def read_configuration(call: Call) -> Outcome:
    """Give the return configuration."""
    return await item_return_config.look_up(call.house, call.workspace_id)


async def put_configuration(call: Call) -> Outcome | Reply:
    """Put the return configuration anew."""
    body = _PUT.read(call.body)
    outcome = await item_return_config.put(call.house, call.workspace_id, body)
    return answered(outcome, body.version)


# ---------------------------------------------------------------- subscriptions


async def subscribe(call: Call) -> Outcome | Reply:
    """Have an address told of an event."""
    body = _SUBSCRIBE.read(call.body)
    outcome = await item_return_subscriptions.create(call.house, call.workspace_id, body, call.key)
    return answered(outcome, None)


async def list_subscriptions(call: Call) -> Outcome | Reply:
    """Give a page of subscriptions."""
    window = Window(size=_size(call), after=call.query.get("startAfterId"))
    outcome = await item_return_subscriptions.listing(call.house, call.workspace_id, window)
    return answered(outcome, None)


async def read_subscription(call: Call) -> Outcome:
    """Give one subscription."""
    name = call.params["subscriptionId"]
    return await item_return_subscriptions.look_up(call.house, call.workspace_id, name)


async def unsubscribe(call: Call) -> Outcome:
    """End a subscription."""
    name = call.params["subscriptionId"]
    return await item_return_subscriptions.delete(call.house, call.workspace_id, name)


async def list_events(call: Call) -> Outcome:
    """Give the events that can be subscribed to."""
    del call
    return Done(status=200, body=b'{"events":["' + '","'.join(EVENTS).encode() + b'"]}')


_PAGE: Final = (
    Parameter(
        name="size", about=f"How many to answer at most: 1 to {_SIZE_MAX}, {_SIZE} unless said."
    ),
    Parameter(name="startAfterId", about="The id of the last item read."),
)
_NARROWED: Final = (
    Parameter(name="searchTerm", about="An order number, a job's id, an RMA number, a SKU."),
    Parameter(name="anonymized", about="Whether the customer was erased.", words=("true", "false")),
    Parameter(
        name="itemReturnStatus",
        about="With an ItemReturn in one of these.",
        words=_ITEM_RETURN_WORDS,
        is_repeated=True,
    ),
    *_PAGE,
)
_OF_JOBS: Final = (
    Parameter(name="facilityId", about="Shipped from, or returned to, this facility."),
    Parameter(
        name="itemReturnJobStatus", about="In one of these.", words=_JOB_WORDS, is_repeated=True
    ),
    Parameter(
        name="itemReturnJobScannableCodes", about="With one of these codes.", is_repeated=True
    ),
    Parameter(
        name="itemReturnScannableCodes",
        about="With an ItemReturn of one of these codes.",
        is_repeated=True,
    ),
    *_NARROWED,
)
_OF_ITEM_RETURNS: Final = (
    Parameter(name="facilityRefs", about="In one of these facilities.", is_repeated=True),
    Parameter(
        name="itemReturnLineItemStatus",
        about="With a line in one of these.",
        words=_LINE_WORDS,
        is_repeated=True,
    ),
    *_NARROWED,
)

_JOB_ROUTES: Final = (
    Route(
        method="GET",
        path=JOBS,
        name="fft_list_jobs",
        tag=TAG,
        summary="List ItemReturnJobs",
        scope="returns:read",
        noun="ItemReturnJob",
        answer=list_jobs,
        query=_OF_JOBS,
        complain=complain,
    ),
    Route(
        method="POST",
        path=JOBS,
        name="fft_create_job",
        tag=TAG,
        summary="Make an ItemReturnJob",
        scope="orders:write",
        noun="ItemReturnJob",
        answer=create_job,
        body=JobNew,
        complain=complain,
    ),
    Route(
        method="POST",
        path=f"{JOBS}/{{itemReturnJobId}}/actions",
        name="fft_act_on_job",
        tag=TAG,
        summary="Close or open a job, or change its lines",
        scope="orders:write",
        noun="ItemReturnJob",
        answer=act_on_job,
        body=JobAct,
        complain=complain,
    ),
    Route(
        method="GET",
        path="/api/itemreturns",
        name="fft_list_item_returns",
        tag=TAG,
        summary="List ItemReturns of all jobs",
        scope="returns:read",
        noun="ItemReturn",
        answer=list_item_returns,
        query=_OF_ITEM_RETURNS,
        complain=complain,
    ),
)
_SETTING_ROUTES: Final = (
    Route(
        method="GET",
        path=_CONFIGURATION,
        name="fft_read_configuration",
        tag=TAG,
        summary="Read the return configuration",
        scope="settings:read",
        noun="configuration",
        answer=read_configuration,
        complain=complain,
    ),
    Route(
        method="PUT",
        path=_CONFIGURATION,
        name="fft_put_configuration",
        tag=TAG,
        summary="Put the return configuration",
        scope="settings:write",
        noun="configuration",
        answer=put_configuration,
        body=ConfigurationPut,
        complain=complain,
    ),
)
_TELLING_ROUTES: Final = (
    Route(
        method="GET",
        path=_SUBSCRIPTIONS,
        name="fft_list_subscriptions",
        tag=TAG,
        summary="List subscriptions",
        scope="subscriptions:read",
        noun="subscription",
        answer=list_subscriptions,
        query=_PAGE,
        complain=complain,
    ),
    Route(
        method="POST",
        path=_SUBSCRIPTIONS,
        name="fft_subscribe",
        tag=TAG,
        summary="Subscribe to an event",
        scope="subscriptions:write",
        noun="subscription",
        answer=subscribe,
        body=SubscriptionAdd,
        statuses=(201,),
        complain=complain,
    ),
    Route(
        method="GET",
        path=f"{_SUBSCRIPTIONS}/{{subscriptionId}}",
        name="fft_read_subscription",
        tag=TAG,
        summary="Read a subscription",
        scope="subscriptions:read",
        noun="subscription",
        answer=read_subscription,
        complain=complain,
    ),
    Route(
        method="DELETE",
        path=f"{_SUBSCRIPTIONS}/{{subscriptionId}}",
        name="fft_unsubscribe",
        tag=TAG,
        summary="End a subscription",
        scope="subscriptions:write",
        noun="subscription",
        answer=unsubscribe,
        statuses=(204,),
        complain=complain,
    ),
    Route(
        method="GET",
        path="/api/supportedevents",
        name="fft_list_events",
        tag=TAG,
        summary="List what can be subscribed to",
        scope="subscriptions:read",
        noun="event",
        answer=list_events,
        complain=complain,
    ),
)
ROUTES: Final = (*_JOB_ROUTES, *_SETTING_ROUTES, *_TELLING_ROUTES)
