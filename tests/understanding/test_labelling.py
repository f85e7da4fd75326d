"""What is taken up from conversations, what becomes of it, and who sees it. The engine is real; what it understands is laid down."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from casewright.conversations.models import Mode, Part, TurnFinished
from casewright.conversations.sealer import Sealer
from casewright.engine.service import Engine
from casewright.kit.errors import InvalidInput
from casewright.kit.principal import Principal, Role
from casewright.kit.sealing import KeyEncryptionKey
from casewright.people.service import PeopleService
from casewright.tenants.models import Tenant
from casewright.understanding.encoder import Encoder
from casewright.understanding.errors import CandidateNotFound, CandidateSettled
from casewright.understanding.labelling import Labelling, leaders, worth_labelling
from casewright.understanding.models import (
    CannotHandle,
    LabellingReason,
    LabellingState,
    RankedIntent,
    Segment,
    Understanding,
    UnderstandingRequest,
)
from casewright.understanding.service import UnderstandingService
from tests.conftest import Cluster
from tests.engine.conftest import ScriptedUnderstanding, World, key_encryption_key, world
from tests.people.conftest import archive, people
from tests.people.searching import found_in
from tests.understanding.test_service import FRUIT, INTENTS

__all__ = ["archive", "key_encryption_key", "people", "world"]

SURE: dict[str, Any] = {"ranking": (("order_fruit", 0.95), ("tools", 0.05)), "out_of_scope_score": 0.02}
UNSURE: dict[str, Any] = {"ranking": (("order_fruit", 0.48), ("tools", 0.44)), "ambiguous": True}
OUTSIDE: dict[str, Any] = {"ranking": (("tools", 0.6),), "out_of_scope": True, "out_of_scope_score": 0.9}


@dataclass
class Heard(ScriptedUnderstanding):
    """Takes texts for what is laid down."""

    taken: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    async def understand(self, request: UnderstandingRequest) -> Understanding:
        heard = await super().understand(request)
        about = dict(self.taken.get(request.text, {}))
        ranking = tuple(RankedIntent(name=name, probability=value) for name, value in about.pop("ranking", ()))
        segment = Segment(start=0, end=len(request.text), text=request.text, ranking=ranking, **about)
        return replace(heard, segments=(segment,))


@dataclass
class Shop:
    """A company with a model, one conversation, and its queue."""

    world: World
    heard: Heard
    labelling: Labelling
    understanding: UnderstandingService

    @property
    def tenant(self) -> Tenant:
        return self.world.tenant

    @property
    def operator(self) -> Principal:
        return Principal(tenant_id=self.tenant.id, role=Role.OPERATOR, actor="an operator's key")

    async def hear(self, text: str, taken: Mapping[str, Any]) -> None:
        """A customer's message, and what it is taken for."""
        self.heard.taken = {**self.heard.taken, text: taken}
        await self.world.say(text, CannotHandle(reason="out_of_scope"))

    async def queue(self, state: LabellingState | None = LabellingState.OPEN) -> dict[str, LabellingReason]:
        await self.labelling.look_through(self.tenant.id)
        return {one.text: one.reason for one in await self.labelling.candidates(self.operator, state, None)}

    async def only_one(self) -> Any:
        await self.labelling.look_through(self.tenant.id)
        (one,) = await self.labelling.candidates(self.operator, None, None)
        return one


@pytest.fixture
async def shop(world: World, encoder: Encoder, key_encryption_key: KeyEncryptionKey) -> Shop:
    heard = Heard()
    world.understanding = heard
    world.engine = Engine(replace(world.ports, understanding=heard), world.settings)
    understanding = UnderstandingService(world.database, encoder, world.clock, fresh_seconds=0)
    await understanding.install(world.tenant.id, INTENTS)
    sealer = Sealer(key_encryption_key)
    labelling = Labelling(world.database, encoder, understanding, world.service, sealer, world.clock)
    return Shop(world, heard, labelling, understanding)


# --- what is noticed ---


async def test_what_was_uncertain_or_out_of_scope_waits_to_be_labelled_and_what_was_sure_does_not(shop: Shop) -> None:
    await shop.hear("pears or a saw, please", UNSURE)
    await shop.hear("sing me a song", OUTSIDE)
    await shop.hear("two apples please", SURE)
    assert await shop.queue() == {
        "pears or a saw, please": LabellingReason.UNCERTAIN,
        "sing me a song": LabellingReason.OUT_OF_SCOPE,
    }


async def test_looking_through_again_finds_nothing_twice(shop: Shop) -> None:
    await shop.hear("sing me a song", OUTSIDE)
    assert await shop.labelling.look_through(shop.tenant.id) == 1
    assert await shop.labelling.look_through(shop.tenant.id) == 0


