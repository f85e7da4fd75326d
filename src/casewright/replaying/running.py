"""Running recorded turns again: the engine's own stages, on ports that only remember."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from casewright.content import ACTIONS
from casewright.conversations.models import Claim, ConversationKey, Person, PersonId, TurnFinished
from casewright.conversations.service import ConversationService
from casewright.engine.ports import Ports
from casewright.engine.turn import begin, reply
from casewright.engine.working import Turn
from casewright.kit.database import DatabaseUnavailable
from casewright.kit.principal import Principal
from casewright.procedures.models import ActionDefinition
from casewright.replaying.comparing import differences, observed, untold
from casewright.replaying.configurations import Configuration
from casewright.replaying.errors import NeverRecorded
from casewright.replaying.models import Observed, ReplayedTurn, Result
from casewright.replaying.recorded_ports import NOBODY, OneTenant, RecordedActions, RecordedLog
from casewright.replaying.recordings import RecordedTurn, recorded_turns
from casewright.security.personal_data import PersonalDataMasker

SOMEBODY = Person(id=PersonId(UUID(int=0)), key=bytes(32))
"""Nothing is sealed in a replay; a person without a key would count as erased."""

logger = logging.getLogger(__name__)


class Replayer:
    """`definitions`: the actions that there are; none is ever carried out."""

    def __init__(
        self, configuration: Configuration, definitions: Mapping[str, ActionDefinition] = ACTIONS, at_once: int = 8
    ) -> None:
        self._configuration = configuration
        self._definitions = definitions
        self._places = asyncio.Semaphore(at_once)

    async def replay_all(
        self,
        conversations: ConversationService,
        principal: Principal,
        keys: Sequence[ConversationKey],
        wanted: Callable[[RecordedTurn], bool] = lambda turn: True,
        on_turn: Callable[[ReplayedTurn], None] = lambda turn: None,
        on_conversation: Callable[[], None] = lambda: None,
    ) -> tuple[ReplayedTurn, ...]:
        """The turns of several conversations, oldest first; several conversations at once. Raises `ConversationNotFound`."""

        async def one(key: ConversationKey) -> list[ReplayedTurn]:
            async with self._places:
                found = []
                for recorded in recorded_turns(key, await conversations.events(principal, key)):
                    if wanted(recorded):
                        found.append(await self.replay(recorded))
                        on_turn(found[-1])
                on_conversation()
                return found

        replayed = await asyncio.gather(*map(one, keys))
        return tuple(sorted((turn for turns in replayed for turn in turns), key=lambda turn: turn.at))

    async def replay(self, recorded: RecordedTurn) -> ReplayedTurn:
        """One turn, from the state it began in."""
        happened = [entry.event for entry in recorded.own]
        left_out = untold(happened)
        before = observed(happened, recorded.finished.report.accepted, left_out)
        if recorded.is_erased:
            return _told(recorded, Result.SKIPPED, "the customer was erased", before)
        log, actions = RecordedLog(recorded), RecordedActions(recorded, self._definitions)
        turn = self._begun(recorded, log, actions)
        result, reason = await self._run(turn)
        events = [*log.events, *turn.events]
        after = observed(events, turn.report.accepted, left_out)
        after = after.model_copy(update={"actions": (*after.actions, *actions.missed)})
        vault = {**turn.state.vault, **recorded.state.vault}
        told = _told(recorded, result, reason, _masked(before, vault), _masked(after, vault))
        finished = next((one for one in events if isinstance(one, TurnFinished)), None)
        return told.model_copy(update={"replayed_on": finished.configuration_digest}) if finished else told

    async def _run(self, turn: Turn) -> tuple[Result, str]:
        """`SAME` for a turn that came to its end. Raises `DatabaseUnavailable`."""
        try:
            with self._configuration.clock.at(turn.now):
                await begin(turn)
                await reply(turn)
        except NeverRecorded as stopped:
            return Result.DIVERGED, str(stopped)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            logger.debug("a replayed turn failed", exc_info=True)
            return Result.FAILED, f"it cannot be run ({type(error).__name__})"
        return Result.SAME, ""

    def _begun(self, recorded: RecordedTurn, log: RecordedLog, actions: RecordedActions) -> Turn:
        configuration = self._configuration
        ports = Ports(
            log=log,
            typing=NOBODY,
            tenants=OneTenant(configuration.tenant),
            masker=PersonalDataMasker(),
            understanding=configuration.understanding,
            knowledge=configuration.knowledge,
            procedures=configuration.procedures,
            actions=actions,
        )
        claim = Claim(
            key=recorded.key,
            fence=0,
            person=SOMEBODY,
            snapshot=None,
            log=(),
            triggers=recorded.triggers,
            now=recorded.at,
            seq=recorded.state.seq,
        )
        state = configuration.begin_in(recorded.state)
        return Turn(
            ports, configuration.settings, configuration.tenant, claim, state, recorded.triggers, id=recorded.id
        )


def _told(
    recorded: RecordedTurn, result: Result, reason: str, before: Observed, after: Observed | None = None
) -> ReplayedTurn:
    """Of a turn that diverged, what is known of it is compared."""
    found = differences(before, after) if after and result is not Result.FAILED else ()
    return ReplayedTurn(
        turn_id=recorded.id,
        conversation_id=recorded.key.conversation_id,
        at=recorded.at,
        trigger=recorded.finished.trigger,
        customer=recorded.finished.report.masked_text,
        result=Result.DIFFERENT if found and result is Result.SAME else result,
        reason=reason,
        recorded_on=recorded.finished.configuration_digest,
        differences=found,
        recorded=before,
        replayed=after or Observed(),
    )


def _masked(observed: Observed, vault: Mapping[str, str]) -> Observed:
    """With tokens in place of the customer's personal data."""
    by_length = sorted(vault.items(), key=lambda item: -len(item[1]))

    def without(text: str) -> str:
        for token, value in by_length:
            text = text.replace(value, token)
        return text

    return Observed.model_validate({name: tuple(map(without, lines)) for name, lines in observed})
