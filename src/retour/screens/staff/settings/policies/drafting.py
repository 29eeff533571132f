"""A draft at a browser: edited rule by rule or as YAML, compared, and published now or later."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from msgspec import convert

from retour.desk.outcome import Done, NotFound, Refused, VersionDiffers
from retour.desk.policies import RULES_MAX, PolicyPut, backtesting, drafts, read_body
from retour.desk.policies.drafts import Publish, Schedule
from retour.desk.policies.yaml_form import (
    BYTES_MAX,
    UnreadableYaml,
    place_of,
    places_in,
    read_yaml,
    write_yaml,
)
from retour.kernel.problems import InvalidRequest
from retour.policy.model import Moment
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.policies import rule_form, settings_form
from retour.screens.staff.settings.policies.reading import compared, draft_of, view_of
from retour.screens.staff.settings.policies.words import (
    MOMENTS,
    ONE,
    PATH,
    READ,
    WRITE,
    as_policy,
    by_whom,
    cards,
    carriers_of,
    facts_of,
    local,
    names_of,
    title_of,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

    View = dict[str, Any]

_DRAFT: Final = f"{ONE}/draft"
_BYTES_MAX: Final = 4 * BYTES_MAX
"""A form writes some characters as three."""
_NEW: Final = "new"
_CHANGED: Final = "Somebody changed the draft meanwhile. What you see is theirs; do yours anew."
_GONE: Final = "It is not there any more."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of a draft and of each way to change it."""

    def page(path: str, show: Any, take: Any) -> list[HTTPRouteHandler]:  # noqa: ANN401 - as ``place`` has them
        whole = f"{_DRAFT}{path}"
        return place(house, whole, READ, show, take, take_scope=WRITE, bytes_max=_BYTES_MAX)

    return [
        *page("", _draft, _act),
        *page("/yaml", _yaml, _take_yaml),
        *page("/settings", _settings, _take_settings),
        *page("/rules/{rule:str}", _rule, _take_rule),
        *place(house, f"{_DRAFT}/changes", READ, _changes),
        *page("/publish", _publishing, _publish),
    ]


def _base(seat: Seat) -> str:
    return f"{PATH}/{seat.params['policy_id']}"


def _nowhere(seat: Seat) -> Response[Any]:
    return seat.nowhere("draft of a policy")


async def _draft(seat: Seat) -> Response[Any]:
    """Show a draft as people read it, and what keeps it from coming into force."""
    draft = await draft_of(seat, seat.params["policy_id"])
    if draft is None:
        return _nowhere(seat)
    view, policy = draft["policy"], as_policy(draft["policy"])
    others = [one["detail"] for one in draft["faults"] if not one["path"].startswith("/rules/")]
    live = await view_of(seat, draft["id"])
    changed = compared(live, view)
    return seat.page(
        "staff_policy_draft.html",
        draft=draft,
        title=title_of(draft["id"], view["name"]),
        base=_base(seat),
        facts=facts_of(view),
        groups_of=[
            (title, at.value, cards(policy.rules, at, draft["faults"])) for title, at in MOMENTS
        ],
        faults=others,
        count=len(changed["settings"]) + len(changed["rules"]),
        due=local(seat, draft["publish_at"]),
        edited=local(seat, draft["edited_at"]),
        editor=by_whom(draft["editor"], await names_of(seat)),
        last=len(policy.rules) - 1,
    )


# ---------------------------------------------------------------- changed


def _version(fields: Form) -> int | None:
    text = fields.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 - versions are 32 bits


async def _keep(seat: Seat, body: PolicyPut, fields: Form) -> str | None:
    """Keep a draft as it is now said; gives what is in the way."""
    done = await drafts.put(
        seat.house,
        seat.workspace_id,
        seat.params["policy_id"],
        body,
        actor=seat.actor,
        if_match=_version(fields),
    )
    match done:
        case VersionDiffers():
            return _CHANGED
        case Refused(refusal=refusal):
            return refusal.detail
        case _:
            return None


def _plain(view: Mapping[str, Any]) -> View:
    """Give what a draft says, as the desk reads it."""
    return {name: view[name] for name in PolicyPut.__struct_fields__}


