"""Events on their way to receivers that take them, refuse them, or are away."""

import json
from datetime import timedelta

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from casewright.integrations.webhooks.addresses import AddressRule
from casewright.integrations.webhooks.delivering import MOST_ATTEMPTS, WAITS, Deliverer
from casewright.integrations.webhooks.errors import (
    AddressRefused,
    DeliveryNotDead,
    DeliveryNotFound,
    TooManyWebhooks,
    WebhookNotFound,
)
from casewright.integrations.webhooks.models import DeliveryState, EventKind
from casewright.integrations.webhooks.repository import claim
from casewright.integrations.webhooks.service import MOST_WEBHOOKS
from casewright.kit.principal import Principal
from casewright.kit.sealing import KeyEncryptionKey
from tests.clusters import Cluster
from tests.integrations.webhooks.conftest import Found, Hub, Receiver, listening
from tests.people.searching import found_in

SOON = timedelta(minutes=2)


async def test_a_receiver_can_verify_what_it_gets(hub: Hub, receiver: Receiver) -> None:
    secret = (await hub.subscribe(receiver.url)).secret.get_secret_value()
    await hub.happen()
    await hub.deliver()
    (got,) = receiver.received
    told = Verifier(secret).verify(got.body, got.headers)
    assert (told["type"], told["data"]) == ("knowledge.gap", {"gap_id": "g1", "volume": 7})
    assert got.headers["webhook-id"] == str((await hub.only_one()).id)
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(got.body.replace(b"7", b"8"), got.headers)
    assert (await hub.only_one()).state is DeliveryState.DELIVERED


async def test_each_webhook_is_told_of_what_it_subscribed_to_and_nothing_else(hub: Hub, receiver: Receiver) -> None:
    await hub.subscribe(receiver.url, EventKind.KNOWLEDGE_CONFLICT)
    await hub.happen(EventKind.KNOWLEDGE_GAP)
    await hub.happen(EventKind.KNOWLEDGE_CONFLICT)
    await hub.deliver()
    assert [json.loads(one.body)["type"] for one in receiver.received] == ["knowledge.conflict"]


async def test_what_is_rolled_back_is_never_told(hub: Hub, receiver: Receiver) -> None:
    await hub.subscribe(receiver.url)
    with pytest.raises(RuntimeError):
        async with hub.database.begin(hub.operator) as tx:
            await hub.webhooks.announce(tx, hub.tenant.id, "knowledge.gap", Found(gap_id="g1", volume=1))
            raise RuntimeError
    await hub.deliver()
    assert receiver.received == []


async def test_what_a_receiver_did_not_take_comes_again_later_under_the_same_id(hub: Hub, receiver: Receiver) -> None:
    receiver.statuses = [500, 204]
    await hub.subscribe(receiver.url)
    await hub.happen()
    await hub.deliver()
    waiting = await hub.only_one()
    assert (waiting.state, waiting.attempts, waiting.ended_with) == ("waiting", 1, "status_500")
    await hub.deliver()
    assert len(receiver.received) == 1, "not before its time"
    hub.clock.move(SOON)
    await hub.deliver()
    assert (await hub.only_one()).state is DeliveryState.DELIVERED
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1


async def test_a_receiver_says_when_it_wants_to_be_asked_again(hub: Hub, receiver: Receiver) -> None:
    receiver.statuses, receiver.retry_after = [429], "7200"
    await hub.subscribe(receiver.url)
    await hub.happen()
    await hub.deliver()
    assert (await hub.only_one()).due_at == hub.clock.now() + timedelta(hours=2)


async def test_what_is_never_taken_is_dead_and_can_be_tried_again(hub: Hub, receiver: Receiver) -> None:
    receiver.statuses = [404]
    await hub.subscribe(receiver.url)
    await hub.happen()
    for wait in (*WAITS, timedelta()):
        await hub.deliver()
        hub.clock.move(wait * 1.2)
    dead = await hub.only_one()
    assert (dead.state, dead.attempts, dead.ended_with) == ("dead", MOST_ATTEMPTS, "status_404")
    await hub.deliver()
    assert len(receiver.received) == MOST_ATTEMPTS, "nothing is tried any more by itself"
    receiver.statuses = [204]
    assert (await hub.webhooks.retry(hub.operator, dead.id)).state is DeliveryState.WAITING
    await hub.deliver()
    assert (await hub.only_one()).state is DeliveryState.DELIVERED
    with pytest.raises(DeliveryNotDead, match="delivered"):
        await hub.webhooks.retry(hub.operator, dead.id)


async def test_a_receiver_that_hangs_up_may_have_got_it_and_gets_it_again(hub: Hub, receiver: Receiver) -> None:
    receiver.statuses = [0, 204]
    await hub.subscribe(receiver.url)
    await hub.happen()
    await hub.deliver()
    assert (await hub.only_one()).ended_with == "no_answer"
    hub.clock.move(SOON)
    await hub.deliver()
    assert (await hub.only_one()).state is DeliveryState.DELIVERED


async def test_a_receiver_that_is_away_is_not_reached(hub: Hub) -> None:
    async with listening(Receiver()) as gone:
        await hub.subscribe(gone.url)
    await hub.happen()
    await hub.deliver()
    assert (await hub.only_one()).ended_with == "not_reached"


