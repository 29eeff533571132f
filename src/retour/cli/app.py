"""The words of ``retour`` and their options; what carries them out is handed in.

Exit codes: 0 done, 1 failed for a reason said in words, 2 the command line cannot be understood,
3 the domain refused, 130 interrupted; ``mail-in`` answers in a mail server's: 65 unreadable,
67 nobody's, 75 try again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retour.cli.files import config_app, policy_app
from retour.cli.options import Data, Json, Start, Url, carry_out, example

app = typer.Typer(
    name="retour",
    help="Runs the life of a return, from request to money, and tells every system concerned.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
workspace_app = typer.Typer(help="Make workspaces.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(workspace_app, name="workspace")
app.add_typer(policy_app, name="policy")
app.add_typer(config_app, name="config")
person_app = typer.Typer(help="Who may sign in.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(person_app, name="person")

epoch_app = typer.Typer(
    help="Whether anything is sent and paid: held after a restore until it is released.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(epoch_app, name="epoch")

backup_app = typer.Typer(
    help="Backups, which your own tools make.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(backup_app, name="backup")

audit_app = typer.Typer(
    help="The log of what people and keys did: proved, and its ends printed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(audit_app, name="audit")

erasures_app = typer.Typer(
    help="Who was forgotten, by marks alone: printed, and applied to a restored database.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(erasures_app, name="erasures")


@app.command(epilog=example("serve --port 8700"))
def serve(
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(help="Port. [env: RETOUR_PORT, default 8700]", min=0, max=65535)
    ] = None,
    data: Data = None,
    database_url: Url = None,
    in_process: Annotated[
        bool, typer.Option("--in-process", help="Deliver in this process, for tiny machines.")
    ] = False,
    no_delivery: Annotated[
        bool, typer.Option("--no-delivery", help="Serve only; `retour work` delivers.")
    ] = False,
) -> None:
    """Run the API, the screens and delivery."""
    carry_out(
        context,
        "serve",
        host=host,
        port=port,
        data=data,
        database_url=database_url,
        in_process=in_process,
        no_delivery=no_delivery,
    )


@app.command(epilog=example("work --database-url postgresql://db.example.com/retour"))
def work(
    context: typer.Context,
    *,
    data: Data = None,
    database_url: Url = None,
    hinted: Annotated[bool, typer.Option("--hinted", hidden=True)] = False,
) -> None:
    """Deliver only; any number of these may run on one database."""
    carry_out(context, "work", data=data, database_url=database_url, hinted=hinted)


@app.command(epilog=example("demo --reset"))
def demo(
    context: typer.Context,
    *,
    port: Annotated[
        int | None, typer.Option(help="Port of the API; the sink takes the next.", min=0, max=65534)
    ] = None,
    data: Data = None,
    reset: Annotated[bool, typer.Option("--reset", help="Start over: earlier data go.")] = False,
) -> None:
    """Start a sandbox, play one return and a month of others, and stay up."""
    carry_out(context, "demo", port=port, data=data, reset=reset)


@workspace_app.command("create", epilog=example('workspace create "Nordlicht" --sandbox'))
def workspace_create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What people call it.")],
    *,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="For practice: play money, own clock.")
    ] = False,
    zone: Annotated[str, typer.Option(help="Its time zone.")] = "Europe/Berlin",
    currency: Annotated[str, typer.Option(help="Its currency.")] = "EUR",
    data: Data = None,
    database_url: Url = None,
    json: Json = False,
) -> None:
    """Make a workspace and show its first API key, this once."""
    carry_out(
        context,
        "workspace",
        name=name,
        sandbox=sandbox,
        zone=zone,
        currency=currency,
        data=data,
        database_url=database_url,
        as_json=json,
    )


@person_app.command(
    "invite", epilog=example("person invite ws_0000000000001 ann@example.com --role agent")
)
def person_invite(
    context: typer.Context,
    workspace: Annotated[str, typer.Argument(help="The workspace's id, ws_….")],
    email: Annotated[
        str | None, typer.Argument(help="Who; left out, whoever has the link.")
    ] = None,
    *,
    role: Annotated[str, typer.Option(help="agent, warehouse, developer or admin.")] = "admin",
    data: Data = None,
    database_url: Url = None,
    json: Json = False,
) -> None:
    """Print a link by which somebody becomes a member; it is good once, for a week."""
    carry_out(
        context,
        "person_invite",
        workspace=workspace,
        email=email,
        role=role,
        data=data,
        database_url=database_url,
        as_json=json,
    )


@person_app.command("reset", epilog=example("person reset ann@example.com"))
def person_reset(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="Whose password.")],
    *,
    data: Data = None,
    database_url: Url = None,
) -> None:
    """Print a link by which somebody sets a new password; it is good once, for an hour."""
    carry_out(context, "person_reset", email=email, data=data, database_url=database_url)


@policy_app.command(
    "backtest",
    epilog=example("policy backtest ws_0000000000001 default --days 30 --draft policy.yaml"),
)
def policy_backtest(
    context: typer.Context,
    workspace: Annotated[str, typer.Argument(help="The workspace's id, ws_….")],
    policy: Annotated[str, typer.Argument(help="The policy's id.")] = "default",
    *,
    days: Annotated[int, typer.Option(help="Over how many days.", min=1, max=3650)] = 90,
    draft: Annotated[
        Path | None,
        typer.Option(
            help="A file with the policy to try; the one in force where none is given.", exists=True
        ),
    ] = None,
    data: Data = None,
    database_url: Url = None,
    json: Json = False,
) -> None:
    """Try a policy on the returns of the last days, and say what would change."""
    carry_out(
        context,
        "policy_backtest",
        workspace=workspace,
        policy=policy,
        days=days,
        draft=draft,
        data=data,
        database_url=database_url,
        as_json=json,
    )


@app.command("reconcile", epilog=example("reconcile ws_0000000000001 stripe --days 7"))
def reconcile(
    context: typer.Context,
    workspace: Annotated[str, typer.Argument(help="The workspace's id, ws_….")],
    processor: Annotated[str, typer.Argument(help="stripe or sandbox.")] = "stripe",
    *,
    days: Annotated[int, typer.Option(help="How far back.", min=1, max=366)] = 3,
    data: Data = None,
    database_url: Url = None,
    json: Json = False,
) -> None:
    """Compare a processor's refunds with ours; ends with 0 only where all is explained."""
    carry_out(
        context,
        "reconcile",
        workspace=workspace,
        processor=processor,
        days=days,
        data=data,
        database_url=database_url,
        as_json=json,
    )