async def _act(seat: Seat, fields: Form) -> Response[Any]:
    """Do what a button says."""
    act = _ACTS.get(fields.get("act", ""))
    draft = await draft_of(seat, seat.params["policy_id"])
    if draft is None:
        return _nowhere(seat)
    there = seat.address(f"{_base(seat)}/draft")
    if act is None:
        return seat.go_on(there, notice=_GONE, tone="warn")
    return await act(seat, fields, draft)


async def _arrange(seat: Seat, fields: Form, draft: View) -> Response[Any]:
    """Move a rule among those of its moment, or take it away."""
    there = seat.address(f"{_base(seat)}/draft")
    said = _plain(draft["policy"])
    rules: list[View] = list(said["rules"])
    act, at = fields["act"], _number(fields, "rule")
    if at >= len(rules):
        return seat.go_on(there, notice=_GONE, tone="warn")
    words = "The rule is removed."
    if act == "remove":
        del rules[at]
    else:
        beside = [n for n, one in enumerate(rules) if one.get("at") == rules[at].get("at")]
        step = beside.index(at) + (1 if act == "down" else -1)
        wanted = (
            _number(fields, "to") if act == "move" else beside[min(max(step, 0), len(beside) - 1)]
        )
        if wanted in beside:
            rules.insert(wanted, rules.pop(at))
            there = f"{there}#rule-{wanted}"
        words = "The order of rules is changed."
    trouble = await _keep(seat, read_body({**said, "rules": rules}), fields)
    return seat.go_on(there, notice=trouble or words, tone="bad" if trouble else "good")


def _number(fields: Form, name: str) -> int:
    """Read which rule is meant; one beyond all where none is."""
    text = fields.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else RULES_MAX  # noqa: PLR2004 - at most 200


async def _discard(seat: Seat, fields: Form, draft: View) -> Response[Any]:
    """Forget the draft."""
    done = await drafts.discard(
        seat.house, seat.workspace_id, draft["id"], if_match=_version(fields)
    )
    if isinstance(done, VersionDiffers):
        return seat.go_on(seat.address(f"{_base(seat)}/draft"), notice=_CHANGED, tone="bad")
    there = _base(seat) if draft["in_force"] else PATH
    return seat.go_on(seat.address(there), notice="The draft is discarded.")


async def _unschedule(seat: Seat, fields: Form, draft: View) -> Response[Any]:
    """Take back when the draft comes into force."""
    del fields
    await drafts.unschedule(seat.house, seat.workspace_id, draft["id"])
    words = "It does not come into force by itself any more. You can change it again."
    return seat.go_on(seat.address(f"{_base(seat)}/draft"), notice=words)


_ACTS: Final[Mapping[str, Callable[[Seat, Form, View], Awaitable[Response[Any]]]]] = {
    "up": _arrange,
    "down": _arrange,
    "move": _arrange,
    "remove": _arrange,
    "discard": _discard,
    "unschedule": _unschedule,
}


# ---------------------------------------------------------------- as YAML


async def _yaml(
    seat: Seat,
    typed: str | None = None,
    faults: list[tuple[int, int, str]] | None = None,
    why: str = "",
) -> Response[Any]:
    """Show the draft as YAML, with what is wrong by line and column."""
    draft = await draft_of(seat, seat.params["policy_id"])
    if draft is None:
        return _nowhere(seat)
    count = len(faults or ())
    words = f"{count} place{'s' if count != 1 else ''} cannot be read. Nothing was saved."
    return seat.page(
        "staff_policy_yaml.html",
        422 if faults or why else 200,
        draft=draft,
        title=title_of(draft["id"], draft["policy"]["name"]),
        base=_base(seat),
        text=write_yaml(draft["policy"]) if typed is None else typed,
        faults=faults or [],
        wrong={"yaml": why or words} if faults or why else {},
    )


