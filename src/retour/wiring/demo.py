"""``retour demo``: a sandbox with merchants, one return played and shown; it stays up."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from retour.desk.people import members, persons
from retour.desk.people.roles import MemberRole
from retour.desk.workspaces import NewWorkspace, create_workspace
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient
from retour.sandbox.messages import Messages
from retour.sandbox.sink import Sink, serve_mailbox
from retour.screens.directory import Listed
from retour.settings import default_data
from retour.store.embedded_place import remove
from retour.wiring import month
from retour.wiring.application import build
from retour.wiring.base import open_base, open_house
from retour.wiring.channel_story import practise
from retour.wiring.merchants import MERCHANTS, ORDERS_EACH, Merchant, order_of
from retour.wiring.progress import Phase, phase
from retour.wiring.running import FAILED, carry_out, complain
from retour.wiring.serving import HintPipe, bind, delivery_child, listening, until_told_to_stop
from retour.wiring.story import Client, Listener, StoryFailed, play, subscribe

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.house import House
    from retour.desk.people.persons import Person
    from retour.settings import Settings

_FILE: Final = "demo.json"
_ADMIN: Final = "admin@demo.example"


def run(*, port: int | None, data: Path | None, reset: bool) -> int:
    """Run the demonstration until it is told to stop."""
    folder = data or _folder()
    if reset and (code := _reset(folder)):
        return code
    return carry_out(_demonstrate, data=folder, database_url=None, port=port)


def _folder() -> Path:
    named = os.environ.get("RETOUR_DATA")
    return (Path(named) if named else default_data()) / "demo"


def _reset(folder: Path) -> int:
    """Remove what an earlier demonstration left; nothing but a demonstration's own folder."""
    if not folder.exists():
        return 0
    if not (folder / _FILE).exists():
        complain(
            f"{folder} holds no demonstration ({_FILE} is missing), so --reset leaves it alone."
            " Name its folder with --data."
        )
        return FAILED
    remove(folder)
    return 0


async def _demonstrate(settings: Settings) -> int:
    """Start everything, play, report, stay."""
    async with AsyncExitStack() as stack:
        api = bind(settings.host, settings.port)
        port = api.getsockname()[1]
        sink = bind(settings.host, port + 1 if settings.port else 0)
        mail = bind(settings.host, port + 2 if settings.port else 0)
        sink_port, mail_port = sink.getsockname()[1], mail.getsockname()[1]
        mail.close()
        settings = replace(
            settings,
            port=port,
            smtp_url=f"smtp://{settings.host}:{mail_port}",
            egress_allow=f"{settings.host}/32:{sink_port}",
            log=settings.log if "RETOUR_LOG" in os.environ else "warning",
        )
        with phase("database", 1) as shown:
            base = await stack.enter_async_context(open_base(settings))
            shown.step()
        hints = HintPipe()
        house = await stack.enter_async_context(open_house(base, hints=hints))
        logins = await _merchants(house, settings.data / _FILE)
        messages = Messages(house.database)
        with phase("servers", 3) as shown:
            mailbox = await serve_mailbox(messages, settings.host, mail_port)
            stack.callback(mailbox.close)
            shown.step()
            await stack.enter_async_context(listening(Sink(messages), sink))
            shown.step()
            listed = [Listed(name=one["name"], workspace=one["workspace"]) for one in logins]
            app = build(house, now=base.started_at, merchants=listed)
            await stack.enter_async_context(listening(app, api, proxies=settings.proxies))
            stack.callback(house.closing.set)
            await stack.enter_async_context(delivery_child(settings, hints))
            shown.step()
        sys.stdout.write(f"ready http://{settings.host}:{port}\n")
        sys.stdout.flush()
        code = await _play(settings, messages, logins, sink_port)
        if code == 0:
            _report(settings, logins, sink_port)
            async with _filling(settings, logins):
                await until_told_to_stop()
        return code


async def _merchants(house: House, path: Path) -> list[dict[str, str]]:
    """Have the merchants and their orders, made once; gives their logins."""
    if (known := _known(path)) is not None:
        return known
    made: list[dict[str, str]] = []
    password = secrets.token_urlsafe(12)
    admin = await persons.make(house, email=_ADMIN, name="Robin Demo", password=password)
    assert admin is not None, "a new demonstration has no accounts"
    with phase("merchants", len(MERCHANTS)) as shown:
        for merchant in MERCHANTS:
            new = NewWorkspace(
                name=merchant.name, sandbox=True, zone=merchant.zone, currency=merchant.currency
            )
            workspace = await create_workspace(house, new)
            made.append(
                {"name": merchant.name, "workspace": workspace.id, "api_key": workspace.api_key}
            )
            await _admit(house, admin, workspace.number)
            shown.step()
    made[0] |= {"email": admin.email, "password": password}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(made, file)
    return made


