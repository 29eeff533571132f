"""The set-up, step by step: each is an address of its own, so it is left and resumed at will."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from retour.desk.channels import accounts, oversight, setup, trials
from retour.desk.channels.accounts import ChannelAccountPut, dedicated
from retour.desk.channels.deadlines import put_days
from retour.gateways.channelengine import PRACTICE, Fault
from retour.kernel.problems import FieldError, InvalidRequest
from retour.sandbox.channelengine.practice import PracticeChannelEngine
from retour.screens.forms import count_in
from retour.screens.staff.channels.account import HERE, SET_UP
from retour.screens.staff.channels.filling import CODE, put_account, read_account, wrong_of
from retour.screens.staff.channels.words import age_days, met, sentences
from retour.screens.staff.seat import Form, Seat, place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.channels.setup import SetUp, StepName
    from retour.desk.channels.trials import DryRun
    from retour.desk.house import House

NAMES: Final[Mapping[StepName, str]] = {
    "credentials": "Account and key",
    "test": "Test call",
    "policies": "Policies",
    "dry_run": "Dry run",
    "live": "Go live",
}
_OUTCOMES: Final = ("unmatched", "fetched", "opened", "left")
"""Of a dry run, what needs somebody first."""
_DAYS_MAX: Final = 365
_Take = Callable[[Seat, "SetUp", Form], Awaitable["Response[Any]"]]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the set-up."""
    read, write = "settings:read", "settings:write"
    return [
        *place(house, SET_UP, read, _resume),
        *place(house, f"{SET_UP}/{{step:str}}", read, _show, _take, take_scope=write),
    ]


def step_at(seat: Seat, step: StepName, **query: int) -> str:
    """Give the address of a step."""
    return seat.address(f"{SET_UP}/{step.replace('_', '-')}", **query)


async def _resume(seat: Seat) -> Response[Any]:
    """Go to the step that is next; to the first where all are done."""
    found = await setup.state(seat.house, seat.workspace_id)
    return seat.go_on(step_at(seat, found.next or "credentials"))


def _named(seat: Seat) -> StepName | None:
    wanted = seat.params["step"]
    return next((name for name in NAMES if name.replace("_", "-") == wanted), None)


async def _show(seat: Seat) -> Response[Any]:
    """Show a step; those that need an account lead back to where one is made."""
    step = _named(seat)
    if step is None:
        return seat.nowhere("step")
    found = await setup.state(seat.house, seat.workspace_id)
    if found.account is None and step != "credentials":
        return seat.go_on(step_at(seat, "credentials"))
    return await _page(seat, step, found)


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    """Do what a step does."""
    step = _named(seat)
    if step is None:
        return seat.nowhere("step")
    found = await setup.state(seat.house, seat.workspace_id)
    if found.account is None and step != "credentials":
        return seat.go_on(step_at(seat, "credentials"))
    return await _TAKES[step](seat, found, fields)


async def _page(
    seat: Seat,
    step: StepName,
    found: SetUp,
    status: int = 200,
    **values: Any,  # noqa: ANN401 - whatever the template names
) -> Response[Any]:
    more: dict[str, Any] = {
        "filled": {},
        "met": None,
        "run": None,
        "counts": {},
        "policies": await _policies(seat, found) if step == "policies" else [],
        "practice": await _practice(seat) if step == "credentials" else None,
        "practice_tenant": PRACTICE,
    }
    if step == "live":
        more["counts"] = {
            name: count_in(seat.query.get(name, "")) for name in _OUTCOMES if name in seat.query
        }
    steps = {one.name: one for one in found.steps}
    names = list(NAMES)
    at = names.index(step)
    return seat.page(
        f"staff_channels_{step}.html",
        status,
        found=found,
        step=step,
        here=steps[step],
        number=at + 1,
        names=NAMES,
        step_at=partial(step_at, seat),
        before=names[at - 1] if at else None,
        after=names[at + 1] if at + 1 < len(names) else None,
        age_days=age_days,
        **{**more, **values},
    )


# -------------------------------------------------------------------- 1 account and key


async def _practice(seat: Seat) -> dict[str, Any] | None:
    """Give how the sandbox's own ChannelEngine is reached; live workspaces have none."""
    if not seat.config.is_sandbox:
        return None
    to = PracticeChannelEngine(seat.house.database)
    return await to.look(seat.workspace_id, seat.house.settings.public_base)


async def _take_credentials(seat: Seat, found: SetUp, fields: Form) -> Response[Any]:
    """Keep the account, or the sandbox's own, and go on to the test."""
    code = CODE if found.account is None else found.account.code
    try:
        if fields.get("act") == "practice":
            given = await _practising(seat, found)
        else:
            given = read_account(fields, found)
        await put_account(seat, code, given)
    except InvalidRequest as error:
        wrong = wrong_of(error)
        return await _page(seat, "credentials", found, 422, wrong=wrong, filled=fields)
    words = "Kept. The key is sealed and never shown again."
    return seat.go_on(step_at(seat, "test"), notice=words)


