"""Databases for tests on a cluster that is not ours, and a cluster as production has it: TCP, TLS, scram, and PgBouncer
in transaction mode before it.

`python -m tests.clusters COMMAND …` runs a command with such a cluster in its environment (`make test-pooled`).
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from casewright.kit.database import APPLICATION_ROLE
from casewright.kit.embedded_postgres import cluster as embedded
from casewright.kit.embedded_postgres.identity import choose_identity
from casewright.kit.private_file import write_private_file

DATABASE_VARIABLE = "CASEWRIGHT_TEST_DATABASE"
"""URL of a superuser on a cluster for the tests (`make test DATABASE=…`); without it they bring their own."""
DIRECT_VARIABLE = "CASEWRIGHT_TEST_DATABASE_DIRECT"
"""The same cluster past its pooler, if the first URL leads through one."""
PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
ADMINISTRATOR = "administrator"
STARTED_WITHIN = 30.0


@dataclass(frozen=True)
class Cluster:
    """Addresses of one database: as the application's login, the same past a pooler if there is one, and as its owner."""

    application: str
    direct: str
    owner: str

    @property
    def name(self) -> str:
        return urlsplit(self.owner).path.strip("/")

    @property
    def through_pooler(self) -> bool:
        return self.direct != self.application

    def settings(self) -> dict[str, SecretStr]:
        """For `Settings(…)`."""
        settings = {"database_url": self.application, "database_admin_url": self.owner}
        settings |= {"database_direct_url": self.direct} if self.through_pooler else {}
        return {name: SecretStr(address) for name, address in settings.items()}

    def environment(self) -> dict[str, str]:
        """For a process of Casewright's that works on it."""
        return {f"CASEWRIGHT_{name.upper()}": address.get_secret_value() for name, address in self.settings().items()}


@dataclass(frozen=True)
class GivenCluster:
    """Where databases for tests can be made. `pooled`: through a pooler, or the same as `direct`. Both of a superuser."""

    pooled: str
    direct: str

    @classmethod
    def from_environment(cls) -> "GivenCluster | None":
        pooled = os.environ.get(DATABASE_VARIABLE)
        return cls(pooled, os.environ.get(DIRECT_VARIABLE) or pooled) if pooled else None

    def environment(self) -> dict[str, str]:
        return {DATABASE_VARIABLE: self.pooled, DIRECT_VARIABLE: self.direct}

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[Cluster]:
        """A new database with a login of its own that may act as the application's role; removed at the end."""
        name, password = f"casewright_test_{secrets.token_hex(6)}", secrets.token_urlsafe(16)
        with psycopg.connect(self.direct, autocommit=True) as connection:
            # Roles belong to the whole cluster, and other test processes make the same one.
            connection.execute("select pg_advisory_lock(hashtext('casewright tests'))")
            if not connection.execute("select from pg_roles where rolname = %s", (APPLICATION_ROLE,)).fetchall():
                connection.execute(f"create role {APPLICATION_ROLE} nologin")
            connection.execute(f"create role {name} login password '{password}' in role {APPLICATION_ROLE}")
            # Those of a pooler, which nobody uses any more; a database that is in use is no template.
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (template,))
            connection.execute(f"create database {name} template {template}")
        try:
            yield Cluster(
                application=address(self.pooled, name, name, password),
                direct=address(self.direct, name, name, password),
                owner=address(self.direct, name),
            )
        finally:
            with psycopg.connect(self.direct, autocommit=True) as connection:
                connection.execute(f"drop database {name} with (force)")
                connection.execute(f"drop role {name}")


@contextmanager
def pooled_cluster(directory: Path) -> Iterator[GivenCluster]:
    """PostgreSQL on loopback that asks for scram, and before it two PgBouncers that ask for TLS and scram: one in
    transaction mode, and one in session mode, since the PostgreSQL we bring along is built without TLS."""
    with tcp_cluster(directory) as plain, ExitStack() as stack:
        authority = write_certificates(directory)
        addresses = {
            mode: stack.enter_context(pgbouncer(directory, plain, mode, authority))
            for mode in ("transaction", "session")
        }
        yield GivenCluster(pooled=addresses["transaction"], direct=addresses["session"])