async def _admit(house: House, admin: Person, workspace_id: int) -> None:
    """Let the demonstration's admin into a workspace."""
    await members.put(house, workspace_id, admin.id, role=MemberRole.ADMIN)


def _known(path: Path) -> list[dict[str, str]] | None:
    """Read the logins of an earlier run."""
    if not path.exists():
        return None
    logins: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return logins


async def _sell(http: HttpClient, base: str, logins: list[dict[str, str]]) -> None:
    """Put the merchants' orders; the same again changes nothing."""
    with phase("orders", len(MERCHANTS) * ORDERS_EACH) as shown:
        for merchant, login in zip(MERCHANTS, logins, strict=True):
            client = Client(http, base, login["workspace"], login["api_key"])
            await _sell_one(client, merchant, shown)


async def _sell_one(client: Client, merchant: Merchant, shown: Phase) -> None:
    now = await client.now()
    for index in range(ORDERS_EACH):
        number, body = order_of(merchant, index, now)
        await client.call("PUT", f"/orders/{number}", body)
        shown.step()


@asynccontextmanager
async def _filling(settings: Settings, logins: list[dict[str, str]]) -> AsyncGenerator[None]:
    """Give the second merchant a month of returns, once, while others look around already."""
    task = asyncio.create_task(_fill(settings, MERCHANTS[1], logins[1]))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _fill(settings: Settings, merchant: Merchant, login: dict[str, str]) -> None:
    http = HttpClient(allow=parse_allow("127.0.0.0/8,::1/128"))
    http.start()
    base = f"http://{settings.host}:{settings.port}"
    client = Client(http, base, login["workspace"], login["api_key"])
    try:
        if not await month.is_played(client):
            with phase(f"a month at {merchant.name}", month.COUNT + ORDERS_EACH) as shown:
                await month.play(client, merchant, shown)
                await _sell_one(client, merchant, shown)
    except StoryFailed as error:
        complain(str(error))
    finally:
        await http.close()


async def _play(
    settings: Settings, messages: Messages, logins: list[dict[str, str]], sink_port: int
) -> int:
    """Sell, subscribe, play the story; a failure is told in words."""
    http = HttpClient(allow=parse_allow("127.0.0.0/8,::1/128"))
    http.start()
    base = f"http://{settings.host}:{settings.port}"
    login = logins[0]
    client = Client(http, base, login["workspace"], login["api_key"])
    listener = Listener(login["workspace"])
    messages.watch(listener)
    try:
        await _sell(http, base, logins)
        await subscribe(client, f"http://{settings.host}:{sink_port}", login["workspace"])
        sys.stdout.write(f"\nOne return at {login['name']}, and who is told\n\n")
        ret = await play(client, listener)
        sys.stdout.write("\nTwo returns of a marketplace, and what it is told\n\n")
        booked = await practise(client)
    except StoryFailed as error:
        complain(str(error))
        return FAILED
    finally:
        await http.close()
    sys.stdout.write(
        f"\n  return {ret['rma_number']} is {ret['status']};"
        f" {ret['settlement']['total']} {ret['settlement']['currency']} were refunded;"
        f" {listener.count} messages were delivered\n"
        f"  its marketplaces booked {booked['updated']} update of theirs and"
        f" {booked['declared']} declaration of ours\n"
    )
    return 0


def _sign_in(base: str, login: dict[str, str]) -> list[str]:
    """Say how to sign in; a demonstration of an earlier version has nobody who could."""
    if "password" not in login:
        return []
    return [f"  Sign in     {base}/sign-in  ({login['email']}, {login['password']})"]


def _report(settings: Settings, logins: list[dict[str, str]], sink_port: int) -> None:
    """Print where everything is and how to get in."""
    base = f"http://{settings.host}:{settings.port}"
    lines = [
        "",
        f"  Retour      {base}/",
        *_sign_in(base, logins[0]),
        f"  API docs    {base}/docs",
        f"  Sink        http://{settings.host}:{sink_port}/<workspace>/<name>",
        f"  Mailbox     {settings.smtp_url}  (anything@ws-….sandbox.invalid)",
        "",
        *(f"  {one['name']:<18} {one['workspace']}  {one['api_key']}" for one in logins),
        "",
        "  Stop with Ctrl-C. The data stay; `retour demo --reset` starts over.",
        "",
    ]
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()