async def _take_yaml(seat: Seat, fields: Form) -> Response[Any]:
    text = fields.get("yaml", "").replace("\r\n", "\n")
    try:
        tree = read_yaml(text.encode())
    except UnreadableYaml as error:
        return await _yaml(seat, text, why=str(error))
    try:
        body = read_body({} if tree is None else tree)
        trouble = await _keep(seat, body, fields)
    except InvalidRequest as error:
        places = places_in(text)
        found = [(*place_of(one.pointer, places), one.detail) for one in error.errors]
        return await _yaml(seat, text, faults=sorted(found))
    if trouble:
        return await _yaml(seat, text, why=trouble)
    return seat.go_on(seat.address(f"{_base(seat)}/draft"), notice="The draft is saved.")


# ---------------------------------------------------------------- by forms


async def _settings(
    seat: Seat, wrong: Mapping[str, str] | None = None, typed: Form | None = None
) -> Response[Any]:
    """Show what the draft says beside its rules."""
    draft = await draft_of(seat, seat.params["policy_id"])
    if draft is None:
        return _nowhere(seat)
    return seat.page(
        "staff_policy_settings.html",
        422 if wrong else 200,
        draft=draft,
        title=title_of(draft["id"], draft["policy"]["name"]),
        base=_base(seat),
        form=settings_form.form_of(draft["policy"], await carriers_of(seat), typed),
        wrong=wrong or {},
    )


async def _take_settings(seat: Seat, fields: Form) -> Response[Any]:
    draft = await draft_of(seat, seat.params["policy_id"])
    if draft is None:
        return _nowhere(seat)
    form = settings_form.form_of(draft["policy"], await carriers_of(seat), fields)
    try:
        body = read_body(_plain(settings_form.said_in(form, draft["policy"])))
        trouble = await _keep(seat, body, fields)
    except InvalidRequest as error:
        named = {one.id: one.label for _, group in form for one in group}
        places = [(settings_form.field_at(one.pointer), one.detail) for one in error.errors]
        wrong = {at: f"{named[at]}: {detail}" for at, detail in places}
        return await _settings(seat, wrong, fields)
    if trouble:
        return await _settings(seat, {"name": trouble}, fields)
    return seat.go_on(seat.address(f"{_base(seat)}/draft"), notice="The draft is saved.")


def _place(seat: Seat, draft: View) -> int | None:
    """Give where the rule of this page stands; behind all others where it is new."""
    text, rules = seat.params["rule"], draft["policy"]["rules"]
    if text == _NEW:
        return len(rules)
    at = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else len(rules)  # noqa: PLR2004 - at most 200
    return at if at < len(rules) else None


def _moment(seat: Seat, rule: Mapping[str, Any]) -> Moment:
    said = rule.get("at") or seat.query.get("at", "")
    return Moment.GRADING if said == Moment.GRADING.value else Moment.REQUEST


async def _rule(
    seat: Seat, wrong: Mapping[str, str] | None = None, typed: Form | None = None
) -> Response[Any]:
    """Show one rule as a form."""
    draft = await draft_of(seat, seat.params["policy_id"])
    at = None if draft is None else _place(seat, draft)
    if draft is None or at is None:
        return seat.nowhere("rule")
    rules = draft["policy"]["rules"]
    rule: View = rules[at] if at < len(rules) else {}
    if isinstance(rule.get("then"), str):
        words = "This rule is in the short form, which is edited as YAML."
        return seat.go_on(seat.address(f"{_base(seat)}/draft/yaml"), notice=words, tone="info")
    return seat.page(
        "staff_policy_rule.html",
        422 if wrong else 200,
        draft=draft,
        title=title_of(draft["id"], draft["policy"]["name"]),
        base=_base(seat),
        is_new=at == len(rules),
        rule=rule,
        form=rule_form.form_of(rule, _moment(seat, rule), typed),
        wrong=wrong or {},
    )


