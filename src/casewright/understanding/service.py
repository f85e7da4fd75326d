"""Understanding: masked text in, proposed commands out."""

import asyncio
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from casewright.kit.clock import Clock, SystemClock
from casewright.kit.database import Database
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.kit.telemetry import span
from casewright.understanding import features, repository
from casewright.understanding.analysis import Analyst
from casewright.understanding.answers import exact_value
from casewright.understanding.encoder import Encoder, Progress
from casewright.understanding.entities import find_entities, local_time
from casewright.understanding.errors import IntentModelMissing, IntentModelUnreadable
from casewright.understanding.examples import check_intents, new_examples, with_added
from casewright.understanding.intents import (
    IntentModel,
    NearestExample,
    TrainingReport,
    digest_of,
    read_header,
)
from casewright.understanding.models import (
    AddedExample,
    ExpectedSlot,
    Imported,
    IntentDefinition,
    IntentSet,
    LabelledText,
    ModelVersion,
    SetSlot,
    Understanding,
    UnderstandingRequest,
)
from casewright.understanding.open_questions import prefill
from casewright.understanding.training import train

AMBIGUITY_GAP = 0.15
FRESH_SECONDS = 5.0
"""How long the active model is not asked for again. Another process's training is seen after at most this."""
KEPT_VERSIONS: Final = 10
"""Of a tenant, beside the active one: to go back to, and to tell what an older turn ran on."""
_NO_MODEL: Final = "There is no trained intent model yet: install intents first."

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """`version` None: the tenant has no model that can be used."""

    version: int | None
    model: IntentModel | None
    analyst: Analyst
    checked: float

    @property
    def name(self) -> str:
        """By which a turn tells what it ran on."""
        return f"intents {self.version}" if self.model else ""

    @property
    def intents(self) -> Mapping[str, IntentDefinition]:
        return self.analyst.intents


