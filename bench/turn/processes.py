"""CPU time and memory of the stack's processes, by what they are."""

import os
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import psutil

ROLES: Final = ("serve", "worker", "postgres", "localorg", "supervisor")
"""`supervisor`: the demo itself and the other processes that start and watch the rest."""


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds since the processes began, and memory in bytes (each shared page counted once)."""

    cpu: dict[str, float]
    memory: dict[str, int]


def usage(pid: int) -> Usage:
    """Of `pid` and its descendants, and of this process as `client`."""
    cpu: dict[str, float] = defaultdict(float)
    memory: dict[str, int] = defaultdict(int)
    demo = psutil.Process(pid)
    for process in (demo, *demo.children(recursive=True), psutil.Process(os.getpid())):
        try:
            role = "client" if process.pid == os.getpid() else role_of(process.cmdline())
            times, proportional = process.cpu_times(), process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
        cpu[role] += times.user + times.system
        memory[role] += proportional
    return Usage(dict(cpu), dict(memory))


def role_of(command: list[str]) -> str:
    """Of `ROLES`, by a process's command line."""
    if "localorg" in command:
        return "localorg"
    if command and "postgres" in command[0]:
        return "postgres"
    return next((role for role in ("serve", "worker") if role in command), "supervisor")