async def _take_rule(seat: Seat, fields: Form) -> Response[Any]:
    draft = await draft_of(seat, seat.params["policy_id"])
    at = None if draft is None else _place(seat, draft)
    if draft is None or at is None:
        return seat.nowhere("rule")
    said = _plain(draft["policy"])
    rules: list[View] = list(said["rules"])
    before = rules[at] if at < len(rules) else {}
    form = rule_form.form_of(before, _moment(seat, before), fields)
    rules[at : at + 1] = [rule_form.rule_in(form)]
    try:
        body = read_body({**said, "rules": rules})
        trouble = await _keep(seat, body, fields)
    except InvalidRequest as error:
        here = f"/rules/{at}"
        named = {"id": "Name", **{name: one.label for name, one in form.fields.items()}}
        places = [
            (rule_form.field_at(one.pointer.removeprefix(here), form), one.detail)
            for one in error.errors
        ]
        wrong = {at: f"{named[at]}: {detail}" for at, detail in places}
        return await _rule(seat, wrong, fields)
    if trouble:
        return await _rule(seat, {"id": trouble}, fields)
    words = "The rule is saved."
    return seat.go_on(f"{seat.address(f'{_base(seat)}/draft')}#rule-{at}", notice=words)


# ---------------------------------------------------------------- compared and published


async def _changes(seat: Seat) -> Response[Any]:
    """Show what the draft would change."""
    draft = await draft_of(seat, seat.params["policy_id"])
    if draft is None:
        return _nowhere(seat)
    live = await view_of(seat, draft["id"])
    before = f"Version {live['version']}, in force" if live else "Nothing"
    return seat.page(
        "staff_policy_changes.html",
        title=title_of(draft["id"], draft["policy"]["name"]),
        heads=(before, "The draft"),
        base=_base(seat),
        back=f"{_base(seat)}/draft",
        **compared(live, draft["policy"]),
    )


async def _publishing(
    seat: Seat, wrong: Mapping[str, str] | None = None, typed: Form | None = None
) -> Response[Any]:
    """Ask once more, saying what publishing does and whether it was tried."""
    draft = await draft_of(seat, seat.params["policy_id"])
    if draft is None:
        return _nowhere(seat)
    body = convert(_plain(draft["policy"]), PolicyPut)
    live = await view_of(seat, draft["id"])
    changed = compared(live, draft["policy"])
    return seat.page(
        "staff_policy_publish.html",
        422 if wrong else 200,
        draft=draft,
        live=live,
        title=title_of(draft["id"], draft["policy"]["name"]),
        base=_base(seat),
        is_tried=await backtesting.is_tried(seat.house, seat.workspace_id, draft["id"], body),
        changed=changed,
        at="" if typed is None else typed.get("at", ""),
        zone=seat.config.zone,
        once=secrets.token_hex(8),
        wrong=wrong or {},
    )


async def _publish(seat: Seat, fields: Form) -> Response[Any]:
    over, wanted = fields.get("over", ""), fields.get("at", "").strip()
    known = int(over) if over.isascii() and over.isdecimal() and len(over) < 10 else 0  # noqa: PLR2004 - versions are 32 bits
    body: Publish = Publish(over=known)
    if fields.get("act") == "later":
        try:
            when = datetime.fromisoformat(wanted).replace(tzinfo=ZoneInfo(seat.config.zone))
        except ValueError:
            return await _publishing(seat, {"at": "Choose a day and a time."}, fields)
        body = Schedule(over=known, at=when)
    try:
        done = await drafts.publish(
            seat.house,
            seat.workspace_id,
            seat.params["policy_id"],
            body,
            actor=seat.actor,
            if_match=_version(fields),
        )
    except InvalidRequest as error:
        at = "at" if isinstance(body, Schedule) else "publish"
        return await _publishing(seat, {at: " ".join(one.detail for one in error.errors)}, fields)
    match done:
        case NotFound():
            words = "There is no draft any more: it is in force already, or was discarded."
            return seat.go_on(seat.address(_base(seat)), notice=words, tone="warn")
        case VersionDiffers():
            return await _publishing(seat, {"publish": _CHANGED}, fields)
        case Refused(refusal=refusal):
            return await _publishing(seat, {"publish": refusal.detail}, fields)
        case Done() if isinstance(body, Schedule):
            words = "It comes into force by itself then. Until then it stays a draft."
            return seat.go_on(seat.address(f"{_base(seat)}/draft"), notice=words)
        case Done(version=version):
            words = (
                f"Version {version} is in force: returns asked for from now on are judged by it."
            )
            return seat.go_on(seat.address(_base(seat)), notice=words)
        case _:
            raise AssertionError("publishing takes no idempotency key")
