"""Files for the eyes of one user: keys, passwords, tokens."""

import os
import tempfile
from pathlib import Path


def write_private_file(file: Path, content: bytes, *, replace: bool = True) -> None:
    """Write `file` with mode 0600 so that a reader, or a crash, sees the whole of it or nothing.

    Raises `FileExistsError` if it exists and `replace` is false.
    """
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if replace:
            temporary.replace(file)
        else:
            file.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)
