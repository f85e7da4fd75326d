"""What an installation has before any part of it is opened: its key and its database's address."""

from contextlib import AsyncExitStack

from casewright.kit.data_directory import DataDirectory
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.sealing import KeyEncryptionKey
from casewright.settings import Settings

KEY_FILE = "secrets/key-encryption-key"


def load_key(settings: Settings, directory: DataDirectory) -> KeyEncryptionKey:
    value = settings.key_encryption_key
    return KeyEncryptionKey.load(directory.path / KEY_FILE, value.get_secret_value() if value else None)


async def database_address(settings: Settings, directory: DataDirectory, stack: AsyncExitStack) -> str:
    """The database's address, past a pooler: the one set, else the embedded server's, which runs as long as `stack` lives."""
    if address := settings.database_direct_url or settings.database_url:
        return address.get_secret_value()
    server = await stack.enter_async_context(EmbeddedPostgres(directory.path))
    return server.dsn(Role.APPLICATION)
