"""People are erased out of conversations with a real engine behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from casewright.conversations.sealer import Sealer
from casewright.kit.ids import TenantId
from casewright.kit.sealing import KeyEncryptionKey
from casewright.people.models import Anonymised
from casewright.people.service import PeopleService
from casewright.tenants.service import TenantService
from tests.backup.conftest import empty_database, folder
from tests.engine.conftest import World, key_encryption_key, world

__all__ = ["empty_database", "folder", "key_encryption_key", "world"]


@dataclass
class SmallArchive:
    """An org's cases as far as erasing goes; it can be away."""

    away: bool = False
    anonymised: list[str] = field(default_factory=list)
    others: set[str] = field(default_factory=set)

    async def anonymise(self, tenant_id: TenantId, case_ids: Sequence[str]) -> Anonymised:
        if self.away:
            return Anonymised(done=False)
        self.anonymised += [one for one in case_ids if one not in self.others]
        return Anonymised(done=True, left=tuple(one for one in case_ids if one in self.others))


@pytest.fixture
def archive() -> SmallArchive:
    return SmallArchive()


@pytest.fixture
def people(
    world: World, tenants: TenantService, key_encryption_key: KeyEncryptionKey, archive: SmallArchive
) -> PeopleService:
    return PeopleService(world.database, Sealer(key_encryption_key), tenants, archive, world.clock, retention_days=90)
