"""`casewright scenarios`: play scenario files against a running server, check them, print their schema."""

import asyncio
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from casewright.assets import EXAMPLES
from casewright.kit.data_directory import default_data_directory
from casewright.kit.errors import CasewrightError
from casewright.scenarios.errors import CannotRun
from casewright.scenarios.loading import load_all, scenario_files, schema_text
from casewright.scenarios.models import LoadedScenario
from casewright.scenarios.playing import play_all
from casewright.scenarios.reporting import LiveProgress, print_reports, write_json, write_junit
from casewright.scenarios.results import Result, ScenarioReport
from casewright.scenarios.server import read_connection

CANNOT_RUN = 2
"""Exit code when nothing could be played; 1 says that a scenario did not pass."""

scenarios_app = typer.Typer(help="Play conversations from files and check what comes of them.", no_args_is_help=True)

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Scenario files, or folders with a folder 'scenarios' in them. Default: the demo companies'.",
        show_default=False,
    ),
]


@scenarios_app.command()
def run(
    files: Files = None,
    url: Annotated[str | None, typer.Option(help="The server. Default: the one demo.json names.")] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Folder with demo.json, which holds the tenants' keys. Default: the data folder."),
    ] = None,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Scenarios played at once.")] = 4,
    filter: Annotated[
        str | None,
        typer.Option(help="Only scenarios whose name fits: a part of it, or a pattern such as 'password-*'."),
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the results as JUnit XML.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the results as JSON.")] = None,
) -> None:
    """Play scenarios against a running server. Exit code: 0 all passed, 1 some did not, 2 nothing could be played."""
    console = Console()
    try:
        scenarios = _fitting(load_all(scenario_files(files or [EXAMPLES])), filter)
        connection = read_connection(data_dir or default_data_directory())
        connection = connection.model_copy(update={"url": url}) if url else connection
        with LiveProgress(console, len(scenarios)) as progress:
            reports = asyncio.run(play_all(scenarios, connection, progress, parallel))
        print_reports(reports, console)
        _write(reports, junit, json_file)
    except CasewrightError as error:
        _say_why_not(error)
        raise typer.Exit(CANNOT_RUN) from None
    raise typer.Exit(0 if all(report.result is Result.PASSED for report in reports) else 1)


@scenarios_app.command()
def check(files: Files = None) -> None:
    """Check that scenario files are well formed, without a server. Exit code: 0 they are, 2 one is not."""
    try:
        scenarios = load_all(scenario_files(files or [EXAMPLES]))
    except CasewrightError as error:
        _say_why_not(error)
        raise typer.Exit(CANNOT_RUN) from None
    Console().print(f"{len(scenarios)} scenarios are well formed.")


@scenarios_app.command()
def schema() -> None:
    """Print the JSON Schema of a scenario file, for editors."""
    typer.echo(schema_text(), nl=False)


def _fitting(scenarios: tuple[LoadedScenario, ...], pattern: str | None) -> tuple[LoadedScenario, ...]:
    if pattern is None:
        return scenarios
    fitting = tuple(one for one in scenarios if pattern in one.scenario.name or fnmatch(one.scenario.name, pattern))
    if not fitting:
        raise CannotRun(
            f"No scenario is called {pattern!r}; there are: {', '.join(one.scenario.name for one in scenarios)}."
        )
    return fitting


def _write(reports: tuple[ScenarioReport, ...], junit: Path | None, json_file: Path | None) -> None:
    try:
        if junit:
            write_junit(reports, junit)
        if json_file:
            write_json(reports, json_file)
    except OSError as error:
        raise CannotRun(f"{error.filename} cannot be written ({error.strerror}).") from None


def _say_why_not(error: CasewrightError) -> None:
    Console(stderr=True).print(Text(error.message, style="red"), soft_wrap=True)