async def test_what_a_person_took_over_from_was_corrected_also_if_it_was_sure(shop: Shop) -> None:
    await shop.hear("two apples please", SURE)
    assert await shop.queue() == {}
    await shop.world.desk.set_mode(shop.operator, shop.world.key, Mode.HUMAN)
    assert await shop.queue() == {"two apples please": LabellingReason.CORRECTED}


async def test_a_correction_counts_for_what_waits_already(shop: Shop) -> None:
    await shop.hear("sing me a song", OUTSIDE)
    assert await shop.queue() == {"sing me a song": LabellingReason.OUT_OF_SCOPE}
    await shop.world.desk.set_mode(shop.operator, shop.world.key, Mode.HUMAN)
    assert await shop.queue() == {"sing me a song": LabellingReason.CORRECTED}


async def test_a_reply_that_did_not_help_was_no_good(shop: Shop) -> None:
    await shop.hear("two apples please", SURE)
    await shop.world.service.give_feedback(shop.world.key, None, False, None, "")
    assert await shop.queue() == {"two apples please": LabellingReason.CORRECTED}


async def test_answers_to_open_questions_and_single_words_teach_nothing(shop: Shop) -> None:
    await shop.hear("yes please do", {})
    await shop.hear("hm", OUTSIDE)
    assert await shop.queue() == {}


async def test_personal_data_is_masked_in_the_queue(shop: Shop) -> None:
    masked = "sing for [EMAIL_1] please"
    shop.heard.taken = {masked: OUTSIDE}
    await shop.world.say("sing for ann@quince.example please", CannotHandle(reason="out_of_scope"))
    assert list(await shop.queue()) == [masked]


async def test_nothing_is_learned_from_who_does_not_want_it(shop: Shop) -> None:
    shop.world.key, _ = await shop.world.service.open(
        shop.operator, shop.tenant, language="en", time_zone="UTC", page="", consents={"improvement": False},
        most_active=10_000, greeting=Part(text="Hello", kind="notice"), active_for=timedelta(minutes=1),
    )  # fmt: skip
    await shop.hear("sing me a song", OUTSIDE)
    assert await shop.queue() == {}


async def test_a_log_of_an_erased_person_has_nothing_to_learn(shop: Shop, people: PeopleService) -> None:
    await shop.hear("sing me a song", OUTSIDE)
    await people.erase(shop.operator, conversation_id=shop.world.key.conversation_id)
    assert list(worth_labelling(await shop.world.entries())) == []


# --- groups ---


async def test_what_says_nearly_the_same_is_grouped_with_the_oldest_and_comes_first(shop: Shop) -> None:
    for text in ("please sing me a song", "who won the football match?", "sing a song for me please"):
        await shop.hear(text, OUTSIDE)
    await shop.labelling.look_through(shop.tenant.id)
    found = await shop.labelling.candidates(shop.operator, LabellingState.OPEN, None)
    assert [one.group_size for one in found] == [2, 2, 1]
    oldest = next(one for one in found if one.text == "please sing me a song")
    assert {one.grouped_with for one in found[:2]} == {oldest.id}
    assert found[2].grouped_with is None


def test_who_leads_a_group_goes_on_leading_when_more_come() -> None:
    rows = np.eye(3)[[0, 1, 0, 2, 1]]
    assert leaders(rows) == [0, 1, 0, 3, 1]
    assert leaders(rows[:3]) == [0, 1, 0]
    assert leaders(np.empty((0, 3))) == []


# --- what people do with it ---


async def test_a_label_becomes_an_example_in_the_next_training(shop: Shop) -> None:
    await shop.hear("a crate of quinces please", UNSURE)
    waiting = await shop.only_one()
    assert [one.name for one in waiting.nearest] == ["order_fruit", "tools"]
    done = await shop.labelling.label(shop.operator, waiting.id, "order_fruit")
    assert (done.state, done.intent, done.settled_by) == ("labelled", "order_fruit", "an operator's key")
    assert (await shop.understanding.intents(shop.tenant.id))["order_fruit"].examples == FRUIT.examples
    await shop.understanding.retrain(shop.tenant.id)
    assert "a crate of quinces please" in (await shop.understanding.intents(shop.tenant.id))["order_fruit"].examples
    assert await shop.queue() == {}


async def test_a_whole_group_is_settled_at_once(shop: Shop) -> None:
    for text in ("please sing me a song", "who won the football match?", "sing a song for me please"):
        await shop.hear(text, OUTSIDE)
    await shop.labelling.look_through(shop.tenant.id)
    first = (await shop.labelling.candidates(shop.operator, LabellingState.OPEN, None))[0]
    await shop.labelling.label(shop.operator, first.id, None, and_group=True)
    assert list(await shop.queue()) == ["who won the football match?"]
    await shop.understanding.retrain(shop.tenant.id)
    _, report = await shop.understanding.report(shop.tenant.id)
    _, before = await shop.understanding.report(shop.tenant.id, 1)
    assert report.out_of_scope_examples == before.out_of_scope_examples + 2


