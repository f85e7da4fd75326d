"""Salesforce's own clients against a local org: each plays the rows of a table, and what the org then holds is checked.

The clients are installed by `make conformance`; tests whose client is not there are skipped.
"""

import asyncio
import base64
import io
import json
import shutil
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from localorg.testing import RunningOrg, start_org

HERE = Path(__file__).resolve().parent
SEED = HERE.parents[1] / "examples" / "aurora" / "org.yaml"
USERNAME = "casewright.integration@aurora.example"
PASSWORD = "conformance-1"
_PACKAGE = """<?xml version="1.0" encoding="UTF-8"?><Package xmlns="http://soap.sforce.com/2006/04/metadata">
<types><members>Contact.Ext__c</members><name>CustomField</name></types><version>67.0</version></Package>"""
_CONTACT = """<?xml version="1.0" encoding="UTF-8"?><CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
<fields><fullName>Ext__c</fullName><label>Ext</label><type>Text</type><length>40</length><externalId>true</externalId>
<unique>true</unique></fields></CustomObject>"""


def row(name: str) -> Callable[[Any], Any]:
    """Says which row of the table a test plays."""

    def named(function: Any) -> Any:
        function.conformance_row = name
        return function

    return named


@pytest.fixture(autouse=True)
def _note_row(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    played = getattr(request.function, "conformance_row", None)
    if played is not None:
        record_property("conformance_row", played)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table: green is a row all of whose tests passed."""
    rows: dict[str, list[str]] = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, ()):
            for name, value in getattr(report, "user_properties", ()):
                if name == "conformance_row" and (report.when == "call" or outcome != "passed"):
                    rows.setdefault(str(value), []).append(outcome)
    if not rows:
        return
    terminalreporter.section("conformance")
    for name in sorted(rows):
        good = set(rows[name]) == {"passed"}
        terminalreporter.write_line(f"{'green' if good else ', '.join(sorted(set(rows[name]))):<8} {name}")
    green = sum(set(outcomes) == {"passed"} for outcomes in rows.values())
    terminalreporter.write_line(f"{green} of {len(rows)} rows green")


@dataclass(frozen=True)
class PlayedOrg:
    """An org with a user who can sign in by password, by certificate and by its connected app."""

    running: RunningOrg
    token: str = field(repr=False)
    key_file: Path
    certificate: Path
    """That the clients must trust, where the org serves https."""

    @property
    def url(self) -> str:
        return self.running.url

    async def query(self, soql: str) -> list[dict[str, Any]]:
        return await self.running.query(soql)


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A private key and the certificate that the connected app knows."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "conformance")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    key_file, certificate_file = folder / "jwt-key.pem", folder / "jwt-certificate.pem"
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    return key_file, certificate_file


async def _played(folder: Path, *options: str) -> AsyncIterator[PlayedOrg]:
    key_file, certificate = _certificate(folder)
    arguments = ["--jwt-key", f"aurora={certificate}", *options]
    async with start_org("aurora", SEED, folder, options=arguments) as running:
        token = await running.access_token()
        await _prepare(running, token)
        yield PlayedOrg(running, token, key_file, folder / "tls-certificate.pem")


async def _prepare(running: RunningOrg, token: str) -> None:
    """A password, and an external id of contacts, deployed as a customer's administrator would."""
    (user,) = await running.query(f"SELECT Id FROM User WHERE Username = '{USERNAME}'")
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("package.xml", _PACKAGE)
        archive.writestr("objects/Contact.object", _CONTACT)
    headers, data = {"Authorization": f"Bearer {token}"}, "/services/data/v67.0"
    http = running._http
    answer = await http.post(
        f"{data}/sobjects/User/{user['Id']}/password", json={"NewPassword": PASSWORD}, headers=headers
    )
    assert answer.status_code == 204, answer.text
    parts = {
        "json": (None, json.dumps({"deployOptions": {}}), "application/json"),
        "file": ("deploy.zip", zipped.getvalue(), "application/zip"),
    }
    started = (await http.post(f"{data}/metadata/deployRequest", files=parts, headers=headers)).json()
    told = (await http.get(f"{data}/metadata/deployRequest/{started['id']}", headers=headers)).json()
    assert told["deployResult"]["success"], told


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PlayedOrg]:
    async for org in _played(tmp_path_factory.mktemp("played")):
        yield org


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def played_tls(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PlayedOrg]:
    async for org in _played(tmp_path_factory.mktemp("played-tls"), "--tls"):
        yield org


def needs(folder: Path) -> None:
    """Skips where the client is not installed."""
    if shutil.which("node") is None or not (folder / "node_modules").is_dir():
        pytest.skip(f"no node_modules in {folder.name}: run `make conformance`")


class Jsforce:
    """jsforce in a process of its own; each row is a function of jsforce.mjs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def play(self, name: str, **arguments: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"name": name, "arguments": arguments}).encode() + b"\n")
        line = await asyncio.wait_for(self._process.stdout.readline(), 60)
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def jsforce(played: PlayedOrg) -> AsyncIterator[Jsforce]:
    needs(HERE)
    process = await asyncio.create_subprocess_exec(
        "node", str(HERE / "jsforce.mjs"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**24
    )
    client = Jsforce(process)
    await client.play("connect", url=played.url, token=played.token)
    yield client
    assert process.stdin is not None
    process.stdin.close()
    await asyncio.wait_for(process.wait(), 10)


@pytest.fixture
def zipped_class() -> Callable[[str], str]:
    """A zip with one Apex class, as base64."""

    def made(name: str) -> str:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for path, text in class_files(name):
                archive.writestr(path, text)
        return base64.b64encode(content.getvalue()).decode()

    return made


def class_files(name: str) -> Iterator[tuple[str, str]]:
    namespace = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
    types = f"<types><members>{name}</members><name>ApexClass</name></types>"
    yield "package.xml", f"<Package {namespace}>{types}<version>67.0</version></Package>"
    yield f"classes/{name}.cls", f"public class {name} {{}}"
    yield f"classes/{name}.cls-meta.xml", f"<ApexClass {namespace}><apiVersion>67.0</apiVersion></ApexClass>"
