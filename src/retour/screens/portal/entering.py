"""Before the journey: what shoppers may come for as the merchant arranged it, and ways in.

A use case leads to another page, to a form whose words go to an inbox, to a question with answers
of its own, or to the first step.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from retour.desk import messages
from retour.desk.execute import RequestKey
from retour.desk.messages import MessageNew, Writer, is_address
from retour.desk.outcome import Done, KeyReused
from retour.desk.portal.finding import NUMBER_LENGTH_MAX, LineTooLong, queue_up
from retour.desk.portal.offering import ACTOR, SOURCE
from retour.desk.portal.resuming import mail_link
from retour.desk.withdrawals.page import clean
from retour.dialects.portal.languages import LANGUAGES
from retour.screens.forms import BODY_BYTES_MAX, address_of, go_on, query_of, read_form
from retour.screens.portal.visit import PATH, Asking, Visit, nowhere, visited

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.portal.settings import UseCase
    from retour.desk.withdrawals.pacing import Line

TEXT_LENGTH_MAX: Final = 4000
EMAIL_LENGTH_MAX: Final = 320
_KEY: Final = "portal-message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What somebody writes from a use case."""

    email: str = ""
    order: str = ""
    text: str = ""


def policy_of(visit: Visit, name: str) -> str | None:
    """Give the policy that a use case's return is asked under."""
    case = _case(visit, name)
    return None if case is None else case.policy


def front(visit: Visit) -> Response[Any]:
    """Show what shoppers may come for."""
    return _choices(visit, None)


def routes(house: House, queue: Line) -> list[HTTPRouteHandler]:
    """Make the handlers of use cases and of the way back by mail."""
    return [*_use_cases(house, queue), *_resuming(house, queue)]


def _use_cases(house: House, queue: Line) -> list[HTTPRouteHandler]:
    path = f"{PATH}/for/{{name:str}}"

    @get(path)
    async def show(request: Asking, workspace: FromPath[str], name: FromPath[str]) -> Response[Any]:
        """Show a question's answers, or the form of a message."""
        visit = await visited(house, request, workspace)
        case = None if visit is None else _case(visit, name)
        if visit is None or case is None:
            return nowhere(request)
        match case.outcome:
            case "question":
                return _choices(visit, case)
            case "message":
                return _form(visit, case, Letter(), sent="sent" in query_of(request))
            case _:
                return go_on(_leads_to(visit, case))

    @post(path, request_max_body_size=BODY_BYTES_MAX)
    async def write(
        request: Asking, workspace: FromPath[str], name: FromPath[str]
    ) -> Response[Any]:
        """Send the message to the inbox of its use case."""
        visit = await visited(house, request, workspace)
        case = None if visit is None else _case(visit, name)
        if visit is None or case is None or case.outcome != "message":
            return nowhere(request)
        fields = read_form(await request.body())
        said = Letter(
            email=clean(fields.get("email", "")),
            order=clean(fields.get("order", ""))[:NUMBER_LENGTH_MAX],
            text=clean(fields.get("text", "")),
        )
        wrong = _wrong(visit, said)
        if wrong:
            return _form(visit, case, said, wrong=wrong)
        try:
            await queue_up(visit.shop, address_of(request), queue)
        except LineTooLong as busy:
            response = _form(visit, case, said, notice=visit.words.busy, status=429)
            response.headers["retry-after"] = str(int(busy.wait_s) + 1)
            return response
        await _write(visit, case, said)
        return go_on(visit.at(f"/for/{case.id}", sent="1"))

    return [show, write]


def _resuming(house: House, queue: Line) -> list[HTTPRouteHandler]:
    path = f"{PATH}/resume"

    @get(path)
    async def ask(request: Asking, workspace: FromPath[str]) -> Response[Any]:
        """Ask for the order's number, or say that the mail is on its way, if there is one."""
        visit = await visited(house, request, workspace)
        if visit is None:
            return nowhere(request)
        return _resume_page(visit, sent=query_of(request).get("sent", ""))

    @post(path, request_max_body_size=BODY_BYTES_MAX)
    async def mail(request: Asking, workspace: FromPath[str]) -> Response[Any]:
        """Mail the link; the answer is the same whatever was typed."""
        visit = await visited(house, request, workspace)
        if visit is None:
            return nowhere(request)
        number = clean(read_form(await request.body()).get("number", ""))[:NUMBER_LENGTH_MAX]
        if not number:
            return _resume_page(visit, wrong={"number": visit.words.no_number})
        try:
            ip = address_of(request)
            await mail_link(house, visit.shop, number, visit.language, ip=ip, line=queue)
        except LineTooLong as busy:
            response = _resume_page(visit, notice=visit.words.busy, status=429)
            response.headers["retry-after"] = str(int(busy.wait_s) + 1)
            return response
        return go_on(visit.at("/resume", sent="1"))

    return [ask, mail]


