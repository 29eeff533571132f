"""A staff page opened by somebody: who it is, what they may do there, and how it answers.

``place`` makes the handlers of one page; what every page has to ask (is somebody signed in, do they
belong here, may they, is the form ours) is asked there, once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlencode
from zoneinfo import ZoneInfo

import structlog
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from retour.desk.execute import RequestKey
from retour.desk.people import holding, sessions
from retour.desk.people.masking import Sight, masked, sight_of
from retour.desk.people.members import Belonging, principal_of, workspaces_of
from retour.desk.people.roles import MemberRole
from retour.kernel.ids import workspace_number, workspace_text
from retour.kernel.problems import InvalidRequest, Transient
from retour.lifecycle.actors import Actor
from retour.lifecycle.words import ActorKind
from retour.screens.forms import BODY_BYTES_MAX, read_parts
from retour.screens.pages import PAGES
from retour.screens.staff import guard
from retour.screens.staff.guard import Notice
from retour.screens.staff.places import groups_for, may_enter
from retour.screens.staff.times import TimesWritten
from retour.store.database import acting_as

if TYPE_CHECKING:
    from datetime import datetime

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.config import Principal, WorkspaceConfig
    from retour.desk.house import House
    from retour.desk.people.sessions import Session

_LOG: Final = structlog.get_logger("retour.screens")
WORKSPACE: Final = "/w/{workspace:str}"
_FIELDS_MAX: Final = 2000
_QUERY_LENGTH_MAX: Final = 8192
_STALE_FORM: Final = "This form was not made for this sign-in. Nothing was changed; try again."
_NOT_HELD: Final = (
    "What you filled in is not waiting any more: it was sent already, or five minutes went by."
    " Look before you fill it in again."
)
_UNREADABLE: Final = "What was sent is too large or cannot be read. Nothing was changed."
_BUSY: Final = "Others are changing the same thing right now. Nothing was changed; try again."
_FACTOR: Final = Notice(
    text="Admins need more than a password here. Set up codes from your telephone, or make a"
    " passkey and sign in with it; then go on.",
    tone="warn",
)
_COPIED: Final = "session_copied"
Asking = Request[Any, Any, Any]


class Form(dict[str, str]):
    """What was filled in: the last value of each field, all of one, and what came as files."""

    def __init__(
        self, pairs: list[tuple[str, str]], files: Mapping[str, list[bytes]] | None = None
    ) -> None:
        super().__init__(pairs)
        self._pairs = pairs
        self.files: Mapping[str, list[bytes]] = files or {}

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every field with every value, as they were sent."""
        return self._pairs

    def many(self, name: str) -> list[str]:
        """Give every value of a field, as boxes that were ticked."""
        return [value for known, value in self._pairs if known == name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat(TimesWritten):
    """A page of a workspace opened by one of its members."""

    house: House
    session: Session
    principal: Principal
    config: WorkspaceConfig
    role: MemberRole
    workspaces: tuple[Belonging, ...]
    request: Asking
    params: Mapping[str, str]
    query: Mapping[str, str]
    language: str = "en"
    notice: Notice | None = None
    form: Form = field(default_factory=lambda: Form([]))

    @property
    def workspace_id(self) -> int:
        """The workspace's number, which every desk function asks for."""
        return self.config.id

    @property
    def workspace(self) -> str:
        """The workspace's outward id."""
        return workspace_text(self.config.id)

    @property
    def actor(self) -> Actor:
        """Who does what is done here, for events and logs."""
        is_at_dock = self.role is MemberRole.WAREHOUSE
        kind = ActorKind.OPERATOR if is_at_dock else ActorKind.AGENT
        return Actor(kind=kind, id=self.session.person_id)

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes as ``desk.scopes.within`` asks for them; None where there is no bound."""
        return None if "*" in self.principal.scopes else self.principal.scopes

    @property
    def sight(self) -> Sight:
        """What of persons this member sees; pages are filled with no more."""
        return sight_of(self.principal)

    def may(self, scope: str) -> bool:
        """Say whether this member holds a scope: for templates, to show no button in vain."""
        return may_enter(self.principal, scope, at_facility=True)

    def address(self, path: str = "", /, **query: str | int | None) -> str:
        """Give the address of another page of this workspace; ``path`` begins with a slash."""
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        written = f"?{urlencode(asked)}" if asked else ""
        return f"/w/{self.workspace}{path}{written}"

    @property
    def tick(self) -> datetime:
        """The database's time when the page was opened."""
        return self.session.now

    @property
    def now(self) -> datetime:
        """The business time then, which sandboxes advance."""
        return self.tick + self.config.clock_offset

    @property
    def zone(self) -> ZoneInfo:
        """The clocks by which this workspace's pages write."""
        return ZoneInfo(self.config.zone)

    @property
    def here(self) -> str:
        """This very page, with what stands behind its question mark."""
        query = self.request.scope["query_string"].decode("latin-1")
        path = quote(self.request.scope["path"], safe="/-_.~")
        return f"{path}?{query}" if query else path

    @property
    def mark(self) -> str:
        """What each form shown after this sign-in carries: the hidden field ``form``."""
        return guard.form_mark(self.house, self.session.id)

    def once(self) -> RequestKey | None:
        """Give the idempotency key of a form that has one (the hidden field ``once``)."""
        given = self.form.get("once", "")
        if not given or len(given) > 64 or not given.isascii() or not given.isprintable():  # noqa: PLR2004 - ours are shorter
            return None
        said = urlencode(sorted((k, v) for k, v in self.form.items() if k != "form"))
        digest = hashlib.sha256(f"{self.request.scope['path']}\n{said}".encode()).digest()
        return RequestKey(key_id=self.session.person_id, key=f"form-{given}", digest=digest)

    def page(self, template: str, status: int = 200, **values: Any) -> Response[Any]:  # noqa: ANN401 - whatever the template names
        """Fill a template that extends ``staff_base.html``."""
        seen = {name: masked(one, self.sight) for name, one in values.items()}
        text = PAGES.get_template(template).render(
            seat=self,
            groups=groups_for(self.principal),
            path=self.request.scope["path"].removeprefix(f"/w/{self.workspace}").rstrip("/"),
            **{"wrong": {}, "notice": self.notice, **seen},
        )
        response = Response(
            text,
            media_type="text/html",
            headers=guard.headers_for(self.house),
            status_code=status,
        )
        if self.notice is not None:
            guard.forget_notice(self.house, response)
        return response

    def go_on(
        self, address: str, *, notice: str | None = None, tone: str = "good"
    ) -> Response[Any]:
        """Send the browser on; the next page says ``notice``, once."""
        response = went(self.house, address)
        if notice is not None:
            guard.with_notice(self.house, response, Notice(text=notice, tone=tone))
        return response

    def nowhere(self, what: str = "page") -> Response[Any]:
        """Say that there is no such thing in this workspace."""
        return self.page("staff_nowhere.html", 404, what=what)

    def refused(self, why: str) -> Response[Any]:
        """Say that this member may not."""
        return self.page("staff_refused.html", 403, why=why)

    async def prove(self) -> Response[Any]:
        """Have the member prove again who they are; a form that was sent goes on after it."""
        wanted = self.here
        if self.form and not self.form.files:
            held = await holding.hold(self.house, self.session, wanted, self.form.pairs)
            wanted = wanted if held is None else f"/held/{held}"
        return went(self.house, f"/prove?{urlencode({'next': wanted})}")


Show = Callable[[Seat], Awaitable[Response[Any]]]
Take = Callable[[Seat, Form], Awaitable[Response[Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a page asks of its visitor; ``RULES`` keeps one per page, for the tests."""

    path: str
    scope: str | None
    take_scope: str | None
    at_facility: bool
    proof: bool
    take_proof: bool
    methods: tuple[str, ...]


RULES: Final[dict[str, Rule]] = {}
"""Every page that ``place`` has made, by its path."""


def place(
    house: House,
    path: str,
    scope: str | None,
    show: Show | None = None,
    take: Take | None = None,
    *,
    take_scope: str | None = None,
    at_facility: bool = False,
    proof: bool = False,
    take_proof: bool = False,
    bytes_max: int = BODY_BYTES_MAX,
) -> list[HTTPRouteHandler]:
    """Make a page's handlers: what it shows, and what its forms do.

    Args:
        path: Below ``/w/{workspace}``, such as ``/returns/{return_id:str}``.
        scope: What a member must hold to see it; None for all members.
        take: Is given what was filled in; a page without is only looked at.
        take_scope: What its forms ask for; the same as ``scope`` unless said.
        at_facility: Whether members bound to facilities may come; ``code`` in the path is theirs.
        proof: Whether one must have proved lately who one is, to see it too: for secrets.
        take_proof: The same for its forms alone, which wait meanwhile and then go on: for money.
    """
    whole = f"{WORKSPACE}{path}"
    methods = tuple(word for word, one in (("GET", show), ("POST", take)) if one is not None)
    rule = Rule(
        path=whole,
        scope=scope,
        take_scope=take_scope or scope,
        at_facility=at_facility,
        proof=proof,
        take_proof=proof or take_proof,
        methods=methods,
    )
    RULES[f"{methods} {whole}"] = rule
    made: list[HTTPRouteHandler] = []
    if show is not None:
        shown = show

        @get(whole)
        async def page(request: Asking) -> Response[Any]:
            """Show it to who may see it."""
            return await _open(house, request, rule, shown)

        made.append(page)
    if take is not None:
        taken = take

        @post(whole, request_max_body_size=bytes_max)
        async def press(request: Asking) -> Response[Any]:
            """Do what a form asks for."""

            async def do(seat: Seat) -> Response[Any]:
                return await taken(seat, seat.form)

            return await _open(house, request, rule, do)

        made.append(press)
    return made


async def _open(house: House, request: Asking, rule: Rule, act: Show) -> Response[Any]:
    """Let somebody sit down at a page, or say why not; nothing escapes but through here."""
    try:
        seat = await seated(house, request)
        if isinstance(seat, Response):
            return seat
        response = await _sat(seat, rule, act)
        if (brings := seat.session.brings) is not None:
            guard.rotate_session(house, response, brings)
        return response
    except Transient:
        return bare(house, "staff_trouble.html", 503, words=_BUSY)
    except HTTPException as error:  # Of the server: a body too large, or none that can be read.
        return bare(house, "staff_trouble.html", error.status_code, words=_UNREADABLE)
    except Exception:  # noqa: BLE001 - the outermost place: a bug ends this page only
        _LOG.exception("a page failed", path=request.scope["path"])
        words = "Something went wrong on our side. Nothing was changed; try again in a moment."
        return bare(house, "staff_trouble.html", 500, words=words)


async def _sat(seat: Seat, rule: Rule, act: Show) -> Response[Any]:
    is_form = seat.request.method == "POST"
    scope = rule.take_scope if is_form else rule.scope
    if not may_enter(seat.principal, scope, at_facility=rule.at_facility):
        return seat.refused(_why(seat, scope, rule))
    bound, code = seat.principal.facilities, seat.params.get("code")
    if bound is not None and code is not None and code not in bound:
        return seat.refused(f"You work at {', '.join(sorted(bound))}; this is another facility.")
    if is_form and not guard.is_ours(seat.house, seat.request, seat.form, seat.session.id):
        return seat.go_on(seat.here, notice=_STALE_FORM, tone="bad")
    if is_form and (held := seat.form.get("held")):
        pairs = await holding.take(seat.house, seat.session, held, seat.here)
        if pairs is None:
            return seat.go_on(seat.here, notice=_NOT_HELD, tone="warn")
        seat = replace(seat, form=Form(pairs))
    if (rule.take_proof if is_form else rule.proof) and not seat.session.is_fresh:
        return await seat.prove()
    try:
        with acting_as(f"person:{seat.session.person_id}"):
            return await act(seat)
    except InvalidRequest as error:
        words = [one.detail for one in error.errors]
        return seat.page("staff_invalid.html", 422, words=words, back=seat.here)


def _why(seat: Seat, scope: str | None, rule: Rule) -> str:
    if seat.principal.facilities is not None and not rule.at_facility:
        return "Your membership is bound to facilities, and this page is about the whole workspace."
    return f"As {seat.role.value} you may not do this; it takes the right {scope}."


async def signed_in(house: House, request: Asking, *, may_rotate: bool = False) -> Session | None:
    """Say who is signed in in this browser.

    Args:
        may_rotate: Whether the answer has the browser bring ``Session.brings``.
    """
    token = guard.session_token(house, request)
    if not token:
        return None
    try:
        return await sessions.find(house, token, device_of(request), may_rotate=may_rotate)
    except sessions.Copied:
        request.state[_COPIED] = True
        return None


def device_of(request: Asking) -> str:
    """Say which browser asks, as it calls itself."""
    device = request.headers.get("user-agent", "")
    return "".join(sign for sign in device if sign.isprintable())


def to_sign_in(house: House, request: Asking) -> Response[Any]:
    """Have somebody sign in, then come back where they wanted to go."""
    path = quote(request.scope["path"], safe="/-_.~")
    query = request.scope["query_string"].decode("latin-1")
    is_page = request.method == "GET"
    wanted = guard.own_path(f"{path}?{query}" if query and is_page else path)
    response = went(house, f"/sign-in?{urlencode({'next': wanted})}")
    return (
        guard.with_notice(house, response, guard.COPIED) if _COPIED in request.state else response
    )


async def seated(house: House, request: Asking) -> Seat | Response[Any]:
    """Find out who opens a workspace's page and whether they belong there."""
    session = await signed_in(house, request, may_rotate=True)
    if session is None:
        return to_sign_in(house, request)
    params = {name: str(value) for name, value in request.path_params.items()}
    workspace_id = workspace_number(params.pop("workspace", ""))
    config = None if workspace_id is None else await house.configs.recent(workspace_id)
    principal = None if config is None else principal_of(config, session.person_id)
    if config is None or principal is None or any("\x00" in one for one in params.values()):
        return bare(house, "staff_stranger.html", 404)
    role = config.members[session.person_id].role
    if lacks_factor(house, session, role):
        return guard.with_notice(house, went(house, "/me"), _FACTOR)
    return Seat(
        house=house,
        session=session,
        principal=principal,
        config=config,
        role=role,
        workspaces=tuple(await workspaces_of(house, session.person_id)),
        request=request,
        params=params,
        query=query_of(request),
        notice=guard.read_notice(house, request),
        form=await read(request) if request.method == "POST" else Form([]),
    )


def lacks_factor(house: House, session: Session, role: MemberRole) -> bool:
    """Say whether this house asks more of an admin than the password they came in by."""
    is_asked = house.settings.admin_factor and role is MemberRole.ADMIN
    return is_asked and session.way == sessions.PLAIN


def query_of(request: Asking) -> Form:
    """Read what stands behind the question mark; what cannot be read is as if it were empty."""
    raw: bytes = request.scope["query_string"]
    return Form([]) if len(raw) > _QUERY_LENGTH_MAX else _pairs(raw)


async def read(request: Asking) -> Form:
    """Read a form, with what was uploaded where it holds files."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return _pairs(await request.body())
    filled = await read_parts(request)
    pairs: list[tuple[str, str]] = []
    files: dict[str, list[bytes]] = {}
    for name, value in filled.multi_items():
        if isinstance(value, UploadFile):
            files.setdefault(name, []).append(await value.read())
        else:
            pairs.append((name, str(value).replace("\x00", "")))
    return Form(pairs[:_FIELDS_MAX], files)


def _pairs(raw: bytes) -> Form:
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_FIELDS_MAX,
        )
    except ValueError:
        return Form([])
    return Form([(name, value.replace("\x00", "")) for name, value in pairs])


def went(house: House, address: str) -> Response[Any]:
    """Send the browser on."""
    headers = {**guard.headers_for(house), "location": address}
    return Response(b"", status_code=303, headers=headers)


def bare(house: House, template: str, status: int, **values: Any) -> Response[Any]:  # noqa: ANN401 - whatever the template names
    """Fill a template that is no workspace's."""
    text = PAGES.get_template(template).render(
        **{"wrong": {}, "notice": None, "session": None, **values}
    )
    headers = guard.headers_for(house)
    return Response(text, media_type="text/html", headers=headers, status_code=status)