async def test_what_is_dismissed_teaches_nothing_and_does_not_come_back(shop: Shop) -> None:
    await shop.hear("sing me a song", OUTSIDE)
    await shop.labelling.dismiss(shop.operator, (await shop.only_one()).id)
    await shop.world.desk.set_mode(shop.operator, shop.world.key, Mode.HUMAN)
    assert await shop.queue() == {}
    assert await shop.queue(None) == {"sing me a song": LabellingReason.OUT_OF_SCOPE}


async def test_what_is_settled_cannot_be_settled_again(shop: Shop) -> None:
    await shop.hear("sing me a song", OUTSIDE)
    waiting = await shop.only_one()
    await shop.labelling.dismiss(shop.operator, waiting.id)
    with pytest.raises(CandidateSettled, match="dismissed already"):
        await shop.labelling.label(shop.operator, waiting.id, "tools")


async def test_an_intent_that_the_company_does_not_have_is_no_label(shop: Shop) -> None:
    await shop.hear("sing me a song", OUTSIDE)
    with pytest.raises(InvalidInput, match='no intent "tool"; did you mean "tools"'):
        await shop.labelling.label(shop.operator, (await shop.only_one()).id, "tool")
    assert list(await shop.queue()) == ["sing me a song"]


async def test_a_turn_that_was_sure_is_corrected_by_a_persons_word(shop: Shop) -> None:
    await shop.hear("two apples please", SURE)
    turn_id = next(one.turn_id for one in await shop.world.entries() if isinstance(one.event, TurnFinished))
    assert turn_id is not None
    done = await shop.labelling.correct(shop.operator, turn_id, 0, "tools")
    assert (done.reason, done.state, done.intent) == ("corrected", "labelled", "tools")
    with pytest.raises(InvalidInput, match="no segment 1"):
        await shop.labelling.correct(shop.operator, turn_id, 1, "tools")


# --- who sees it, and for how long ---


async def test_another_company_sees_nothing_and_settles_nothing(shop: Shop, stranger: Principal) -> None:
    await shop.hear("sing me a song", OUTSIDE)
    waiting = await shop.only_one()
    assert await shop.labelling.candidates(stranger, None, None) == ()
    with pytest.raises(CandidateNotFound):
        await shop.labelling.dismiss(stranger, waiting.id)
    with pytest.raises(CandidateNotFound):
        await shop.labelling.dismiss(shop.operator, uuid4())


async def test_nothing_of_an_erased_person_is_left_in_the_queue_in_examples_or_in_models(
    shop: Shop, people: PeopleService, cluster: Cluster
) -> None:
    await shop.hear("marzipan quinces by the crate", UNSURE)
    await shop.hear("sing the marzipan song", OUTSIDE)
    await shop.labelling.look_through(shop.tenant.id)
    assert await found_in(cluster.owner, b"marzipan") == [], "the queue is sealed"
    found = await shop.labelling.candidates(shop.operator, None, LabellingReason.UNCERTAIN)
    await shop.labelling.label(shop.operator, found[0].id, "order_fruit")
    await shop.understanding.retrain(shop.tenant.id)
    await people.erase(shop.operator, conversation_id=shop.world.key.conversation_id)
    assert await shop.understanding.forget_lost_examples(shop.tenant.id) == 1
    assert await found_in(cluster.owner, b"marzipan") == []
    assert await shop.queue(None) == {}
    assert (await shop.understanding.intents(shop.tenant.id))["order_fruit"].examples == FRUIT.examples


async def test_what_waits_goes_with_a_conversation_that_is_kept_no_longer_and_examples_stay(
    shop: Shop, people: PeopleService
) -> None:
    await shop.hear("a crate of quinces please", UNSURE)
    await shop.labelling.label(shop.operator, (await shop.only_one()).id, "order_fruit")
    shop.world.clock.move(timedelta(days=100))
    async with shop.world.database.begin(shop.operator) as tx:
        await tx.execute("update conversation set status = 'closed' where tenant_id = $1", shop.tenant.id)
    await people.delete_expired()
    async with shop.world.database.begin(shop.operator) as tx:
        assert await tx.fetchval("select count(*) from labelling_candidate where tenant_id = $1", shop.tenant.id) == 0
        assert await tx.fetchval("select count(*) from intent_example where tenant_id = $1", shop.tenant.id) == 1
