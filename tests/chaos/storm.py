"""What breaks in a round: one of all processes is killed, frozen or cut off at a random moment, and mended a random while later.
Faults overlap, each process has one at a time."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import httpx2
import psycopg

from tests.chaos.mortal_program import MortalProgram
from tests.chaos.org import MortalOrg
from tests.losable import LosablePostgres

Break = Callable[[], None]


@dataclass(frozen=True)
class Fault:
    """`break_` is undone by `mend` after so many `seconds`."""

    who: str
    how: str
    break_: Break
    mend: Break
    seconds: float


@dataclass
class Storm:
    """`programs`: servers and workers."""

    postgres: LosablePostgres
    org: MortalOrg
    programs: Sequence[MortalProgram]
    chance: random.Random
    _under_way: dict[str, Future[None]] = field(default_factory=dict)
    _mending: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8))

    def rage(self, rounds: range) -> None:
        """Returns when everything is whole again."""
        for number in rounds:
            time.sleep(self.chance.uniform(0.1, 1.5))
            fault = self._fault()
            print(f"round {number}: {fault.how} {fault.who} for {fault.seconds:.2f} s", flush=True)
            self._settle(fault.who)
            self._under_way[fault.who] = self._mending.submit(_suffer, fault)
        for who in list(self._under_way):
            self._settle(who)
        for program in (self.org, *self.programs):
            program.wait_until_ready()
        self.org.mend_calls()

    def _settle(self, who: str) -> None:
        if before := self._under_way.pop(who, None):
            before.result(60)

    def _fault(self) -> Fault:
        programs: list[MortalProgram | None] = [*self.programs, *self.programs, self.org, None]
        who = self.chance.choice(programs)
        if who is None:
            return self._of_postgres()
        how = self.chance.choice(("kill", "freeze", "break calls") if who is self.org else ("kill", "freeze"))
        if how == "kill":
            return Fault(who.name, how, who.kill, who.start, self.chance.uniform(0, 1))
        if how == "freeze":
            return Fault(who.name, how, who.freeze, who.thaw, self.chance.uniform(0.2, 5))
        kind, times = self.chance.choice(("lost_answer", "drop_connection")), self.chance.randint(1, 5)
        return Fault(who.name, kind, lambda: self._break_calls(kind, times), lambda: None, 0)

    def _of_postgres(self) -> Fault:
        postgres, seconds = self.postgres, self.chance.uniform(0, 3)
        match self.chance.choice(("kill", "freeze", "cut off", "cut off")):
            case "kill":
                return Fault("postgres", "kill", postgres.kill, postgres.start, seconds)
            case "freeze":
                return Fault("postgres", "freeze", postgres.freeze, postgres.thaw, seconds)
            case _:
                return Fault("postgres", "cut off", self._cut_connections, self._cut_connections, seconds)

    def _break_calls(self, kind: str, times: int) -> None:
        with suppress(httpx2.HTTPError):  # It may be starting.
            self.org.break_calls(kind, times)

    def _cut_connections(self) -> None:
        with suppress(psycopg.OperationalError):  # It may have cut its own.
            self.postgres.cut_connections()


def _suffer(fault: Fault) -> None:
    fault.break_()
    time.sleep(fault.seconds)
    fault.mend()
