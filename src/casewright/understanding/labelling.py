"""What customers wrote that the next model should learn: noticed after their turns, shown to a company's people, and made an
example by their word. Nothing is learned that nobody has looked at."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import numpy as np

from casewright.conversations.models import (
    ConversationId,
    ConversationKey,
    FeedbackGiven,
    LoggedEvent,
    Mode,
    ModeChanged,
    TurnFinished,
    TurnId,
)
from casewright.kit.clock import Clock
from casewright.kit.database import Database, Record, Transaction
from casewright.kit.errors import InvalidInput
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Principal, system
from casewright.understanding import repository
from casewright.understanding.encoder import Encoder
from casewright.understanding.errors import CandidateNotFound, CandidateSettled
from casewright.understanding.examples import unknown_intent
from casewright.understanding.features import Matrix
from casewright.understanding.models import (
    AddedExample,
    LabellingCandidate,
    LabellingReason,
    LabellingState,
    NoticedText,
    Segment,
)
from casewright.understanding.ports import Conversations, Sealing
from casewright.understanding.service import UnderstandingService

FIRST_LOOK: Final = timedelta(days=1)
"""How far back a company's conversations are looked through the first time."""
OVERLAP: Final = timedelta(minutes=1)
"""Looked through twice, for turns that were being committed."""
UNSURE: Final = 0.5
"""Confidence below which an intent is uncertain."""
LEAST_WORDS, MOST_CHARACTERS = 2, 500
"""Of a text that a model can learn from."""
NEAREST: Final = 3
SAME_GROUP: Final = 0.6
"""Mean cosine of both sentence vectors from which two texts are about the same."""