# ---------------------------------------------------------------- pages


def _resume_page(
    visit: Visit,
    *,
    sent: str = "",
    wrong: dict[str, str] | None = None,
    notice: str | None = None,
    status: int | None = None,
) -> Response[Any]:
    more = visit.more
    return visit.page(
        "resume",
        status or (422 if wrong else 200),
        sent=sent and (more.return_sent if sent == "return" else more.resume_sent),
        wrong=wrong or {},
        notice=notice,
        most=NUMBER_LENGTH_MAX,
        action=visit.at("/resume"),
        back=visit.at("/find"),
    )


def _choices(visit: Visit, above: UseCase | None) -> Response[Any]:
    under = None if above is None else above.id
    shown = [one for one in visit.portal.use_cases if one.under == under]
    query = "" if above is None else f"/for/{above.id}"
    return visit.page(
        "front",
        question=None if above is None else visit.said(above.label),
        cases=[
            (visit.said(one.label), one.hint and visit.said(one.hint), _leads_to(visit, one))
            for one in shown
        ],
        back=None if above is None else _back(visit, above),
        others=[
            (code, words.language, f"{visit.home}{query}?lang={code}")
            for code, words in LANGUAGES.items()
            if code != visit.language
        ],
    )


def _leads_to(visit: Visit, case: UseCase) -> str:
    match case.outcome:
        case "page":
            return case.url or visit.at()
        case "return":
            return visit.at("/find", **{"for": case.id})
        case _:
            return visit.at(f"/for/{case.id}")


def _back(visit: Visit, case: UseCase) -> str:
    return visit.at() if case.under is None else visit.at(f"/for/{case.under}")


def _form(
    visit: Visit,
    case: UseCase,
    said: Letter,
    *,
    wrong: dict[str, str] | None = None,
    notice: str | None = None,
    sent: bool = False,
    status: int | None = None,
) -> Response[Any]:
    return visit.page(
        "write",
        status or (422 if wrong else 200),
        label=visit.said(case.label),
        hint=case.hint and visit.said(case.hint),
        said=said,
        sent=sent,
        wrong=wrong or {},
        notice=notice,
        most={"email": EMAIL_LENGTH_MAX, "order": NUMBER_LENGTH_MAX, "text": TEXT_LENGTH_MAX},
        action=visit.at(f"/for/{case.id}"),
        back=_back(visit, case),
    )


# ---------------------------------------------------------------- reading, writing


def _case(visit: Visit, name: str) -> UseCase | None:
    return next((one for one in visit.portal.use_cases if one.id == name), None)


def _wrong(visit: Visit, said: Letter) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not is_address(said.email) or len(said.email) > EMAIL_LENGTH_MAX:
        wrong["email"] = visit.more.no_email
    if not said.text:
        wrong["text"] = visit.more.no_text
    elif len(said.text) > TEXT_LENGTH_MAX:
        wrong["text"] = visit.words.too_long.replace("[n]", str(TEXT_LENGTH_MAX))
    return wrong


async def _write(visit: Visit, case: UseCase, said: Letter) -> None:
    """Take the message; the same words on the same day are one message."""
    label = visit.said(case.label)
    day = visit.shop.now.strftime("%Y%m%d")
    digest = hashlib.sha256(
        f"{case.id}\n{day}\n{said.email}\n{said.order}\n{said.text}".encode()
    ).digest()
    outcome = await messages.create(
        visit.house,
        visit.shop.workspace_id,
        MessageNew(
            kind="use_case",
            customer=Writer(email=said.email, locale=visit.language),
            use_case=case.id,
            subject=f"{label} – {said.order}" if said.order else label,
            body=said.text,
            to=case.to,
            language=visit.language,
        ),
        actor=ACTOR,
        source=SOURCE,
        key=RequestKey(key_id=_KEY, key=digest.hex()[:32], digest=digest),
    )
    assert isinstance(outcome, Done | KeyReused), "a workspace that is visited is there"
