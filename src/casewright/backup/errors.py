"""What can go wrong with a backup: each says what is wrong and what to do."""

from pathlib import Path

from casewright.kit.errors import Conflict, InvalidInput, SetupError


class BackupNotWritten(SetupError):
    """Nothing was left behind: neither a new file nor a change to an old one."""


class BackupDamaged(InvalidInput):
    """Cut off, altered, or no backup at all."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file} cannot be used: {why}. Take another backup.")


class BackupTooNew(SetupError):
    """A newer Casewright made it."""


class KeysDoNotFit(SetupError):
    """The persons' keys or the key-encryption key do not belong to the backup."""


class TargetNotEmpty(Conflict):
    """A restore never mixes with what is there."""


class RestoreFailed(SetupError):
    """The target holds nothing of the backup."""


class PlacementUnsupported(SetupError):
    """A tenant has a schema or a database of its own, which this backup does not reach."""