class Labelling:
    def __init__(
        self,
        database: Database,
        encoder: Encoder,
        understanding: UnderstandingService,
        conversations: Conversations,
        sealing: Sealing,
        clock: Clock,
    ) -> None:
        self._database = database
        self._encoder = encoder
        self._understanding = understanding
        self._conversations = conversations
        self._sealing = sealing
        self._clock = clock

    # --- noticing ---

    async def look_through(self, tenant_id: TenantId) -> int:
        """Takes up what is worth labelling in the conversations that went on since the last time. How many texts that were."""
        principal, now = system(tenant_id, "labelling"), self._clock.now()
        async with self._database.begin(principal) as tx:
            since = await repository.looked_until(tx, tenant_id) or now - FIRST_LOOK
        found = 0
        for key in await self._conversations.active_since(principal, since - OVERLAP):
            noticed = list(worth_labelling(await self._conversations.events(principal, key)))
            found += await self._take_up(key, noticed) if noticed else 0
        if found:
            await self._group(tenant_id)
        async with self._database.begin(principal) as tx:
            await repository.save_looked_until(tx, tenant_id, now)
        return found

    async def _take_up(self, key: ConversationKey, noticed: Sequence[NoticedText]) -> int:
        async with self._database.begin(system(key.tenant_id, "labelling")) as tx:
            row = await repository.person_who_lets_learn(tx, key.tenant_id, key.conversation_id)
            if row is None:
                return 0
            person, count = self._sealing.person(row), 0
            for one in noticed:
                candidate_id = new_id()
                sealed = self._sealing.seal(person, key, _place(candidate_id), one.text.encode())
                if sealed is not None:
                    count += await repository.save_candidate(
                        tx, key.tenant_id, key.conversation_id, id=candidate_id, noticed=one, sealed=sealed
                    )
            return count

    async def _group(self, tenant_id: TenantId) -> None:
        """Puts open texts that say nearly the same together."""
        async with self._database.begin(system(tenant_id, "labelling")) as tx:
            rows = await repository.candidates(tx, tenant_id, LabellingState.OPEN, None)
            opened = [
                self._candidate(tenant_id, row) for row in sorted(rows, key=lambda row: (row["said_at"], row["id"]))
            ]
        texts = [one for one in opened if one.text]
        vectors = [await self._encoder.encode_both_async(one.text) for one in texts]
        meanings = np.array([np.hstack([one.english, one.multilingual]) for one in vectors]) / np.sqrt(2)
        groups = {texts[place].id: texts[leader].id for place, leader in enumerate(leaders(meanings))}
        sizes = list(groups.values())
        async with self._database.begin(system(tenant_id, "labelling")) as tx:
            await repository.save_groups(
                tx, tenant_id, {one: leader if sizes.count(leader) > 1 else None for one, leader in groups.items()}
            )

    # --- the queue ---

    async def candidates(
        self, principal: Principal, state: LabellingState | None, reason: LabellingReason | None
    ) -> tuple[LabellingCandidate, ...]:
        """Groups of the same first, the largest at the top; then the newest."""
        async with self._database.begin(principal) as tx:
            rows = await repository.candidates(tx, principal.tenant_id, state, reason)
            return tuple(self._candidate(principal.tenant_id, row) for row in rows)

    async def label(
        self, principal: Principal, candidate_id: UUID, intent: str | None, *, and_group: bool = False
    ) -> LabellingCandidate:
        """Makes it an example of the intent, or of what is out of scope (None), for the next training; `and_group`: all open
        ones that say nearly the same as well. Raises `CandidateNotFound`, `CandidateSettled`, `InvalidInput`."""
        await self._require_intent(principal.tenant_id, intent)
        return await self._settle(principal, candidate_id, LabellingState.LABELLED, intent, and_group=and_group)

    async def dismiss(self, principal: Principal, candidate_id: UUID, *, and_group: bool = False) -> LabellingCandidate:
        """Nothing is to be learned from it. Raises `CandidateNotFound`, `CandidateSettled`."""
        return await self._settle(principal, candidate_id, LabellingState.DISMISSED, None, and_group=and_group)

    async def correct(
        self, principal: Principal, turn_id: UUID, segment: int, intent: str | None
    ) -> LabellingCandidate:
        """Labels what a turn was really about, whether it was in the queue or not. Raises `TurnNotFound`, `InvalidInput`,
        `CandidateSettled`."""
        await self._require_intent(principal.tenant_id, intent)
        conversation_id, entry = await self._conversations.turn(principal, TurnId(turn_id))
        key = ConversationKey(tenant_id=principal.tenant_id, conversation_id=conversation_id)
        report = entry.event.report if isinstance(entry.event, TurnFinished) else None
        if report is None or not 0 <= segment < len(report.segments):
            raise InvalidInput(f"The turn has no segment {segment}; the first is 0.")
        await self._take_up(key, [_noticed(entry, segment, report.segments[segment], LabellingReason.CORRECTED)])
        async with self._database.begin(principal) as tx:
            candidate_id = await repository.candidate_of(tx, principal.tenant_id, turn_id, segment)
        if candidate_id is None:
            raise CandidateSettled(
                "The customer does not want that anything is learned from their words, or is erased."
            )
        return await self._settle(principal, candidate_id, LabellingState.LABELLED, intent)

    async def _require_intent(self, tenant_id: TenantId, intent: str | None) -> None:
        names = (await self._understanding.intents(tenant_id)).keys()
        if intent is not None and intent not in names:
            raise InvalidInput(f"`intent`: {unknown_intent(intent, names)}")

    async def _settle(
        self,
        principal: Principal,
        candidate_id: UUID,
        state: LabellingState,
        intent: str | None,
        *,
        and_group: bool = False,
    ) -> LabellingCandidate:
        tenant_id, now = principal.tenant_id, self._clock.now()
        async with self._database.begin(principal) as tx:
            row = await repository.candidate(tx, tenant_id, candidate_id)
            if row is None:
                raise CandidateNotFound
            if row["state"] != LabellingState.OPEN:
                raise CandidateSettled(f"It is {row['state']} already.")
            group = row["grouped_with"] if and_group else None
            rows = await repository.group_of(tx, tenant_id, group) if group else [row]
            if state is LabellingState.LABELLED:
                await self._learn(tx, principal, rows, intent)
            for one in rows:
                await repository.settle_candidate(
                    tx, tenant_id, one["id"], state=state, intent=intent, by=principal.actor, now=now
                )
            settled = await repository.candidate(tx, tenant_id, candidate_id)
            assert settled is not None
            return self._candidate(tenant_id, settled)

    async def _learn(self, tx: Transaction, principal: Principal, rows: Sequence[Record], intent: str | None) -> None:
        examples = [
            AddedExample(
                id=row["id"],
                text=self._candidate(principal.tenant_id, row).text,
                intent=intent,
                source="labelled",
                person_id=row["person_id"],
                added_by=principal.actor,
                added_at=self._clock.now(),
            )
            for row in rows
        ]
        if not all(one.text for one in examples):
            raise CandidateSettled("Its words are erased.")
        await repository.add_examples(tx, principal.tenant_id, examples)

    def _candidate(self, tenant_id: TenantId, row: Record) -> LabellingCandidate:
        key = ConversationKey(tenant_id=tenant_id, conversation_id=ConversationId(row["conversation_id"]))
        text = self._sealing.open(self._sealing.person(row), key, _place(row["id"]), row["sealed"])
        return LabellingCandidate(
            id=row["id"],
            conversation_id=row["conversation_id"],
            turn_id=row["turn_id"],
            segment=row["segment"],
            text=(text or b"").decode(),
            reason=row["reason"],
            nearest=row["nearest"],
            said_at=row["said_at"],
            state=row["state"],
            grouped_with=row["grouped_with"],
            group_size=row["group_size"],
            intent=row["intent"],
            settled_at=row["settled_at"],
            settled_by=row["settled_by"],
        )


