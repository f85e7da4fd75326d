"""`casewright chat`: talk with a company's agent in the terminal, and see how each answer comes about."""

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from casewright.kit.data_directory import default_data_directory
from casewright.kit.errors import InvalidInput
from casewright.scenarios.errors import CannotRun
from casewright.scenarios.schemas import TenantAccess
from casewright.scenarios.server import read_connection

PUBLISHABLE_KEY: Final = "CASEWRIGHT_PUBLISHABLE_KEY"
OPERATOR_KEY: Final = "CASEWRIGHT_OPERATOR_KEY"
NO_SERVER: Final = 1
"""Exit code when there is none to talk with, or it went away for too long; 2 says that something was asked wrongly."""

_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def chat(
    company: Annotated[
        str | None, typer.Option(help="The demo's company: its name, or how that begins. Default: the first.")
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Data directory of the running demo.")] = None,
    url: Annotated[
        str | None,
        typer.Option(help=f"Another server than the demo's; keys from {PUBLISHABLE_KEY} and {OPERATOR_KEY}."),
    ] = None,
    language: Annotated[str, typer.Option(help="Such as de. Default: the company's own.")] = "",
    inspector: Annotated[
        bool | None,
        typer.Option(
            "--inspector/--no-inspector",
            help="Show how each answer comes about, or not. Default: yes, but not in a pipe.",
        ),
    ] = None,
) -> None:
    """Talk with a company's agent as a customer. Lines from a pipe are sent one by one, and the replies printed plainly.

    Exit code: 0 all went out, 1 the server cannot be reached, 2 something was asked wrongly.
    """
    from casewright.terminal.chat import Visitor
    from casewright.terminal.errors import GaveUp, Unreachable
    from casewright.terminal.running import local_time_zone, talk

    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        server_url, publishable_key, operator_key = _access(company, data_dir, url)
        visitor = Visitor(publishable_key, language, local_time_zone())
        talk(server_url, visitor, operator_key, wants_inspector=inspector)
    except (CannotRun, GaveUp, Unreachable) as error:
        Console(stderr=True).print(error.message, style="red", markup=False, soft_wrap=True)
        raise typer.Exit(NO_SERVER) from None


def _access(company: str | None, data_dir: Path | None, url: str | None) -> tuple[str, str, str | None]:
    """Address, publishable key, and the operator key if there is one. Raises `CannotRun` or `InvalidInput`."""
    if url is None:
        connection = read_connection(data_dir or default_data_directory())
        tenant = tenant_named(company, connection.tenants)
        return connection.url, tenant.publishable_key, tenant.operator_key
    if company is not None or data_dir is not None:
        raise InvalidInput(f"--company and --data-dir are for a demo; with --url the key in {PUBLISHABLE_KEY} decides.")
    if not url.startswith(("http://", "https://")):
        raise InvalidInput(f"{url} is no address of a server. It looks like http://127.0.0.1:8765.")
    publishable_key = os.environ.get(PUBLISHABLE_KEY)
    if not publishable_key:
        raise InvalidInput(f"Put the company's publishable key (pk_…) into {PUBLISHABLE_KEY} to talk with {url}.")
    return url, publishable_key, os.environ.get(OPERATOR_KEY) or None


def tenant_named(company: str | None, tenants: tuple[TenantAccess, ...]) -> TenantAccess:
    """The first whose name begins so. Raises `InvalidInput`."""
    wanted = _folded(company or "")
    fitting = [one for one in tenants if _folded(one.name).startswith(wanted)]
    if not fitting:
        names = ", ".join(one.name for one in tenants)
        raise InvalidInput(f"The demo has no company whose name begins with {company}. There are: {names}.")
    return fitting[0]


def _folded(name: str) -> str:
    """As people type it: `brueckner` is Brückner."""
    return name.casefold().translate(_UMLAUTS)
