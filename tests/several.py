"""A demo with more servers and workers beside its own, all on one database."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2

from tests.live.api import Customer
from tests.programs import RunningProgram, running_program
from tests.running import RunningDemo, given_database


@dataclass(frozen=True)
class SeveralProcesses:
    """`demos[0]` is the demo's own server, each of the others a further one."""

    demos: tuple[RunningDemo, ...]
    programs: tuple[RunningProgram, ...]

    def customer(self, server: int = 0, tenant: int = 0, language: str = "en") -> Customer:
        return Customer(self.demos[server], tenant=tenant, language=language)

    def through(self, server: int, customer: Customer) -> Customer:
        """The same customer, whose next request reaches this server."""
        customer.http.base_url = httpx2.URL(self.demos[server].url)
        return customer


@contextmanager
def several_processes(
    demo: RunningDemo, environment: Mapping[str, str], *, servers: int = 1, workers: int = 1
) -> Iterator[SeveralProcesses]:
    """So many more than the demo has."""
    variables = {
        **os.environ,
        **given_database(demo.data_directory),
        **environment,
        "CASEWRIGHT_DATA_DIR": str(demo.data_directory),
    }
    with ExitStack() as stack:
        programs = [
            stack.enter_context(running_program(command, log_of(demo, f"{command}-{number}"), variables))
            for command, count in (("serve", servers), ("worker", workers))
            for number in range(count)
        ]
        further = programs[:servers]
        for program in further:
            program.wait_until_ready()
        demos = (demo, *(replace(demo, url=program.url) for program in further))
        yield SeveralProcesses(demos, tuple(programs))


def log_of(demo: RunningDemo, name: str) -> Path:
    return demo.data_directory / f"{name}.log"