def _place(candidate_id: UUID) -> str:
    return f"labelling {candidate_id}"


# --- what is worth it, and what is the same ---


def worth_labelling(log: Sequence[LoggedEvent]) -> Iterator[NoticedText]:
    """The texts in a conversation that a model should have understood better. What steering words or an open question settled
    is none of them."""
    for place, entry in enumerate(log):
        if not isinstance(entry.event, TurnFinished):
            continue
        corrected = _was_corrected(entry.event, log[place + 1 :])
        for number, segment in enumerate(entry.event.report.segments):
            reason = LabellingReason.CORRECTED if corrected else _doubt(segment)
            if reason and segment.ranking and _can_be_learned(segment.text):
                yield _noticed(entry, number, segment, reason)


def _was_corrected(turn: TurnFinished, after: Sequence[LoggedEvent]) -> bool:
    """Before the agent's next turn a person took over, or the customer found the reply of no help."""
    if turn.result != "replied":
        return False
    for entry in after:
        match entry.event:
            case TurnFinished():
                return False
            case ModeChanged(mode=Mode.HUMAN, reason="operator"):
                return True
            case FeedbackGiven(helpful=False, message_id=rated) if rated in (None, turn.reply_id):
                return True
            case _:
                pass
    return False


def _doubt(segment: Segment) -> LabellingReason | None:
    if segment.out_of_scope:
        return LabellingReason.OUT_OF_SCOPE
    best = segment.ranking[0].probability * (1 - segment.out_of_scope_score) if segment.ranking else 1.0
    return LabellingReason.UNCERTAIN if segment.ambiguous or best < UNSURE else None


def _can_be_learned(text: str) -> bool:
    return len(text.split()) >= LEAST_WORDS and len(text) <= MOST_CHARACTERS


def _noticed(entry: LoggedEvent, number: int, segment: Segment, reason: LabellingReason) -> NoticedText:
    assert entry.turn_id is not None
    return NoticedText(
        turn_id=entry.turn_id,
        segment=number,
        text=segment.text.strip(),
        reason=reason,
        nearest=segment.ranking[:NEAREST],
        said_at=entry.at,
    )


def leaders(meanings: Matrix) -> list[int]:
    """For each row the first row that says nearly the same, which may be itself: (rows, width), each of length 1. Who leads
    goes on leading when more come."""
    found: list[int] = []
    leading: list[int] = []
    for place, meaning in enumerate(meanings):
        closeness = meanings[leading] @ meaning if leading else np.empty(0)
        best = int(closeness.argmax()) if leading else -1
        if best >= 0 and closeness[best] >= SAME_GROUP:
            found.append(leading[best])
        else:
            leading.append(place)
            found.append(place)
    return found
