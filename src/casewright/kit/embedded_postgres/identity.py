"""As whom PostgreSQL runs: it refuses root, and initdb refuses a user without an entry in the password database."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from casewright.kit.embedded_postgres.errors import DatabaseDidNotStart

_SYSTEM_USER: Final = "casewright"


@dataclass(frozen=True)
class Identity:
    """A command to put before PostgreSQL's own, and who then owns the cluster's files, seen from outside."""

    command_prefix: tuple[str, ...]
    user: int
    group: int

    def own(self, directory: Path) -> None:
        """Hand `directory` over if another identity made it (say, before a container lost user namespaces)."""
        if directory.stat().st_uid == self.user:
            return
        for path in (*directory.rglob("*"), directory):
            os.chown(path, self.user, self.group, follow_symlinks=False)


def choose_identity(postgres: Path) -> Identity:
    """The caller itself where PostgreSQL accepts it; else a user namespace; else, for root, a system user.

    Raises `DatabaseDidNotStart` if none of them works here.
    """
    if os.geteuid() != 0 and _is_known(os.geteuid()):
        return Identity((), os.geteuid(), os.getegid())
    namespace = _namespace_identity()
    if _works(namespace, postgres):
        return namespace
    if os.geteuid() == 0:
        system_user = _system_user_identity()
        if system_user is not None and _works(system_user, postgres):
            return system_user
    raise DatabaseDidNotStart(
        "PostgreSQL does not run as this user, and this machine allows neither a user namespace (unshare) nor another "
        "user (useradd, setpriv). Start Casewright as an ordinary user, or set CASEWRIGHT_DATABASE_URL."
    )


def _namespace_identity() -> Identity:
    inside = next(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0)
    prefix = ("unshare", "--user", f"--map-user={inside}", f"--map-group={inside}", "--")
    return Identity(prefix, os.geteuid(), os.getegid())


def _system_user_identity() -> Identity | None:
    try:
        entry = pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        if shutil.which("useradd") is None:
            return None
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        if subprocess.run([*command, _SYSTEM_USER], capture_output=True, check=False).returncode != 0:
            return None
        entry = pwd.getpwnam(_SYSTEM_USER)
    # The binaries and the data may lie below a folder which only root may enter: this one capability gets the user
    # there without opening those folders to everybody.
    capability = "-all,+dac_override"
    prefix = ("setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
    return Identity(
        (*prefix, f"--inh-caps={capability}", f"--ambient-caps={capability}", "--"), entry.pw_uid, entry.pw_gid
    )


def _is_known(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _works(identity: Identity, postgres: Path) -> bool:
    try:
        command = [*identity.command_prefix, str(postgres), "-V"]
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
