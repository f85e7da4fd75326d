"""Trainings that are asked for and run in the background. What is to be learned is kept with the request, or neither is."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from casewright.kit import jobs
from casewright.kit.clock import Clock
from casewright.kit.database import Database, Transaction
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Principal, system
from casewright.security.models import Vault
from casewright.understanding import repository
from casewright.understanding.errors import TrainingNotFound
from casewright.understanding.examples import check_intents, new_examples, with_added
from casewright.understanding.models import Imported, LabelledText, Training, TrainingState
from casewright.understanding.ports import Companies, Masker
from casewright.understanding.service import UnderstandingService, installed_of
from casewright.understanding.training import check

RETRAIN: Final = "understanding.retrain"
QUEUE: Final = "trainings"
_STATES: Final = {
    "todo": TrainingState.WAITING,
    "doing": TrainingState.RUNNING,
    "succeeded": TrainingState.SUCCEEDED,
}


class Trainings:
    def __init__(
        self,
        database: Database,
        understanding: UnderstandingService,
        masker: Masker,
        companies: Companies,
        clock: Clock,
    ) -> None:
        self._database = database
        self._understanding = understanding
        self._masker = masker
        self._companies = companies
        self._clock = clock

    async def ask(
        self, principal: Principal, examples: Sequence[LabelledText] = (), *, instead: bool = False
    ) -> tuple[Training, Imported]:
        """Adds examples to the company's own, personal data masked, and has a worker train on them all; `instead`: of what was
        imported before. One that nobody has begun yet serves this request as well.

        Raises `IntentModelMissing`, `TrainingDataInvalid`; then nothing is kept."""
        tenant_id = principal.tenant_id
        masked = await self._masked(tenant_id, examples)
        async with self._database.begin(principal) as tx:
            installed = installed_of(await repository.active_model(tx, tenant_id))
            added = await repository.added_examples(tx, tenant_id)
            check_intents(masked, installed)
            if instead:
                added = [one for one in added if one.source != "imported"]
                await repository.delete_imported(tx, tenant_id)
            new = new_examples(masked, installed, added, by=principal.actor, now=self._clock.now())
            check(with_added(installed, [*added, *new])[0])
            await repository.add_examples(tx, tenant_id, new)
            training = Training(id=await self._queued(tx, tenant_id), state=TrainingState.WAITING)
        return training, Imported(added=len(new), known=len(examples) - len(new))

    async def get(self, principal: Principal, training_id: UUID) -> Training:
        """Raises `TrainingNotFound`, also some days after it ended, once its version is kept no longer."""
        tenant_id = principal.tenant_id
        async with self._database.begin(principal) as tx:
            version = await repository.version_trained_by(tx, tenant_id, _name(training_id))
            state = await jobs.state_of(tx, RETRAIN, tenant_id=str(tenant_id), training_id=str(training_id))
        if version is not None:
            return Training(id=training_id, state=TrainingState.SUCCEEDED, version=version)
        if state is None:
            raise TrainingNotFound
        return Training(id=training_id, state=_STATES.get(state, TrainingState.FAILED))

    async def run(self, tenant_id: TenantId, training_id: UUID) -> None:
        """Trains once, however often it is begun."""
        async with self._database.begin(system(tenant_id, "trainings")) as tx:
            done = await repository.version_trained_by(tx, tenant_id, _name(training_id))
        if done is None:
            await self._understanding.retrain(tenant_id, by=_name(training_id))

    async def _queued(self, tx: Transaction, tenant_id: TenantId) -> UUID:
        waiting = await jobs.hold_waiting(tx, RETRAIN, tenant_id=str(tenant_id))
        if waiting is not None:
            return UUID(waiting["training_id"])
        training_id = new_id()
        await jobs.defer(tx, QUEUE, RETRAIN, tenant_id=str(tenant_id), training_id=str(training_id))
        return training_id

    async def _masked(self, tenant_id: TenantId, examples: Sequence[LabelledText]) -> list[LabelledText]:
        profile = (await self._companies.get(tenant_id)).profile
        locale, private = profile.default_language, profile.record_ids_private
        masked = (self._masker.mask(one.text, locale=locale, vault=Vault(), record_ids=private) for one in examples)
        return [LabelledText(text=one.text, intent=of.intent) for one, of in zip(masked, examples, strict=True)]


def _name(training_id: UUID) -> str:
    """By which a version tells which training made it."""
    return f"training {training_id}"
