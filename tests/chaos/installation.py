"""A small company on a database of one's own, served by several processes: ready in a fraction of the demo's time."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from tests.conftest import UNHURRIED
from tests.programs import RunningProgram, running_program
from tests.running import CASEWRIGHT, RunningDemo, bring_models


@dataclass
class Installation:
    """`environment` is that of each of its processes, so that a test may start more."""

    directory: Path
    environment: Mapping[str, str]
    servers: list[RunningDemo]
    programs: list[RunningProgram]


@contextmanager
def installed(
    directory: Path, environment: Mapping[str, str], *, servers: int = 2, workers: int = 2
) -> Iterator[Installation]:
    """`environment` says how to reach the database, which is empty."""
    variables, tenant = founded(directory, environment)
    data = Path(variables["CASEWRIGHT_DATA_DIR"])
    with ExitStack() as stack:
        names = [*(("serve", number) for number in range(servers)), *(("worker", number) for number in range(workers))]
        programs = [
            stack.enter_context(running_program(name, directory / f"{name}-{number}.log", variables))
            for name, number in names
        ]
        for program in programs[:servers]:
            program.wait_until_ready()
        reached = [RunningDemo(data, program.process, program.url, (tenant,)) for program in programs[:servers]]
        yield Installation(directory, variables, reached, programs)


def founded(
    directory: Path, environment: Mapping[str, str], complete: Callable[[Path], None] = lambda _: None
) -> tuple[dict[str, str], SimpleNamespace]:
    """A company in its database: the environment of its processes, and its keys. `complete` may add to the company's
    folder before it is installed."""
    data = directory / "data"
    data.mkdir(parents=True)
    bring_models(data / "models")
    variables = {**os.environ, **UNHURRIED, **environment, "CASEWRIGHT_DATA_DIR": str(data)}
    run("db upgrade", directory, variables)
    run("company new little --name Little", directory, variables)
    complete(directory / "little")
    run("company install little", directory, variables)
    keys = run("company keys little", directory, variables)
    return variables, SimpleNamespace(publishable_key=_found("pk", keys), operator_key=_found("ok", keys))


def run(command: str, directory: Path, variables: Mapping[str, str]) -> str:
    """What a command of Casewright's prints."""
    done = subprocess.run(
        [*CASEWRIGHT, *command.split()], cwd=directory, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def _found(kind: str, keys: str) -> str:
    found = re.search(rf"{kind}_[\w-]+", keys)
    assert found, keys
    return found[0]
