"""A company's folder with what is not installed from it as well: its scenarios, and the records of its local org."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from casewright.content import Company, ContentUnusable, Findings, Problem, read_company
from casewright.kit.model import Model
from casewright.kit.yaml_reading import read_yaml
from casewright.scenarios.errors import CannotRun, InvalidScenario
from casewright.scenarios.loading import load
from casewright.scenarios.schemas import TenantAccess
from casewright.scenarios.tenants import tenant_called

LOCAL_ORG: Final = "org.yaml"
_SAID_WHY: Final = 2
"""The local org's exit code when the file is wrong."""


class CheckedFolder(Model):
    """`scenarios`: how many there are."""

    company: Company
    scenarios: int


def check_folder(folder: Path) -> CheckedFolder:
    """The company, if nothing is wrong in the whole folder. Blocking. Raises `ContentUnusable` with everything that is."""
    findings = Findings()
    company: Company | None = None
    with findings.of(folder):
        company = read_company(folder)
    files = sorted((folder / "scenarios").glob("*.yaml"))
    findings.add(_about_scenarios(files, _access(folder / "tenant.yaml")))
    if (folder / LOCAL_ORG).exists():
        findings.add(_about_org(folder / LOCAL_ORG))
    if company is None or findings.problems:
        raise ContentUnusable(*findings.problems)
    return CheckedFolder(company=company, scenarios=len(files))


def _access(file: Path) -> TenantAccess | None:
    """The company as scenarios name it, also if something else is wrong in its profile."""
    try:
        content = read_yaml(file.read_text(encoding="utf-8"))
        return TenantAccess(id=content["slug"], name=content["name"], publishable_key="", operator_key="")
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError):
        return None


def _about_scenarios(files: list[Path], company: TenantAccess | None) -> Iterator[Problem]:
    names: dict[str, Path] = {}
    for file in files:
        try:
            scenario = load(file).scenario
        except InvalidScenario as error:
            yield from (Problem(file=file, place=f"line {one.line}", message=one.text) for one in error.problems)
            continue
        first = names.setdefault(scenario.name, file)
        if first != file:
            message = f"{first} has the name {scenario.name!r} already; give each a name of its own"
            yield Problem(file=file, place="name", message=message)
        if company and not _means(scenario.tenant, company):
            message = f"{scenario.tenant!r} is not this company; write {company.id}"
            yield Problem(file=file, place="tenant", message=message)


def _means(name: str, company: TenantAccess) -> bool:
    try:
        tenant_called(name, [company])
    except CannotRun:
        return False
    return True


def _about_org(file: Path) -> Iterator[Problem]:
    """The local org is a program of its own, which checks its records itself."""
    command = [sys.executable, "-m", "localorg", "check", str(file)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if checked.returncode == _SAID_WHY:
        yield Problem(file=file, message=checked.stderr.strip().removeprefix(f"the seed {file} "))
    elif checked.returncode:
        yield Problem(file=file, message=f"cannot be checked; `python -m localorg check {file}` tells why")
