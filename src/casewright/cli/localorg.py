"""`casewright localorg …`: the local org, a program of its own, with all of its commands."""

import os
import sys

import typer


def localorg(context: typer.Context) -> None:
    """A Salesforce-compatible org on your own machine: `serve`, `check`, `history`; each tells more with --help."""
    command = [sys.executable, "-m", "localorg", *(context.args or ["--help"])]
    # It takes this process's place, so that Ctrl-C and exit code are its own.
    os.execv(sys.executable, command)  # noqa: S606
