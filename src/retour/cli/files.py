"""The words about what is kept in files: policies, and all that a workspace settles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retour.cli.options import Data, Json, Url, Ws, carry_out, example

policy_app = typer.Typer(
    help="Policies as files: kept, put, tried.", no_args_is_help=True, rich_markup_mode=None
)
config_app = typer.Typer(
    help="All that a workspace settles, as one file: kept beside code, compared, brought in.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
PolicyId = Annotated[str, typer.Argument(help="The policy's id.")]


@policy_app.command(
    "export", epilog=example("policy export ws_0000000000001 default > policy.yaml")
)
def policy_export(
    context: typer.Context,
    workspace: Ws,
    policy: PolicyId = "default",
    *,
    version: Annotated[
        int | None, typer.Option(help="Which version; the one in force unless said.", min=1)
    ] = None,
    data: Data = None,
    database_url: Url = None,
) -> None:
    """Print a policy as YAML, with comments."""
    carry_out(
        context,
        "policy_export",
        workspace=workspace,
        policy=policy,
        version=version,
        data=data,
        database_url=database_url,
    )


@policy_app.command("import", epilog=example("policy import ws_0000000000001 default policy.yaml"))
def policy_import(
    context: typer.Context,
    workspace: Ws,
    policy: PolicyId,
    file: Annotated[Path, typer.Argument(help="The policy, as YAML or JSON.", exists=True)],
    *,
    data: Data = None,
    database_url: Url = None,
) -> None:
    """Bring a policy into force; the same again makes no new version."""
    carry_out(
        context,
        "policy_import",
        workspace=workspace,
        policy=policy,
        file=file,
        data=data,
        database_url=database_url,
    )


@policy_app.command(
    "simulate", epilog=example("policy simulate ws_0000000000001 --order 1001 --line 1:1:too_small")
)
def policy_simulate(
    context: typer.Context,
    workspace: Ws,
    policy: PolicyId = "default",
    *,
    order: Annotated[str | None, typer.Option(help="The number of an order.")] = None,
    line: Annotated[
        list[str] | None, typer.Option(help="LINE, LINE:QUANTITY or LINE:QUANTITY:REASON.")
    ] = None,
    return_id: Annotated[
        str | None, typer.Option("--return", help="A return, asked for anew.")
    ] = None,
    draft: Annotated[
        Path | None, typer.Option(help="A file with the policy to try.", exists=True)
    ] = None,
    at: Annotated[str | None, typer.Option(help="When it is asked, as an instant.")] = None,
    data: Data = None,
    database_url: Url = None,
    json: Json = False,
) -> None:
    """Say what a policy would make of a request; nothing is written."""
    carry_out(
        context,
        "policy_simulate",
        workspace=workspace,
        policy=policy,
        order=order,
        lines=line or [],
        return_id=return_id,
        draft=draft,
        at=at,
        data=data,
        database_url=database_url,
        as_json=json,
    )


@policy_app.command("examples", epilog=example("policy examples fashion"))
def policy_examples(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Which to print; all are listed unless said.")
    ] = None,
) -> None:
    """List policies to begin with, or print one."""
    carry_out(context, "policy_examples", name=name)


@config_app.command("export", epilog=example("config export ws_0000000000001 > retour.yaml"))
def config_export(
    context: typer.Context,
    workspace: Ws,
    *,
    data: Data = None,
    database_url: Url = None,
    json: Json = False,
) -> None:
    """Print what a workspace settles, as YAML; no secrets, accounts, people or pictures."""
    carry_out(
        context,
        "config_export",
        workspace=workspace,
        data=data,
        database_url=database_url,
        as_json=json,
    )


@config_app.command(
    "import", epilog=example("config import ws_0000000000001 retour.yaml --dry-run")
)
def config_import(
    context: typer.Context,
    workspace: Ws,
    file: Annotated[Path, typer.Argument(help="The file, YAML or JSON.", exists=True)],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    data: Data = None,
    database_url: Url = None,
    json: Json = False,
) -> None:
    """Bring a file in: what is new or differs is put, and nothing is removed."""
    carry_out(
        context,
        "config_import",
        workspace=workspace,
        file=file,
        dry_run=dry_run,
        data=data,
        database_url=database_url,
        as_json=json,
    )
