"""Understanding: masked text in, proposed commands out."""

import asyncio
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from casewright.kit.clock import Clock, SystemClock
from casewright.kit.database import Database
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.kit.telemetry import span
from casewright.understanding import features, repository
from casewright.understanding.analysis import Analyst
from casewright.understanding.answers import exact_value
from casewright.understanding.encoder import Encoder, Progress
from casewright.understanding.entities import find_entities
from casewright.understanding.errors import IntentModelMissing, IntentModelUnreadable
from casewright.understanding.intents import (
    IntentModel,
    NearestExample,
    TrainingReport,
    digest_of,
    read_header,
    versions,
)
from casewright.understanding.models import (
    ExpectedSlot,
    IntentDefinition,
    IntentSet,
    SetSlot,
    Understanding,
    UnderstandingRequest,
)
from casewright.understanding.open_questions import prefill
from casewright.understanding.training import train

AMBIGUITY_GAP = 0.15
FRESH_SECONDS = 5.0
"""How long the active model is not asked for again. Another process's training is seen after at most this."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """`version` None: the tenant has no model that can be used."""

    version: int | None
    model: IntentModel | None
    checked: float

    @property
    def name(self) -> str:
        return f"intents {self.version}" if self.model else ""


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
        analyst = Analyst(loaded.model, self._read, ambiguity_gap=self._ambiguity_gap, version=loaded.name)
        return await self._encoder.run(self._analyse, analyst, request)

    def _analyse(self, analyst: Analyst, request: UnderstandingRequest) -> Understanding:
        with span("analyse"):
            return analyst.analyse(request, self._clock.now().date())

    def _read(self, text: str) -> features.Reading:
        with span("encode"):
            return features.read(text, self._encoder)

    def prefill(self, request: UnderstandingRequest, slots: Sequence[ExpectedSlot]) -> tuple[SetSlot, ...]:
        """Values that a message has already given for the slots of a procedure that begins with it."""
        today = self._clock.now().date()
        entities = find_entities(request.text, request.tokens, today)
        return tuple(SetSlot(slot=name, value=value) for name, value in prefill(slots, request.text, entities, today))

    def read_value(self, slot: ExpectedSlot, text: str, tokens: Mapping[str, str]) -> str | None:
        """What was written into a slot's own field, normalised; None if it is no value of the slot's type. Text is masked."""
        today = self._clock.now().date()
        return exact_value(slot, text, find_entities(text, tokens, today), today)

    async def intents(self, tenant_id: TenantId) -> Mapping[str, IntentDefinition]:
        """The tenant's intents by name; empty if it has no model."""
        loaded = await self._model(tenant_id)
        return {intent.name: intent for intent in loaded.model.intents} if loaded.model else {}

    async def explain(self, tenant_id: TenantId, text: str) -> tuple[NearestExample, ...]:
        """The training examples closest to a masked text. Raises `IntentModelMissing`."""
        loaded = await self._model(tenant_id)
        if loaded.model is None:
            raise IntentModelMissing("There is no trained intent model yet: install intents first.")
        return loaded.model.explain(await self._encoder.encode_async(text))

    # --- models ---

    async def install(self, tenant_id: TenantId, intents: IntentSet, on_progress: Progress | None = None) -> bool:
        """Trains on `intents` and makes the result the active model. False if that very model is active already.

        Raises `TrainingDataInvalid`."""
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            stored = await repository.active_model(tx, tenant_id)
        if stored is not None and self._is_current(stored.data, intents):
            return False
        await self._train(tenant_id, intents, on_progress)
        return True

    async def rehearse(self, tenant_id: TenantId, intents: IntentSet, on_progress: Progress | None = None) -> None:
        """From now on reads messages as if `intents` were installed; nothing is stored. Raises `TrainingDataInvalid`."""
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            stored = await repository.active_model(tx, tenant_id)
        if stored is None or not self._is_current(stored.data, intents):
            model = await self._encoder.run(train, intents, self._encoder, on_progress)
            self._loaded[tenant_id] = LoadedModel(stored.version + 1 if stored else 1, model, math.inf)

    async def retrain(self, tenant_id: TenantId) -> TrainingReport:
        """Trains again on the examples of the active model. Raises `IntentModelMissing`, `IntentModelUnreadable`."""
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            stored = await repository.active_model(tx, tenant_id)
        if stored is None:
            raise IntentModelMissing("There is no trained intent model yet: install intents first.")
        return await self._train(tenant_id, read_header(stored.data).definitions)

    async def activate(self, tenant_id: TenantId, version: int) -> None:
        """Goes back to an earlier version. Raises `IntentModelMissing`."""
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            if not await repository.activate(tx, tenant_id, version):
                raise IntentModelMissing(f"There is no version {version} of the intent model.")
        self._loaded.pop(tenant_id, None)

    async def reports(self, tenant_id: TenantId) -> dict[int, TrainingReport]:
        """How good each version is, newest first."""
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            return await repository.versions(tx, tenant_id)

    async def _train(
        self, tenant_id: TenantId, intents: IntentSet, on_progress: Progress | None = None
    ) -> TrainingReport:
        model = await self._encoder.run(train, intents, self._encoder, on_progress)
        data = await asyncio.to_thread(model.to_bytes)
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            await repository.save(tx, tenant_id, digest_of(data), data, model.header.report)
        self._loaded.pop(tenant_id, None)
        return model.header.report

    def _is_current(self, data: bytes, intents: IntentSet) -> bool:
        try:
            header = read_header(data)
        except IntentModelUnreadable:
            return False
        return header.definitions == intents and (header.encoder, header.multilingual) == versions(self._encoder)

    async def _model(self, tenant_id: TenantId) -> LoadedModel:
        known = self._loaded.get(tenant_id)
        if known is not None and monotonic() - known.checked < self._fresh_seconds:
            return known
        async with self._loading.setdefault(tenant_id, asyncio.Lock()):
            known = self._loaded.get(tenant_id)
            if known is None or monotonic() - known.checked >= self._fresh_seconds:
                known = self._loaded[tenant_id] = await self._refreshed(tenant_id, known)
        return known

    async def _refreshed(self, tenant_id: TenantId, known: LoadedModel | None) -> LoadedModel:
        async with self._database.begin(system(tenant_id, "understanding")) as tx:
            version = await repository.active_version(tx, tenant_id)
            if known is not None and known.version == version:
                return LoadedModel(version, known.model, monotonic())
            stored = await repository.active_model(tx, tenant_id)
        if stored is None:
            return LoadedModel(None, None, monotonic())
        try:
            model = await asyncio.to_thread(IntentModel.from_bytes, stored.data, self._encoder)
        except IntentModelUnreadable as error:
            # Customers are still answered, from steering words and articles; the log says what to do.
            logger.error("tenant %s: %s", tenant_id, error.message)
            return LoadedModel(stored.version, None, monotonic())
        return LoadedModel(stored.version, model, monotonic())
