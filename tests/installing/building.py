"""Builds the wheel and installs it, as the guide to production says."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
_PIP = (sys.executable, "-m", "pip")


def build_wheel(folder: Path) -> Path:
    command = [*_PIP, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), str(PROJECT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, environment: Path) -> Path:
    """Makes a virtual environment with the pinned packages and the wheel, and returns its `casewright`."""
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    locks = [f"-r{PROJECT / name}" for name in ("requirements-production.lock", "requirements-model.lock")]
    _install(environment, "--require-hashes", *locks)
    _install(environment, str(wheel))
    return environment / "bin" / "casewright"


def _install(environment: Path, *what: str) -> None:
    python = environment / "bin" / "python"
    quick = [PROJECT / ".venv" / "bin" / "uv", "pip", "install", "-q", "--python", python, "--no-deps", *what]
    if subprocess.run(quick, check=False, capture_output=True).returncode:
        # Where only pip knows the way to a mirror.
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", *what], check=True)
