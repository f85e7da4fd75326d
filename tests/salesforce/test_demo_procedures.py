"""The demo company's procedures, played through with the real actions in the real org."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from casewright.kit.database import Database
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Assurance
from casewright.procedures.loading import load_builtin, load_directory
from casewright.procedures.models import (
    ActionCall,
    ActionOutcome,
    ActionStatus,
    AnswerQuestion,
    Ask,
    CallerIdentity,
    Finish,
    HandOff,
    Procedure,
    RequireAssurance,
    RunAction,
    Say,
    Surroundings,
)
from casewright.procedures.running import advance, begin, decline, fill, record, reject
from casewright.salesforce.actions import SalesforceActions
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.customers import OrgCustomers
from casewright.salesforce.models import ClientCredentials, OrgConnection
from casewright.security.verification import VerificationActions
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from localorg.testing import RunningOrg, start_org

DANA = "dana.whitfield@harborlight.example"
OPEN_CASE = "Nightly export stops at 40 percent"
CLOSED_CASE = "Export file lacks two columns"


MakeClient = Callable[..., SalesforceClient]


class OneOrg:
    def __init__(self, client: SalesforceClient) -> None:
        self._client = client

    async def client(self, tenant_id: TenantId) -> SalesforceClient:
        return self._client


@dataclass
class Player:
    """A customer who answers each question in turn and says yes or no as told; keeps what was said."""

    procedures: dict[str, Procedure]
    org_actions: SalesforceActions
    verification: VerificationActions
    org: RunningOrg
    tenant_id: TenantId
    identity: CallerIdentity = field(default_factory=CallerIdentity)
    locale: str = "en"
    conversation_id: str = field(default_factory=lambda: str(new_id()))
    said: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    confirms: bool = True
    approves: bool = True

    async def play(self, name: str, **given: str) -> Finish | HandOff:
        procedure = self.procedures[name]
        progress = begin(procedure, self._surroundings())
        for slot, value in given.items():
            self._claim(procedure, slot, value)
            progress = fill(procedure, progress, slot, value)
        for _ in range(60):
            step = advance(procedure, progress, self._surroundings())
            want, progress = step.want, step.progress
            match want:
                case Finish() | HandOff():
                    return want
                case Say():
                    self.said.append(want.text)
                case AnswerQuestion():
                    self.said.append(f"(answers: {want.question})")
                case Ask():
                    self.said.append(want.text)
                    value = await self._answer(want.slot)
                    self._claim(procedure, want.slot, value)
                    progress = fill(procedure, progress, want.slot, value)
                case RequireAssurance():
                    ended = await self.play("verify_identity")
                    if isinstance(ended, HandOff):
                        return ended
                case RunAction():
                    if want.confirm and not self.confirms:
                        progress = decline(procedure, progress, want.step)
                    elif want.approve and not self.approves:
                        progress = reject(procedure, progress, want.step)
                    else:
                        self.said += [want.confirm] if want.confirm else []
                        progress = record(procedure, progress, want.step, await self._act(want))
        raise AssertionError(f"{name} does not end: {self.said}")

    def _claim(self, procedure: Procedure, slot: str, value: str) -> None:
        if procedure.slots[slot].identity and self.identity.assurance is Assurance.ANONYMOUS:
            self.identity = CallerIdentity(assurance=Assurance.CLAIMED, email=value)

    async def _answer(self, slot: str) -> str:
        answer = self.answers[slot].pop(0)
        if answer != "(from the mail)":
            return answer
        newest = (await self.org.mailbox(to=DANA))[0]
        return str(re.findall(r"\b\d{6}\b", newest.body)[0])

    async def _act(self, want: RunAction) -> ActionOutcome:
        call = ActionCall(
            action=want.action,
            arguments=want.arguments,
            key=f"{self.conversation_id}:{want.step}",
            conversation_id=self.conversation_id,
            identity=self.identity,
            locale=self.locale,
        )
        source = self.verification if want.action in self.verification.definitions() else self.org_actions
        outcome = await source.execute(self.tenant_id, call)
        definition = source.definitions()[want.action]
        if definition.grants and outcome.status is ActionStatus.SUCCEEDED:
            proved = {"assurance": definition.grants, **outcome.values}
            self.identity = self.identity.model_copy(update=proved)
        return outcome

    def _surroundings(self) -> Surroundings:
        return Surroundings(assurance=self.identity.assurance, identity_email=self.identity.email, locale=self.locale)


@pytest.fixture
async def player(
    examples: Path, org: RunningOrg, client: SalesforceClient, database: Database, tenants: TenantService
) -> Player:
    orgs = OneOrg(client)
    customers = OrgCustomers(orgs)
    actions = SalesforceActions(orgs)
    verification = VerificationActions(database, customers, customers, b"k" * 32)
    definitions = {**actions.definitions(), **verification.definitions()}
    loaded = [*load_directory(examples / "aurora" / "procedures", actions=definitions), *load_builtin(definitions)]
    tenant_id = (await tenants.save(f"t{new_id()}", "Test", TenantProfile())).id
    return Player({procedure.name: procedure for procedure in loaded}, actions, verification, org, tenant_id)


@pytest.fixture
def verified(player: Player, dana: CallerIdentity) -> Player:
    player.identity = dana
    return player


async def number_of(org: RunningOrg, subject: str) -> str:
    (case,) = await org.query(f"SELECT CaseNumber FROM Case WHERE Subject = '{subject}'")
    return str(case["CaseNumber"])


async def test_a_password_reset_sends_one_link_after_a_yes(player: Player, org: RunningOrg) -> None:
    player.answers = {"email": ["user@example.com"]}
    ended = await player.play("password_reset")
    assert isinstance(ended, Finish)
    assert ended.outcome == "resolved"
    assert player.said[1] == "Shall I send a password reset link to user@example.com?"
    assert len(await org.mailbox(to="user@example.com")) == 1


async def test_a_password_reset_says_the_same_for_an_unknown_address(player: Player, org: RunningOrg) -> None:
    spoken = []
    for address in ("user@example.com", "nobody@nowhere.example"):
        player.identity, player.said = CallerIdentity(assurance=Assurance.CLAIMED, email=address), []
        await player.play("password_reset")
        spoken.append([text.replace(address, "ADDRESS") for text in player.said])
    assert spoken[0] == spoken[1]


async def test_a_declined_reset_sends_nothing(player: Player, org: RunningOrg) -> None:
    player.answers, player.confirms = {"email": ["user@example.com"]}, False
    ended = await player.play("password_reset")
    assert isinstance(ended, Finish)
    assert ended.outcome == "cancelled"
    assert await org.mailbox() == []


async def test_case_status_proves_the_customer_first_and_then_tells(player: Player, org: RunningOrg) -> None:
    player.answers = {"email": [DANA], "code": ["(from the mail)"]}
    ended = await player.play("case_status")
    assert isinstance(ended, Finish)
    assert player.identity.assurance is Assurance.VERIFIED
    told = " ".join(player.said)
    assert f"{await number_of(org, OPEN_CASE)}, “{OPEN_CASE}”: status Working, priority Medium" in told


async def test_three_wrong_codes_bring_a_person(player: Player) -> None:
    player.answers = {"email": [DANA], "code": ["000000", "000000", "000000"]}
    ended = await player.play("case_status")
    assert isinstance(ended, HandOff)
    assert player.identity.assurance is Assurance.CLAIMED
    assert sum("not the code I sent" in text for text in player.said) == 2


async def test_an_unknown_address_is_asked_for_a_code_like_any_other(player: Player) -> None:
    player.answers = {"email": ["nobody@nowhere.example"], "code": ["000000", "000000", "000000"]}
    assert isinstance(await player.play("case_status"), HandOff)
    assert any("a code is on its way" in text for text in player.said)


async def test_another_customers_number_is_not_found(verified: Player, org: RunningOrg) -> None:
    number = await number_of(org, "Dashboard totals differ from report")
    ended = await verified.play("case_status", number=number)
    assert isinstance(ended, Finish)
    assert verified.said == [f"Among your cases I find none with the number {number}."]


async def test_a_priority_is_raised_after_a_yes_to_exactly_that(verified: Player, org: RunningOrg) -> None:
    number = await number_of(org, OPEN_CASE)
    verified.locale, verified.answers = "de", {"number": ["99999999", number], "priority": ["High"]}
    ended = await verified.play("raise_priority")
    assert isinstance(ended, Finish)
    assert verified.said[-2:] == [
        f"Soll ich den Fall {number}, „{OPEN_CASE}“, von Mittel auf Hoch setzen?",
        f"Der Fall {number} hat jetzt die Priorität Hoch.",
    ]
    (case,) = await org.query(f"SELECT Priority FROM Case WHERE CaseNumber = '{number}'")
    assert case["Priority"] == "High"


@pytest.mark.parametrize(
    ("subject", "priority", "words"),
    [(OPEN_CASE, "Medium", "already has that priority or a higher one"), (CLOSED_CASE, "High", "is closed")],
)
async def test_what_cannot_be_raised_is_explained_without_a_question(
    subject: str, priority: str, words: str, verified: Player, org: RunningOrg
) -> None:
    await verified.play("raise_priority", number=await number_of(org, subject), priority=priority)
    assert words in verified.said[-1]
    assert not any("Shall I" in text for text in verified.said)


async def test_a_credit_needs_the_customer_and_an_operator(verified: Player, org: RunningOrg) -> None:
    verified.answers = {"amount": ["0", "50.00"], "reason": ["The export was late"]}
    ended = await verified.play("request_credit")
    assert isinstance(ended, Finish)
    (credit,) = await org.query("SELECT Name, Amount__c FROM Credit__c WHERE Reason__c = 'The export was late'")
    assert credit["Amount__c"] == 50
    assert verified.said[-1] == f"The credit of 50.00 is approved and recorded as {credit['Name']}."


async def test_a_credit_that_an_operator_refuses_is_not_recorded(verified: Player, org: RunningOrg) -> None:
    verified.approves = False
    ended = await verified.play("request_credit", amount="50.00", reason="Refused one")
    assert isinstance(ended, Finish)
    assert ended.outcome == "unresolved"
    assert await org.query("SELECT Id FROM Credit__c WHERE Reason__c = 'Refused one'") == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"authentication": "oauth", "code": "GET /v1", "issued": "yesterday"}, "access token has expired"),
        ({"authentication": "session_id", "code": "GET /v1", "issued": "today"}, "session has expired"),
        ({"authentication": "oauth", "code": "Authorization: Basic x"}, "Authorization header"),
        ({"authentication": "named_credential", "code": "callout"}, "named credential"),
        ({"error_code": "IP_NOT_ALLOWED"}, "IP restriction"),
        ({"authentication": "oauth", "code": "x", "issued": "last_two_hours", "pattern": "always"}, "wrong address"),
        ({"authentication": "oauth", "code": "x", "issued": "unknown", "pattern": "suddenly"}, "revoked"),
    ],
)
async def test_a_401_is_narrowed_down_and_answered(given: dict[str, str], found: str, player: Player) -> None:
    ended = await player.play("api_401_diagnosis", **given)
    assert isinstance(ended, Finish)
    assert found in player.said[0]
    assert player.said[1].startswith("(answers: ")
    assert len(player.said) == 2


async def test_an_appointment_is_asked_for_as_a_case(
    examples: Path, tmp_path: Path, make_client: MakeClient, player: Player
) -> None:
    async with start_org("brueckner", examples / "brueckner" / "org.yaml", tmp_path) as org:
        credentials = ClientCredentials(client_secret=SecretStr(org.client_secret))
        connection = OrgConnection(url=org.url, client_id=org.client_id, credentials=credentials)
        player.org_actions = SalesforceActions(OneOrg(make_client(connection)))
        player.procedures = {
            procedure.name: procedure
            for procedure in load_directory(
                examples / "brueckner" / "procedures", actions=player.org_actions.definitions(), default_locale="de"
            )
        }
        player.locale = "de"
        ended = await player.play(
            "termin_anfragen", anlass="Wartung", wunsch="Montag, Hauptstr. 1", email="a@b.example"
        )
        (case,) = await org.query(
            "SELECT CaseNumber, Description, Category__c, ContactId FROM Case WHERE Subject = 'Terminanfrage: Wartung'"
        )
        assert isinstance(ended, Finish)
        assert case["CaseNumber"] in player.said[-1]
        assert (case["Category__c"], case["ContactId"]) == ("Termin", None)
        assert "Montag, Hauptstr. 1" in case["Description"]
