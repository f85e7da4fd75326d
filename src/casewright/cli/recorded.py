"""Which company and which conversation a command is about. Each is looked for as its company's, and sees nothing else."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from casewright.conversations.models import ConversationKey
    from casewright.replaying.archive import Archive
    from casewright.tenants.models import Tenant

Company = Annotated[
    str | None, typer.Option(help="The company's slug. Default: the one it is found at.", show_default=False)
]


async def companies(archive: "Archive", slug: str | None) -> "list[Tenant]":
    """The one named, else all. Raises `TenantNotFound`."""
    return [await archive.tenants.by_slug(slug)] if slug else await archive.tenants.all()


async def conversation_of(archive: "Archive", conversation: UUID, slug: str | None) -> "tuple[Tenant, ConversationKey]":
    """Raises `TenantNotFound`, `ConversationNotFound`."""
    from casewright.conversations.errors import ConversationNotFound
    from casewright.conversations.models import ConversationId, ConversationKey

    for tenant in await companies(archive, slug):
        key = ConversationKey(tenant_id=tenant.id, conversation_id=ConversationId(conversation))
        try:
            await archive.conversations.view(archive.principal(tenant), key)
        except ConversationNotFound:
            continue
        return tenant, key
    raise ConversationNotFound