@app.command("mail-in", epilog=example("mail-in --workspace ws_0000000000001 < mail.eml"))
def mail_in(
    context: typer.Context,
    *,
    workspace: Annotated[
        str | None, typer.Option(help="Where a mail waits that names no conversation, ws_….")
    ] = None,
    data: Data = None,
    database_url: Url = None,
    json: Json = False,
) -> None:
    """Take one mail in from standard input, for mail servers that pipe to a command."""
    carry_out(
        context,
        "mail_in",
        workspace=workspace,
        data=data,
        database_url=database_url,
        as_json=json,
    )


@app.command(epilog=example("migrate --json"))
def migrate(
    context: typer.Context, *, data: Data = None, database_url: Url = None, json: Json = False
) -> None:
    """Bring the database's schema up to date."""
    carry_out(context, "migrate", data=data, database_url=database_url, as_json=json)


@app.command(epilog=example("doctor --json"))
def doctor(
    context: typer.Context, *, data: Data = None, database_url: Url = None, json: Json = False
) -> None:
    """Look at everything Retour needs and say what is amiss."""
    carry_out(context, "doctor", data=data, database_url=database_url, as_json=json)


@backup_app.command("done", epilog=example("backup done"))
def backup_done(
    context: typer.Context, *, data: Data = None, database_url: Url = None, json: Json = False
) -> None:
    """Tell that a backup was made just now; its age is watched from then on."""
    carry_out(context, "backup_done", data=data, database_url=database_url, as_json=json)