@contextmanager
def tcp_cluster(directory: Path, port: int | None = None) -> Iterator[str]:
    """The URL of the superuser of a new cluster that listens on loopback."""
    directory.mkdir(parents=True, exist_ok=True)
    port, password = port or free_port(), secrets.token_urlsafe(16)
    write_private_file(directory / "password", password.encode())
    identity = choose_identity(embedded.binaries() / "postgres")
    identity.own(directory)
    data = directory / "data"
    subprocess.run(
        [
            *(*identity.command_prefix, str(embedded.binaries() / "initdb"), "--pgdata", str(data)),
            *("--username", ADMINISTRATOR, "--pwfile", str(directory / "password"), "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--no-sync"),
        ],
        env=embedded.environment(),
        check=True,
        capture_output=True,
    )
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "300",
    }
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    command = [*identity.command_prefix, str(embedded.binaries() / "postgres"), "-D", str(data), *options]
    with _running(command, directory / "postgres.log"):
        url = f"postgresql://{ADMINISTRATOR}:{password}@127.0.0.1:{port}/postgres"
        wait_until_it_answers(url)
        yield url


@contextmanager
def pgbouncer(directory: Path, cluster: str, mode: str, authority: Path) -> Iterator[str]:
    """The superuser's URL through it. It asks the cluster for the secrets of those who log in."""
    if PGBOUNCER is None:
        raise FileNotFoundError("PgBouncer is not installed. On Debian: apt install pgbouncer")
    parts, port, configuration = urlsplit(cluster), free_port(), directory / f"pgbouncer-{mode}.ini"
    write_private_file(directory / "users.txt", f'"{parts.username}" "{parts.password}"\n'.encode())
    configuration.write_text(
        f"""[databases]
* = host={parts.hostname} port={parts.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = {mode}
default_pool_size = {6 if mode == "transaction" else 50}
max_client_conn = 2000
auth_type = scram-sha-256
auth_file = {directory}/users.txt
auth_user = {parts.username}
client_tls_sslmode = require
client_tls_cert_file = {directory}/server.pem
client_tls_key_file = {directory}/server.key
""",
        encoding="utf8",
    )
    identity = choose_identity(embedded.binaries() / "postgres")
    identity.own(directory)
    with _running([*identity.command_prefix, PGBOUNCER, str(configuration)], configuration.with_suffix(".log")):
        login = f"{parts.username}:{parts.password}"
        url = f"postgresql://{login}@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={authority}"
        wait_until_it_answers(url)
        yield url


def write_certificates(directory: Path) -> Path:
    """`ca.pem`, which is returned, and `server.pem` with `server.key` for localhost."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)

    def certificate(subject: x509.Name, key: ec.EllipticCurvePublicKey, *extensions: x509.ExtensionType) -> bytes:
        builder = x509.CertificateBuilder(authority, subject, key, x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(authority_key, SHA256()).public_bytes(Encoding.PEM)

    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))])
    (directory / "ca.pem").write_bytes(
        certificate(authority, authority_key.public_key(), x509.BasicConstraints(ca=True, path_length=0))
    )
    (directory / "server.pem").write_bytes(certificate(server, server_key.public_key(), names))
    write_private_file(
        directory / "server.key", server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return directory / "ca.pem"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=embedded.environment(), stdout=output, stderr=output)
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def wait_until_it_answers(url: str) -> None:
    until = time.monotonic() + STARTED_WITHIN
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def address(url: str, database: str, user: str | None = None, password: str | None = None) -> str:
    """Of another database on the same cluster, and as another user if one is named."""
    parts = urlsplit(url)
    login = f"{user}:{password}" if user else f"{parts.username}:{parts.password}"
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{login}@{host}", path=f"/{database}").geturl()


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory() as directory, pooled_cluster(Path(directory)) as given:
        return subprocess.run(command, env={**os.environ, **given.environment()}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
