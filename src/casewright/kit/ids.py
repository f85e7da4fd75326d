"""Identifiers: UUIDv7, so that rows written together lie together and sort by time."""

from typing import NewType
from uuid import UUID

import uuid_utils

TenantId = NewType("TenantId", UUID)


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562), the standard library's `UUID` so that every driver takes it."""
    return UUID(bytes=uuid_utils.uuid7().bytes)
