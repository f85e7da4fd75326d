"""Children that end with their parent."""

import signal
import subprocess
import sys

import psutil

OBEDIENT = """
import signal, sys, threading
from casewright.kit.lifeline import follow_parent
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
follow_parent()
print("ready", flush=True)
threading.Event().wait()
"""

STUBBORN = """
import signal, sys, threading
from casewright.kit.lifeline import follow_parent
signal.signal(signal.SIGTERM, signal.SIG_IGN)
follow_parent(patience=0.1)
print("ready", flush=True)
threading.Event().wait()
"""

PARENT = """
import subprocess, sys, threading
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.PIPE)
print(child.pid, flush=True)
threading.Event().wait()
"""


def _start(program: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_the_end_of_its_input_stops_a_process_as_a_termination_signal_would() -> None:
    with _start(OBEDIENT) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(30) == 7


def test_a_process_that_does_not_stop_in_time_is_ended() -> None:
    with _start(STUBBORN) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(30) == 1


def test_killing_the_parent_ends_the_child() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, OBEDIENT], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        assert parent.stdout.readline() == "ready\n"
        parent.send_signal(signal.SIGKILL)
        child.wait(30)