async def test_a_redirection_leads_nowhere(hub: Hub, receiver: Receiver) -> None:
    receiver.statuses = [302]
    await hub.subscribe(receiver.url)
    await hub.happen()
    await hub.deliver()
    assert (await hub.only_one()).ended_with == "status_302"


async def test_one_that_is_away_keeps_no_other_waiting(hub: Hub, receiver: Receiver) -> None:
    async with listening(Receiver()) as gone:
        await hub.subscribe(gone.url)
    await hub.subscribe(receiver.url)
    for volume in (1, 2):
        await hub.happen(volume=volume)
    await hub.deliver()
    assert [json.loads(one.body)["data"]["volume"] for one in receiver.received] == [1, 2]


async def test_what_a_dead_process_had_in_hand_is_delivered_by_another(hub: Hub, receiver: Receiver) -> None:
    webhook = (await hub.subscribe(receiver.url)).webhook
    await hub.happen()
    async with hub.database.begin(hub.operator) as tx:
        assert await claim(tx, hub.tenant.id, webhook.id, hub.clock.now(), SOON)
    await hub.deliver()
    assert receiver.received == [], "another has it in hand"
    hub.clock.move(SOON)
    await hub.deliver()
    assert (await hub.only_one()).state is DeliveryState.DELIVERED


async def test_an_address_that_came_to_lie_inside_is_not_called(
    hub: Hub, receiver: Receiver, webhook_key: KeyEncryptionKey
) -> None:
    await hub.subscribe(receiver.url)
    await hub.happen()
    await Deliverer(hub.database, webhook_key, hub.clock, AddressRule()).deliver_due(hub.tenant.id)
    assert ((await hub.only_one()).ended_with, receiver.received) == ("address_refused", [])


async def test_a_test_is_sent_at_once_and_says_how_it_ended(hub: Hub, receiver: Receiver) -> None:
    receiver.statuses = [204, 500]
    webhook = (await hub.subscribe(receiver.url)).webhook
    sent = await hub.deliverer.send_test(hub.operator, webhook.id)
    assert (sent.kind, sent.state) == ("webhook.test", "delivered")
    failed = await hub.deliverer.send_test(hub.operator, webhook.id)
    assert (failed.state, failed.ended_with) == ("dead", "status_500")


async def test_what_is_settled_is_kept_for_thirty_days(hub: Hub, receiver: Receiver) -> None:
    await hub.subscribe(receiver.url)
    await hub.happen()
    await hub.deliver()
    hub.clock.move(timedelta(days=31))
    await hub.deliver()
    assert await hub.deliveries() == []


async def test_a_changed_address_gets_what_is_on_its_way(hub: Hub, receiver: Receiver) -> None:
    async with listening(Receiver()) as gone:
        webhook = (await hub.subscribe(gone.url)).webhook
    await hub.happen()
    await hub.webhooks.change(hub.operator, webhook.id, receiver.url, webhook.kinds)
    await hub.deliver()
    assert len(receiver.received) == 1


async def test_a_removed_webhook_gets_nothing_any_more(hub: Hub, receiver: Receiver) -> None:
    webhook = (await hub.subscribe(receiver.url)).webhook
    await hub.happen()
    await hub.webhooks.remove(hub.operator, webhook.id)
    await hub.deliver()
    assert (receiver.received, await hub.deliveries(), await hub.webhooks.all(hub.operator)) == ([], [], [])


async def test_an_address_inside_cannot_be_added(hub: Hub) -> None:
    with pytest.raises(AddressRefused):
        await hub.subscribe("https://10.0.0.1/hooks")
    assert await hub.webhooks.all(hub.operator) == []


async def test_a_company_has_so_many_webhooks_and_no_more(hub: Hub) -> None:
    for number in range(MOST_WEBHOOKS):
        await hub.subscribe(f"http://127.0.0.1:9000/{number}")
    with pytest.raises(TooManyWebhooks):
        await hub.subscribe("http://127.0.0.1:9000/more")


async def test_a_secret_is_stored_sealed_only(hub: Hub, receiver: Receiver, cluster: Cluster) -> None:
    secret = (await hub.subscribe(receiver.url)).secret.get_secret_value()
    assert await found_in(cluster.owner, secret.removeprefix("whsec_").encode()) == []


async def test_another_company_sees_and_touches_nothing(hub: Hub, receiver: Receiver, stranger: Principal) -> None:
    webhook = (await hub.subscribe(receiver.url)).webhook
    await hub.happen()
    (delivery,) = await hub.deliveries()
    assert await hub.webhooks.all(stranger) == []
    assert await hub.webhooks.deliveries(stranger, None, None) == []
    for asked in (
        hub.webhooks.get(stranger, webhook.id),
        hub.webhooks.remove(stranger, webhook.id),
        hub.webhooks.change(stranger, webhook.id, receiver.url, webhook.kinds),
        hub.webhooks.deliveries(stranger, webhook.id, None),
        hub.deliverer.send_test(stranger, webhook.id),
    ):
        with pytest.raises(WebhookNotFound):
            await asked
    with pytest.raises(DeliveryNotFound):
        await hub.webhooks.retry(stranger, delivery.id)
    await hub.deliverer.deliver_due(stranger.tenant_id)
    assert receiver.received == []
