"""What knowledge needs of others."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from casewright.conversations.models import ConversationKey, LoggedEvent
from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId
from casewright.kit.model import Model
from casewright.kit.principal import Principal
from casewright.security.models import Masked, Vault
from casewright.tenants.models import Tenant
from casewright.understanding.models import TextVectors

Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are."""


class SentenceEncoder(Protocol):
    """Turns texts into normalised vectors, off the event loop."""

    async def encode_both_async(self, text: str) -> TextVectors:
        """The vectors of one text."""
        ...

    async def encode_many_async(self, texts: Sequence[str], on_progress: Progress | None = None) -> NDArray[np.float32]:
        """The English vectors of all texts: float32 of shape (len(texts), 384). `on_progress` may be called in another
        thread."""
        ...

    async def encode_many_multilingual_async(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """The multilingual vectors of all texts: float32 of shape (len(texts), 512)."""
        ...


class WebPage(Protocol):
    """`address`: where it was found in the end. `media_type`: such as text/html; `encoding`: None where the server does not say."""

    @property
    def address(self) -> str: ...
    @property
    def content(self) -> bytes: ...
    @property
    def media_type(self) -> str: ...
    @property
    def encoding(self) -> str | None: ...


class Website(Protocol):
    """Raises `InvalidInput` for what is not to be had, `OutgoingError` where the site does not do what was asked."""

    async def addresses(self) -> Mapping[str, str]:
        """Of all pages that are to be read, with when each last changed, "" where the site does not say."""
        ...

    async def fetch(self, address: str) -> WebPage: ...


class Websites(Protocol):
    def open(self, address: str) -> AbstractAsyncContextManager[Website]:
        """A page, or a site where the address ends with a slash or is a sitemap's. Raises `InvalidInput`."""
        ...


class OrgArticle(Protocol):
    """A published version of an article in the org, in one language. `body`: HTML. `audience`: `public`, `customer` or
    `internal`. `url`: where the company's people read it. `categories`: as Group/Category. `master_url_name`: of the article it translates, "" if it translates none."""

    @property
    def id(self) -> str: ...
    @property
    def url_name(self) -> str: ...
    @property
    def master_url_name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def audience(self) -> str: ...
    @property
    def categories(self) -> tuple[str, ...]: ...
    @property
    def url(self) -> str: ...
    @property
    def published_on(self) -> date | None: ...


class PublishedVersion(Protocol):
    """That an article is online in the org. `changed_at`: ISO 8601 in UTC."""

    @property
    def id(self) -> str: ...
    @property
    def url_name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def is_master(self) -> bool: ...
    @property
    def changed_at(self) -> str: ...


class OrgKnowledge(Protocol):
    """The articles of a tenant's org. Raises `OutgoingError`, and what the org refuses with."""

    async def online(self, tenant_id: TenantId) -> Sequence[PublishedVersion]:
        """All that are online, in every language."""
        ...

    async def text_fields(self, tenant_id: TenantId, names: Sequence[str]) -> Mapping[str, str]:
        """The labels of the fields that hold an article's text, by their API names. `names`: none where the org has only one that
        it can be. Raises `InvalidInput` where it has several, or not those."""
        ...

    async def articles(
        self, tenant_id: TenantId, ids: Sequence[str], fields: Mapping[str, str]
    ) -> Sequence[OrgArticle]:
        """Those of the versions that are still online. `fields`: as `text_fields` gives them."""
        ...


class Companies(Protocol):
    """Raises `NotFound`."""

    async def get(self, tenant_id: TenantId) -> Tenant: ...
    async def all(self) -> Sequence[Tenant]: ...


class Conversations(Protocol):
    async def active_since(self, principal: Principal, since: datetime) -> list[ConversationKey]: ...
    async def events(self, principal: Principal, key: ConversationKey, after: int = 0) -> tuple[LoggedEvent, ...]: ...


class Masker(Protocol):
    def mask(self, text: str, *, locale: str, vault: Vault, record_ids: bool = False) -> Masked:
        """The text with tokens for the personal data in it."""
        ...


class Announcements(Protocol):
    """Tells other systems that subscribed to it what happened."""

    async def announce(self, tx: Transaction, tenant_id: TenantId, kind: str, payload: Model) -> None:
        """Leaves with the transaction, or not at all. `kind`: `knowledge.conflict` or `knowledge.gap`. `payload`: ids, kinds,
        counts and paths under `/v1`; never a word of a customer or of an article."""
        ...