async def _practising(seat: Seat, found: SetUp) -> ChannelAccountPut:
    there = await _practice(seat)
    if there is None:
        words = "Only sandboxes have a ChannelEngine to practise with. Give an account of yours."
        raise InvalidRequest(FieldError(pointer="/tenant", code="bad_value", detail=words))
    return ChannelAccountPut(
        tenant=there["tenant"],
        name="Practice ChannelEngine",
        api_key=there["api_key"],
        reasons=dict(found.facts.reasons),  # pyright: ignore[reportArgumentType] - checked when they were put
        fetch_orders=found.facts.fetch_orders,
        whole_only=found.facts.whole_only,
    )


# -------------------------------------------------------------------- 2 test call


async def _take_test(seat: Seat, found: SetUp, fields: Form) -> Response[Any]:
    """Make the test call."""
    del fields
    told = await trials.call_once(seat.house, seat.workspace_id, _code(found))
    if told is None:
        return seat.go_on(step_at(seat, "credentials"))
    if isinstance(told, Fault):
        anew = await setup.state(seat.house, seat.workspace_id)
        return await _page(seat, "test", anew, met=met(told))
    some = "1 return is" if told == 1 else f"{told} returns are"
    return seat.go_on(step_at(seat, "test"), notice=f"ChannelEngine let us in: {some} there.")


def _code(found: SetUp) -> str:
    return CODE if found.account is None else found.account.code


# -------------------------------------------------------------------- 3 policies


async def _policies(seat: Seat, found: SetUp) -> list[dict[str, Any]]:
    """Give both policies as they are in force, or as they would begin."""
    kinds = (
        ("channel", "Returns that marketplaces declare"),
        ("merchant", "Returns from our portal"),
    )
    shown: list[dict[str, Any]] = []
    for kind, title in kinds:
        name = f"{_code(found)}_{kind}"
        there = await oversight.policy(seat.house, seat.workspace_id, name)
        view = there or oversight.begun(dedicated())
        days: dict[str, int] = view["deadlines"]["channel_days"]
        shown.append(
            {
                "name": name,
                "title": title,
                "is_there": there is not None,
                "sentences": sentences(view, is_channel=kind == "channel"),
                "days_text": "\n".join(f"{one} {count}" for one, count in days.items()),
            }
        )
    return shown


async def _take_policies(seat: Seat, found: SetUp, fields: Form) -> Response[Any]:
    """Make the two where they are missing, or say when marketplaces cancel."""
    if fields.get("act") == "days":
        try:
            days = _read_days(fields.get("days", ""))
        except InvalidRequest as error:
            wrong = wrong_of(error)
            return await _page(seat, "policies", found, 422, wrong=wrong, filled=fields)
        await put_days(seat.house, seat.workspace_id, _code(found), days)
        words = "Kept: you are warned before a marketplace cancels."
        return seat.go_on(step_at(seat, "policies"), notice=words)
    await accounts.make_policies(seat.house, seat.workspace_id, _code(found))
    return seat.go_on(step_at(seat, "policies"), notice="Both policies are there.")


def _read_days(text: str) -> dict[str, int]:
    """Read lines of a marketplace and its days.

    Raises:
        InvalidRequest: A line has no days, or more than a year.
    """
    days: dict[str, int] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, _, count = line.strip().rpartition(" ")
        if not name.strip() or not 0 < count_in(count) <= _DAYS_MAX:
            words = f"“{line.strip()[:60]}”: write the marketplace, a blank and 1 to 365 days."
            raise InvalidRequest(FieldError(pointer="/days", code="bad_value", detail=words))
        days[name.strip()] = count_in(count)
    return days


# -------------------------------------------------------------------- 4 dry run


async def _take_dry_run(seat: Seat, found: SetUp, fields: Form) -> Response[Any]:
    """Look ahead; what came of it is shown at once, for nothing of it is kept."""
    del fields
    run = await trials.rehearse(seat.house, seat.workspace_id, _code(found))
    if run is None:
        return seat.go_on(step_at(seat, "credentials"))
    anew = await setup.state(seat.house, seat.workspace_id)
    return await _page(seat, "dry_run", anew, run=_sorted(run), counts=_counts(run))


def _sorted(run: DryRun) -> dict[str, Any]:
    """Put first what would wait for somebody."""
    rows = sorted(run.returns, key=lambda one: _OUTCOMES.index(one.outcome))
    return {"ok": run.ok, "error": run.error, "rows": rows}


def _counts(run: DryRun) -> dict[str, int]:
    found = Counter(one.outcome for one in run.returns)
    return {name: found[name] for name in _OUTCOMES}


# -------------------------------------------------------------------- 5 go live


async def _take_live(seat: Seat, found: SetUp, fields: Form) -> Response[Any]:
    """Let it look from now on."""
    del fields
    await accounts.go_live(seat.house, seat.workspace_id, _code(found))
    words = "Live. The first look is under way; what cannot be matched waits in the queue."
    return seat.go_on(seat.address(HERE), notice=words)


_TAKES: Final[Mapping[StepName, _Take]] = {
    "credentials": _take_credentials,
    "test": _take_test,
    "policies": _take_policies,
    "dry_run": _take_dry_run,
    "live": _take_live,
}