class UnderstandingService:
    def __init__(
        self,
        database: Database,
        encoder: Encoder,
        clock: Clock | None = None,
        *,
        ambiguity_gap: float = AMBIGUITY_GAP,
        fresh_seconds: float = FRESH_SECONDS,
    ) -> None:
        self._database = database
        self._encoder = encoder
        self._clock = clock or SystemClock()
        self._ambiguity_gap = ambiguity_gap
        self._fresh_seconds = fresh_seconds
        self._loaded: dict[TenantId, LoadedModel] = {}
        self._loading: dict[TenantId, asyncio.Lock] = {}

    # --- reading messages ---

    async def understand(self, request: UnderstandingRequest) -> Understanding:
        """What a message means in its situation. A tenant without a model gets steering words, values and questions."""
        loaded = await self._model(request.tenant_id)
        heard = await self._encoder.run(self._analyse, loaded.analyst, request)
        return replace(heard, intents=loaded.intents)

    def _analyse(self, analyst: Analyst, request: UnderstandingRequest) -> Understanding:
        with span("analyse"):
            return analyst.analyse(request, self._clock.now())

    def _read(self, text: str) -> features.Reading:
        with span("encode"):
            return features.read(text, self._encoder)

    def prefill(self, request: UnderstandingRequest, slots: Sequence[ExpectedSlot], words: str) -> tuple[SetSlot, ...]:
        """Values that a message has already given for the slots of a procedure that begins with these `words` of it."""
        here = local_time(self._clock.now(), request.time_zone)
        entities = find_entities(words, request.tokens, here)
        message = find_entities(request.text, request.tokens, here)
        found = prefill(slots, words, entities, here.date(), message)
        return tuple(SetSlot(slot=name, value=value) for name, value in found)

    def read_value(
        self, slot: ExpectedSlot, text: str, tokens: Mapping[str, str], time_zone: str = "UTC"
    ) -> str | None:
        """What was written into a slot's own field, normalised; None if it is no value of the slot's type. Text is masked."""
        here = local_time(self._clock.now(), time_zone)
        return exact_value(slot, text, find_entities(text, tokens, here), here.date())

    async def intents(self, tenant_id: TenantId) -> Mapping[str, IntentDefinition]:
        """The tenant's intents by name; empty if it has no model."""
        return (await self._model(tenant_id)).intents

    async def explain(
        self, tenant_id: TenantId, text: str, model_version: str | None = None
    ) -> tuple[NearestExample, ...]:
        """The training examples closest to a masked text: of the version so named, if it is still kept, else of the active
        one. Raises `IntentModelMissing`."""
        loaded = await self._model(tenant_id)
        model = loaded.model
        if model_version and model_version != loaded.name:
            model = await self._earlier(tenant_id, model_version) or model
        if model is None:
            raise IntentModelMissing(_NO_MODEL)
        return model.explain(await self._encoder.encode_both_async(text))

    async def takes_for(self, tenant_id: TenantId, text: str) -> str:
        """The intent that a masked text is most likely about, as a whole; "" if none is there for it."""
        model = (await self._model(tenant_id)).model
        if model is None:
            return ""
        prediction = model.predict(await self._encoder.run(self._read, text))
        return "" if prediction.out_of_scope else prediction.ranking[0].name

    async def _earlier(self, tenant_id: TenantId, model_version: str) -> IntentModel | None:
        _, _, number = model_version.rpartition(" ")
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            stored = await repository.model(tx, tenant_id, int(number)) if number.isdecimal() else None
        try:
            return await asyncio.to_thread(IntentModel.from_bytes, stored.data, self._encoder) if stored else None
        except IntentModelUnreadable:
            return None

    # --- models ---

    async def install(
        self, tenant_id: TenantId, intents: IntentSet, on_progress: Progress | None = None, *, by: str = "install"
    ) -> bool:
        """Trains on `intents` and on the examples that were added beside them, and makes the result the active model. False
        if that very model is active already.

        Raises `TrainingDataInvalid`."""
        stored, added = await self._learned(tenant_id)
        if stored is not None and self._is_current(stored.data, with_added(intents, added)[0]):
            return False
        await self._train(tenant_id, intents, added, on_progress, by=by)
        return True

    async def rehearse(self, tenant_id: TenantId, intents: IntentSet, on_progress: Progress | None = None) -> None:
        """From now on reads messages as if `intents` were installed; nothing is stored. Raises `TrainingDataInvalid`."""
        stored, added = await self._learned(tenant_id)
        intents, _ = with_added(intents, added)
        if stored is None or not self._is_current(stored.data, intents):
            model = await self._encoder.run(train, intents, self._encoder, on_progress)
            version = stored.version + 1 if stored else 1
            self._loaded[tenant_id] = replace(self._ready(version, model), checked=math.inf)

    async def retrain(
        self, tenant_id: TenantId, on_progress: Progress | None = None, *, by: str = "retrain"
    ) -> TrainingReport:
        """Trains again on what the active model was installed with, and on all examples that are added by now.

        Raises `IntentModelMissing`, `IntentModelUnreadable`."""
        installed, added = await self._installed(tenant_id)
        return await self._train(tenant_id, installed, added, on_progress, by=by)

    async def import_examples(
        self,
        tenant_id: TenantId,
        examples: Sequence[LabelledText],
        on_progress: Progress | None = None,
        *,
        by: str,
        instead: bool = False,
    ) -> Imported:
        """Adds examples to the company's own and trains on them all; `instead`: of what was imported before. If training
        refuses them, nothing is kept. Raises `IntentModelMissing`, `TrainingDataInvalid`."""
        installed, added = await self._installed(tenant_id)
        check_intents(examples, installed)
        if instead:
            added = [one for one in added if one.source != "imported"]
        new = new_examples(examples, installed, added, by=by, now=self._clock.now())
        if new or instead:
            await self._train(tenant_id, installed, [*added, *new], on_progress, by=by, new=new, instead=instead)
        return Imported(added=len(new), known=len(examples) - len(new))

    async def activate(self, tenant_id: TenantId, version: int) -> None:
        """Makes any version that is kept the active one. Raises `IntentModelMissing`."""
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            if not await repository.activate(tx, tenant_id, version):
                raise IntentModelMissing(f"There is no version {version} of the intent model.")
        self._look_again(tenant_id)

    async def roll_back(self, tenant_id: TenantId) -> int:
        """Goes back to the version before the active one, and says which that is. Raises `IntentModelMissing`."""
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            version = await repository.version_before(tx, tenant_id)
            if version is None or not await repository.activate(tx, tenant_id, version):
                raise IntentModelMissing("There is no older version of the intent model to go back to.")
        self._look_again(tenant_id)
        return version

    async def versions(self, tenant_id: TenantId) -> list[ModelVersion]:
        """All that are kept, newest first."""
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            return await repository.versions(tx, tenant_id)

    async def report(self, tenant_id: TenantId, version: int | None = None) -> tuple[ModelVersion, TrainingReport]:
        """How good a version is, or the active one. Raises `IntentModelMissing`."""
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            found = await repository.report(tx, tenant_id, version)
        if found is None:
            raise IntentModelMissing(f"There is no version {version} of the intent model." if version else _NO_MODEL)
        return found

    async def forget_lost_examples(self, tenant_id: TenantId) -> int:
        """Trains anew if the active model learned from an example that is deleted by now, and deletes the other versions that
        did. How many versions are gone by that."""
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            lost = await repository.versions_with_lost_examples(tx, tenant_id)
        if any(lost.values()):
            await self.retrain(tenant_id, by="erasure")
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            for version in lost:
                await repository.delete_version(tx, tenant_id, version)
        return len(lost)

    async def _learned(self, tenant_id: TenantId) -> tuple[repository.StoredModel | None, list[AddedExample]]:
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            return await repository.active_model(tx, tenant_id), await repository.added_examples(tx, tenant_id)

    async def _installed(self, tenant_id: TenantId) -> tuple[IntentSet, list[AddedExample]]:
        """What the active model was installed with, and what is added by now."""
        stored, added = await self._learned(tenant_id)
        return installed_of(stored), added

    async def _train(
        self,
        tenant_id: TenantId,
        installed: IntentSet,
        added: Sequence[AddedExample],
        on_progress: Progress | None = None,
        *,
        by: str,
        new: Sequence[AddedExample] = (),
        instead: bool = False,
    ) -> TrainingReport:
        """`new`: of those added, what is to be stored with the model; `instead`: of all that was imported before."""
        intents, learned_from = with_added(installed, added)
        model = await self._encoder.run(train, intents, self._encoder, on_progress)
        data = await asyncio.to_thread(model.to_bytes)
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            if instead:
                await repository.delete_imported(tx, tenant_id)
            await repository.add_examples(tx, tenant_id, new)
            await repository.save(
                tx,
                tenant_id,
                digest=digest_of(data),
                data=data,
                report=model.header.report,
                trained_by=by,
                installed=installed,
                learned_from=learned_from,
                kept=KEPT_VERSIONS,
            )
        self._look_again(tenant_id)
        return model.header.report

    def _is_current(self, data: bytes, intents: IntentSet) -> bool:
        try:
            header = read_header(data)
        except IntentModelUnreadable:
            return False
        return header.definitions == intents and header.fits(self._encoder)

    def _look_again(self, tenant_id: TenantId) -> None:
        """The next message asks for the active version; whoever comes meanwhile still has the one before."""
        if tenant_id in self._loaded:
            self._loaded[tenant_id] = replace(self._loaded[tenant_id], checked=-math.inf)

    async def _model(self, tenant_id: TenantId) -> LoadedModel:
        known = self._loaded.get(tenant_id)
        lock = self._loading.setdefault(tenant_id, asyncio.Lock())
        if known is not None and (lock.locked() or monotonic() - known.checked < self._fresh_seconds):
            return known
        async with lock:
            known = self._loaded.get(tenant_id)
            if known is None or monotonic() - known.checked >= self._fresh_seconds:
                known = self._loaded[tenant_id] = await self._refreshed(tenant_id, known)
        return known

    async def _refreshed(self, tenant_id: TenantId, known: LoadedModel | None) -> LoadedModel:
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            version = await repository.active_version(tx, tenant_id)
            if known is not None and known.version == version:
                return replace(known, checked=monotonic())
            stored = await repository.active_model(tx, tenant_id)
        if stored is None:
            return self._ready(None, None)
        try:
            model = await asyncio.to_thread(IntentModel.from_bytes, stored.data, self._encoder)
        except IntentModelUnreadable as error:
            # Customers are still answered, from steering words and articles; the log says what to do.
            logger.error("tenant %s: %s", tenant_id, error.message)
            return self._ready(stored.version, None)
        return self._ready(stored.version, model)

    def _ready(self, version: int | None, model: IntentModel | None) -> LoadedModel:
        name = f"intents {version}" if model else ""
        analyst = Analyst(model, self._read, ambiguity_gap=self._ambiguity_gap, version=name)
        return LoadedModel(version, model, analyst, monotonic())


def installed_of(stored: repository.StoredModel | None) -> IntentSet:
    """What a model was installed with, beside what was added. Raises `IntentModelMissing`, `IntentModelUnreadable`."""
    if stored is None:
        raise IntentModelMissing(_NO_MODEL)
    return stored.installed or read_header(stored.data).definitions