@epoch_app.command("show", epilog=example("epoch show"))
def epoch_show(
    context: typer.Context, *, data: Data = None, database_url: Url = None, json: Json = False
) -> None:
    """Say whether anything is sent and paid; 1 where it is held."""
    _epoch(context, "show", data=data, database_url=database_url, as_json=json)


@epoch_app.command("hold", epilog=example('epoch hold --why "The snapshot of Monday is put back."'))
def epoch_hold(
    context: typer.Context,
    *,
    why: Annotated[str, typer.Option(help="The reason, as people shall read it.")] = "By hand.",
    data: Data = None,
    database_url: Url = None,
    json: Json = False,
) -> None:
    """Send and pay nothing from now on, as before a snapshot is put back."""
    _epoch(context, "hold", why=why, data=data, database_url=database_url, as_json=json)


@epoch_app.command("release", epilog=example("epoch release --days 31"))
def epoch_release(
    context: typer.Context,
    *,
    days: Annotated[
        int, typer.Option(help="Compare the refunds of so many days.", min=1, max=366)
    ] = 31,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Even where refunds are not explained.")
    ] = False,
    data: Data = None,
    database_url: Url = None,
    json: Json = False,
) -> None:
    """Compare with every processor, then let everything go on."""
    _epoch(
        context,
        "release",
        days=days,
        anyway=anyway,
        data=data,
        database_url=database_url,
        as_json=json,
    )


def _epoch(context: typer.Context, act: str, **options: object) -> None:
    """Have it carried out, with what was left out as it is by itself."""
    given: dict[str, object] = {"why": "", "days": 31, "anyway": False, **options}
    carry_out(context, "epoch", act=act, **given)


@audit_app.command("verify", epilog=example("audit verify --noted heads.json"))
def audit_verify(
    context: typer.Context,
    *,
    workspace: Annotated[str | None, typer.Option(help="Only this one's log.")] = None,
    noted: Annotated[
        Path | None,
        typer.Option(help="Heads kept elsewhere, as `retour audit heads` wrote them.", exists=True),
    ] = None,
    data: Data = None,
    database_url: Url = None,
    json: Json = False,
) -> None:
    """Name every edit, deletion, exchange and cut of the log; 1 where there is one."""
    given = {"workspace": workspace, "noted": noted, "as_json": json}
    carry_out(context, "audit", act="verify", data=data, database_url=database_url, **given)


@audit_app.command("heads", epilog=example("audit heads > heads.json"))
def audit_heads(context: typer.Context, *, data: Data = None, database_url: Url = None) -> None:
    """Print where each log ends, to be kept where nobody who has the database can change it."""
    given = {"workspace": None, "noted": None, "as_json": True}
    carry_out(context, "audit", act="heads", data=data, database_url=database_url, **given)


@erasures_app.command("list", epilog=example("erasures list > erased.json"))
def erasures_list(context: typer.Context, *, data: Data = None, database_url: Url = None) -> None:
    """Print what stays of every erasure, to be kept with your backups; it names nobody."""
    carry_out(context, "erasures", act="list", file=None, data=data, database_url=database_url)


@erasures_app.command("apply", epilog=example("erasures apply erased.json"))
def erasures_apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `retour erasures list` printed.", exists=True)],
    *,
    data: Data = None,
    database_url: Url = None,
) -> None:
    """Forget again whom a restored database still knows."""
    carry_out(context, "erasures", act="apply", file=file, data=data, database_url=database_url)


@app.command(epilog=example("openapi > openapi.json"))
def openapi(context: typer.Context) -> None:
    """Print the API's OpenAPI 3.1 description."""
    carry_out(context, "openapi")


def run(start: Start) -> None:
    """Read the command line and have ``start`` carry it out."""
    app(obj=start)
