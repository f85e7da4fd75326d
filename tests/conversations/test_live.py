from datetime import UTC, datetime
from uuid import UUID

from casewright.conversations.live import MOST_HEARD, LiveEvents
from casewright.conversations.models import ConversationId, ConversationKey, ConversationReopened, LoggedEvent
from casewright.kit.ids import TenantId

KEY = ConversationKey(tenant_id=TenantId(UUID(int=1)), conversation_id=ConversationId(UUID(int=2)))
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def entries(*seqs: int) -> tuple[LoggedEvent, ...]:
    return tuple(LoggedEvent(seq=seq, at=NOW, turn_id=None, event=ConversationReopened()) for seq in seqs)


async def test_a_reader_hears_what_was_committed_here_without_reading_the_log() -> None:
    live = LiveEvents()
    async with live.watch(KEY.conversation_id) as watcher:
        live.announce(KEY, entries(4, 5))
        live.announce(KEY, entries(6))
        assert watcher.heard(after=3) == entries(4, 5, 6)
        assert watcher.heard(after=6) == ()


async def test_who_has_read_some_of_it_already_hears_the_rest() -> None:
    live = LiveEvents()
    async with live.watch(KEY.conversation_id) as watcher:
        live.announce(KEY, entries(4, 5, 6))
        assert watcher.heard(after=5) == entries(6)


async def test_where_something_was_committed_elsewhere_in_between_the_log_is_read() -> None:
    live = LiveEvents()
    async with live.watch(KEY.conversation_id) as watcher:
        live.announce(KEY, entries(6))
        assert watcher.heard(after=3) is None


async def test_who_is_far_behind_reads_the_log() -> None:
    live = LiveEvents()
    async with live.watch(KEY.conversation_id) as watcher:
        live.announce(KEY, entries(*range(1, MOST_HEARD + 2)))
        assert watcher.heard(after=0) is None
