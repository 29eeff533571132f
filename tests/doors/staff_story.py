"""Somebody at a browser: keeps cookies, goes where they are sent, fills in forms as they stand."""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from ipaddress import IPv4Address
from itertools import count
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from retour.desk.people import invitations, members, persons
from retour.desk.people.roles import MemberRole
from retour.kernel.ids import workspace_number
from tests.doors.client import Answer
from tests.support.pages import flaws

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House

_NETWORKS: Final = int(IPv4Address("198.18.0.1"))
_COUNT: Final = count()
PASSWORD: Final = "seven tall ships"
_FIELD: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class Browser:
    """A browser with its cookies; where it is strict, pages are looked at for flaws."""

    app: Litestar
    cookies: dict[str, str] = field(default_factory=dict[str, str])
    headers: dict[str, str] = field(default_factory=lambda: {"sec-fetch-site": "same-origin"})
    last: Answer | None = None
    is_strict: bool = True
    network: str = field(default_factory=lambda: str(IPv4Address(_NETWORKS + next(_COUNT))))
    set_cookies: list[str] = field(default_factory=list[str])

    async def ask(
        self, method: str, address: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """Send one request, as a browser with these cookies does."""
        path, _, query = address.partition("?")
        sent: dict[str, str] = {"host": "127.0.0.1:8700", **self.headers, **(headers or {})}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        messages = await _speak(self.app, (method, path, query, self.network), body, sent)
        self.set_cookies = []
        said: dict[str, str] = {}
        for name, value in messages[0]["headers"]:
            if name == b"set-cookie":
                self._keep(value.decode())
            else:
                said[name.decode().lower()] = value.decode()
        whole = b"".join(one.get("body", b"") for one in messages[1:])
        self.last = Answer(status=messages[0]["status"], headers=said, body=whole)
        if self.is_strict and said.get("content-type", "").startswith("text/html") and whole:
            assert flaws(whole.decode()) == [], (address, flaws(whole.decode()))
        return self.last

    def _keep(self, written: str) -> None:
        self.set_cookies.append(written)
        for name, morsel in SimpleCookie(written).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value

    async def open(self, address: str) -> Answer:
        """Open a page."""
        return await self.ask("GET", address)

    async def press(self, address: str, **fields: Any) -> Answer:  # noqa: ANN401 - what forms say
        """Open a page, then send its form with these fields."""
        shown = (await self.open(address)).body.decode()
        hidden = {name: html.unescape(value) for name, value in _FIELD.findall(shown)}
        hidden = {
            "form": form_of(shown),
            **{k: v for k, v in hidden.items() if k == "next"},
        }
        return await self.send(address, {**hidden, **fields})

    async def send(self, address: str, fields: dict[str, Any]) -> Answer:
        """Send a form as it is said here."""
        form = {"content-type": "application/x-www-form-urlencoded"}
        return await self.ask("POST", address, urlencode(fields, doseq=True).encode(), form)

    async def follow(self, answer: Answer) -> Answer:
        """Go where an answer sends the browser, until it is a page."""
        while answer.status == 303:
            answer = await self.open(answer.headers["location"].partition("#")[0])
        return answer


def somebody() -> str:
    """Give an address that has no account."""
    return f"{uuid4().hex}@example.com"


def form_of(page: str) -> str:
    """Give the mark that the forms of a page carry; empty where it has none."""
    form = re.findall(r'name="form" value="([^"]*)"', page)
    return form[-1] if form else ""


def words(answer: Answer) -> str:
    """Give what a page says."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.body.decode())).split())


async def _speak(
    app: Litestar, line: tuple[str, str, str, str], body: bytes, headers: dict[str, str]
) -> list[dict[str, Any]]:
    method, path, query, network = line
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    if body:
        sent.append((b"content-length", b"%d" % len(body)))
    messages: list[dict[str, Any]] = []
    arrived, answered = False, asyncio.Event()

    async def receive() -> dict[str, Any]:
        nonlocal arrived
        if arrived:  # Nobody hangs up before the answer.
            await answered.wait()
            return {"type": "http.disconnect"}
        arrived = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's own
        messages.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()

    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": sent,
        "client": (network, 40000),
        "server": ("127.0.0.1", 8700),
    }
    await app(scope, receive, send)  # pyright: ignore[reportArgumentType]  # ASGI by hand
    return messages


async def admitted(house: House, workspace: str, role: MemberRole = MemberRole.AGENT) -> str:
    """Make somebody with an account a member; gives their id."""
    email, number = somebody(), workspace_number(workspace)
    person = await persons.make(house, email=email, name="Kim Member", password=None)
    assert person is not None
    assert number is not None
    await members.put(house, number, person.id, role=role)
    return person.id


async def member(
    app: Litestar,
    house: House,
    workspace_id: int,
    role: MemberRole = MemberRole.ADMIN,
    *,
    email: str = "ann@example.com",
    facilities: tuple[str, ...] | None = None,
) -> Browser:
    """Invite somebody, have them make an account, and give their browser, signed in."""
    made = await invitations.invite(
        house, workspace_id, email=email, role=role, facilities=facilities
    )
    assert made is not None
    browser = Browser(app)
    token = invitations.token_of(house.vault, workspace_id, made.id)
    answer = await browser.press(f"/welcome/{token}", name="Ann Other", password=PASSWORD)
    assert answer.status == 303, words(answer)
    return browser
