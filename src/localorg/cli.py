"""The command line: `python -m localorg serve --data DIR --org NAME:PORT=SEED.yaml`, and `check SEED.yaml`."""

import asyncio
import os
import re
import socket
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, NoReturn

import typer
from joserfc.jwk import RSAKey
from platformdirs import user_data_path

from localorg.filling import MOST_CASES
from localorg.history.commands import write_due
from localorg.history.errors import HistoryError
from localorg.history.loading import beside
from localorg.history.summary import summarise
from localorg.oauth.jwt_bearer import load_public_key
from localorg.org import Org
from localorg.seeds import Seed, SeedError
from localorg.server import Listener, listen, serve
from localorg.storage.database import FileInUseError
from localorg.tls import tls_files

_ORG = re.compile(r"(?P<name>[A-Za-z0-9_-]+)(?::(?P<port>\d+))?=(?P<seed>.+)")
_UNUSABLE = 2
_PORT = 8080
DEFAULT_DATA = user_data_path("localorg")
STARTER = Path(__file__).parent / "starter" / "org.yaml"
"""The seed of the org that is served when none is named."""

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


class StartError(Exception):
    """The orgs cannot be started; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class _OrgArgument:
    name: str
    port: int
    seed: Path


@app.callback()
def _commands() -> None:
    """A Salesforce-compatible org on your own machine."""


@app.command("serve")
def serve_command(
    data: Annotated[Path, typer.Option(help="Directory of the orgs' files; made if missing.")] = DEFAULT_DATA,
    org: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME:PORT=SEED.yaml; repeatable. Port 0 takes any free one. Without any, a small org on port 8080."
        ),
    ] = None,
    port: Annotated[int, typer.Option(help="Port of an org given as NAME=SEED.yaml.")] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    jwt_key: Annotated[
        list[str] | None, typer.Option(help="NAME=FILE.pem: certificate or public key for JWT bearer; repeatable.")
    ] = None,
    history: Annotated[
        bool, typer.Option(help="Give each org that is new the past told by the history.yaml beside its seed.")
    ] = False,
    cases: Annotated[
        int, typer.Option(min=0, max=MOST_CASES, help="Fill each org that is new with so many cases more.")
    ] = 0,
    tls: Annotated[
        bool, typer.Option(help="Answer by https, with a certificate made in the data directory: tls-certificate.pem.")
    ] = False,
    lifeline_stdin: Annotated[bool, typer.Option(help="Stop when standard input ends.")] = False,
) -> None:
    """Serve orgs until Ctrl-C. Prints one line of JSON, {"org", "url"}, for each org that is ready."""
    try:
        arguments = [_parse_org(text, port) for text in org or [f"local:{_PORT}={STARTER}"]]
        keys = dict(_parse_key(text) for text in jwt_key or [])
        asyncio.run(
            _run(arguments, data, host, keys, history=history, cases=cases, tls=tls, lifeline_stdin=lifeline_stdin)
        )
    except StartError as error:
        _fail(str(error))


@app.command("check")
def check_command(
    seed: Annotated[Path, typer.Argument(help="A SEED.yaml.")],
) -> None:
    """Say what is wrong with a seed, by filling an org from it that is thrown away. Exit code: 0 nothing, 2 something."""
    try:
        asyncio.run(_fill(seed))
    except SeedError as error:
        _fail(str(error))


@app.command("history")
def history_command(
    file: Annotated[Path, typer.Argument(help="A history.yaml with a seed, org.yaml, beside it.")],
    summary: Annotated[bool, typer.Option("--summary", help="Show what there is of what, and when.")] = False,
    samples: Annotated[int, typer.Option(help="Show so many cases, drawn at random.")] = 0,
) -> None:
    """Make a history in an org that is thrown away, and tell how long it took. Exit code: 0, or 2 if it cannot be."""
    try:
        summarise(file, summary=summary, samples=samples)
    except (SeedError, HistoryError) as error:
        _fail(str(error))


@app.command("write-history", hidden=True)
def write_history_command(database: Path, org: str, file: Path) -> None:
    """Write what is missing of an org's history into its file, which another process serves."""
    try:
        write_due(database, org, file)
    except HistoryError as error:
        _fail(str(error))
    except BrokenPipeError:
        # Who serves the org is gone; its next process goes on.
        os._exit(0)


async def _fill(seed: Path) -> None:
    with TemporaryDirectory() as directory:
        org = await Org.open("check", Seed.load(seed), Path(directory))
        org.close()


async def _run(
    arguments: list[_OrgArgument],
    data: Path,
    host: str,
    keys: dict[str, RSAKey],
    *,
    history: bool,
    cases: int,
    tls: bool,
    lifeline_stdin: bool,
) -> None:
    names = [argument.name for argument in arguments]
    if twice := {name for name in names if names.count(name) > 1}:
        raise StartError(f"The org {min(twice)} is given twice; each org needs a name of its own.")
    if unknown := keys.keys() - set(names):
        raise StartError(f"--jwt-key names the org {min(unknown)}, which is not among the orgs given with --org.")
    sockets = [_listen(argument, host) for argument in arguments]
    orgs = [
        await _open(argument, data, keys.get(argument.name), history=history, cases=cases) for argument in arguments
    ]
    files = tls_files(data) if tls else None
    listeners = [Listener(org, socket, files) for org, socket in zip(orgs, sockets, strict=True)]
    await serve(listeners, lifeline_stdin=lifeline_stdin)


def _parse_org(text: str, default_port: int) -> _OrgArgument:
    matched = _ORG.fullmatch(text)
    if matched is None:
        raise StartError(f"--org is {text!r}, but must look like aurora:8081=examples/aurora/org.yaml")
    port = int(matched["port"]) if matched["port"] else default_port
    if port > 65_535:
        raise StartError(f"The port {port} of org {matched['name']} is not between 0 and 65535.")
    return _OrgArgument(matched["name"], port, Path(matched["seed"]))


def _parse_key(text: str) -> tuple[str, RSAKey]:
    name, _, file = text.partition("=")
    try:
        return name, load_public_key(Path(file))
    except OSError as error:
        raise StartError(f"The key {file} of org {name} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise StartError(f"The key {file} of org {name} is neither a certificate nor a public RSA key.") from error


def _listen(argument: _OrgArgument, host: str) -> socket.socket:
    try:
        return listen(host, argument.port)
    except OSError as error:
        advice = (
            f"stop what uses it, or give another with --org {argument.name}:PORT={argument.seed} (0 takes a free one)"
        )
        message = f"Org {argument.name} cannot listen on {host} port {argument.port}: {error.strerror}; {advice}."
        raise StartError(message) from error


async def _open(argument: _OrgArgument, data: Path, key: RSAKey | None, *, history: bool, cases: int) -> Org:
    try:
        told = beside(argument.seed) if history else None
        return await Org.open(argument.name, Seed.load(argument.seed), data, jwt_key=key, history=told, cases=cases)
    except (SeedError, HistoryError) as error:
        raise StartError(f"Org {argument.name} cannot be filled: {error}") from error
    except FileInUseError as error:
        raise StartError(f"Org {argument.name} is already being served: {error}; stop that first.") from error
    except (OSError, sqlite3.Error) as error:
        raise StartError(f"Org {argument.name} cannot use the data directory {data}: {error}") from error


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(_UNUSABLE)


def main() -> None:
    app()
