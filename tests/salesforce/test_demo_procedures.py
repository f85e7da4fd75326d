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
    Compensate,
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
from casewright.security.new_address import NewAddressCodes
from casewright.security.verification import VerificationActions
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from localorg.testing import RunningOrg, start_org
from tests.salesforce.conftest import contact

DANA = "dana.whitfield@harborlight.example"
FROM_THE_MAIL = "the code mailed to "
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
    declines: frozenset[str] = frozenset()
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
                case Compensate():
                    outcome = await self._act(want)
                    self.said += [want.say] if outcome.status is ActionStatus.SUCCEEDED else []
                    progress = record(procedure, progress, want.step, outcome)
                case RunAction():
                    if want.confirm and (not self.confirms or want.action in self.declines):
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
        if not answer.startswith(FROM_THE_MAIL):
            return answer
        newest = (await self.org.mailbox(to=answer.removeprefix(FROM_THE_MAIL)))[0]
        return str(re.findall(r"\b\d{6}\b", newest.body)[0])

    async def _act(self, want: RunAction | Compensate) -> ActionOutcome:
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
    examples: Path,
    org: RunningOrg,
    client: SalesforceClient,
    database: Database,
    codes: NewAddressCodes,
    tenants: TenantService,
) -> Player:
    orgs = OneOrg(client)
    customers = OrgCustomers(orgs)
    actions = SalesforceActions(orgs, codes)
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
    player.answers = {"email": [DANA], "code": [FROM_THE_MAIL + DANA]}
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
    verified.answers = {"kind": ["refund"], "amount": ["0", "50.00"], "reason": ["The export was late"]}
    ended = await verified.play("request_credit")
    assert isinstance(ended, Finish)
    (credit,) = await org.query(
        "SELECT Name, Amount__c, Type__c FROM Credit__c WHERE Reason__c = 'The export was late'"
    )
    assert (credit["Amount__c"], credit["Type__c"]) == (50, "Refund")
    assert credit["Name"] in verified.said[-1]


async def test_a_credit_that_an_operator_refuses_is_not_recorded(verified: Player, org: RunningOrg) -> None:
    verified.approves = False
    ended = await verified.play("request_credit", kind="credit", amount="50.00", reason="Refused one")
    assert isinstance(ended, Finish)
    assert ended.outcome == "unresolved"
    assert await org.query("SELECT Id FROM Credit__c WHERE Reason__c = 'Refused one'") == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"authentication": "oauth", "code": "GET /v1", "issued": "yesterday"}, "access token has expired"),
        ({"authentication": "session_id", "code": "GET /v1", "issued": "today"}, "session has expired"),
        ({"authentication": "oauth", "code": "Authorization: Basic x"}, "Authorization header"),
        ({"authentication": "named_credential"}, "named credential"),
        (
            {"authentication": "oauth", "code": "x", "issued": "last_two_hours", "pattern": "some_networks"},
            "IP restriction",
        ),
        (
            {"authentication": "oauth", "code": "x", "issued": "last_two_hours", "pattern": "never_worked"},
            "wrong address",
        ),
        ({"authentication": "oauth", "code": "x", "issued": "unknown", "pattern": "suddenly"}, "revoked"),
    ],
)
async def test_a_401_is_narrowed_down_and_answered(given: dict[str, str], found: str, player: Player) -> None:
    player.answers = {"solved": ["yes"]}
    ended = await player.play("api_401_diagnosis", **given)
    assert isinstance(ended, Finish)
    assert ended.outcome == "resolved"
    assert found in player.said[0]
    assert player.said[1].startswith("(answers: ")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"error_code": "REQUEST_LIMIT_EXCEEDED"}, "not about permissions"),
        ({"error_code": "API_DISABLED_FOR_ORG", "who": "one_user"}, "API Enabled"),
        ({"error_code": "API_DISABLED_FOR_ORG", "who": "everybody"}, "your edition"),
        ({"error_code": "INSUFFICIENT_ACCESS_OR_READONLY", "in_browser": "refused_there"}, "the user may not do this"),
        ({"error_code": "other", "in_browser": "works_there"}, "it is the token"),
    ],
)
async def test_a_403_is_narrowed_down_and_answered(given: dict[str, str], found: str, player: Player) -> None:
    player.answers = {"solved": ["yes"]}
    await player.play("api_403_diagnosis", **given)
    assert found in player.said[0]
    assert player.said[1].startswith("(answers: ")


@pytest.mark.parametrize(
    ("where", "parent", "how_often", "found"),
    [
        ("flow_or_trigger", "same_parent", "every_time", "automation updates a record"),
        ("bulk_load", "same_parent", "every_time", "rows with the same parent"),
        ("bulk_load", "unknown", "same_time", "rows with the same parent"),
        ("bulk_load", "different_parents", "same_time", "something else writes"),
        ("bulk_load", "different_parents", "every_time", "in each other's way"),
        ("single_records", "same_parent", "same_time", "something else writes"),
        ("single_records", "different_parents", "now_and_then", "two transactions"),
    ],
)
async def test_a_locked_row_is_narrowed_down_and_answered(
    where: str, parent: str, how_often: str, found: str, player: Player
) -> None:
    player.answers = {"solved": ["yes"]}
    await player.play("row_lock_diagnosis", where=where, parent=parent, how_often=how_often)
    assert found in player.said[0]
    assert player.said[1].startswith("(answers: ")


@pytest.mark.parametrize(
    ("who", "message", "cause", "found"),
    [
        (DANA, "total_requests", "", "well below its limit"),
        ("greta.lindqvist@nordvik.example", "total_requests", "record_by_record", "one request for each"),
        ("greta.lindqvist@nordvik.example", "total_requests", "asks_for_changes", "asking for changes"),
        ("greta.lindqvist@nordvik.example", "total_requests", "unknown", "who makes them"),
        (DANA, "concurrent_requests", "", "not the day's limit"),
        (DANA, "no_error", "", "(answers: What counts"),
    ],
)
async def test_a_limit_is_looked_up_and_answered(
    who: str, message: str, cause: str, found: str, player: Player, client: SalesforceClient
) -> None:
    player.identity = await proved(client, who)
    player.answers = {"message": [message], "cause": [cause], "enough": ["enough"]}
    await player.play("api_limit_diagnosis")
    assert "API requests today" in player.said[0]
    assert any(found in text for text in player.said)
    assert any(text.startswith("(answers: ") for text in player.said)


@pytest.mark.parametrize(
    ("procedure", "who", "answers", "ends", "words"),
    [
        ("unlock_user", DANA, {}, "unresolved", "is not locked"),
        ("unlock_user", "isla.mckay@kestrel.example", {}, "user_frozen", "frozen your user"),
        ("unlock_user", "lucia.ferrante@harborlight.example", {}, "no_user", "no active user"),
        ("mfa_reset", DANA, {"trouble": ["lost"]}, "unresolved", "no second factor registered"),
        ("mfa_reset", DANA, {"trouble": ["codes_refused"], "helped": ["yes"]}, "resolved", "stays registered"),
        ("mfa_reset", "lucia.ferrante@harborlight.example", {"trouble": ["lost"]}, "no_user", "no active user"),
        ("cancel_request", "paul.mercer@harborlight.example", {}, "resolved", "no open request"),
        ("cancel_request", DANA, {"number": ["SR-99999", "1"]}, "resolved", "SR-00001 is cancelled"),
        ("add_users", "sam.rutherford@pinecrest.example", {"quantity": ["1"], "names": [""]}, "resolved", "as case"),
        (
            "add_users",
            DANA,
            {"quantity": ["0", "9"], "names": [""], "instead": ["more_licences"]},
            "resolved",
            "as case",
        ),
        ("report_outage", "ines.caldeira@vela.example", {"what": ["Nothing opens"]}, "resolved", "reported as case"),
        ("report_outage", DANA, {"is_it": ["no"], "what": ["Nobody signs in"]}, "resolved", "priority High"),
        ("change_email", DANA, {"new_email": [DANA], "code": [FROM_THE_MAIL + DANA]}, "resolved", "we have already"),
        (
            "change_email",
            DANA,
            {"new_email": ["admin@example.com"], "code": ["000000", FROM_THE_MAIL + "admin@example.com"]},
            "address_taken",
            "somebody else",
        ),
        ("open_case", DANA, {"subject": ["A"], "details": ["B"], "urgency": ["Low"]}, "resolved", "Your case is 0000"),
    ],
)
async def test_every_other_end_is_told_for_what_it_is(
    procedure: str,
    who: str,
    answers: dict[str, list[str]],
    ends: str,
    words: str,
    player: Player,
    client: SalesforceClient,
) -> None:
    player.identity = await proved(client, who)
    player.answers = {slot: list(given) for slot, given in answers.items()}
    ended = await player.play(procedure)
    assert (ended.outcome if isinstance(ended, Finish) else ended.reason) == ends, player.said
    assert words in player.said[-1]


@pytest.mark.parametrize(
    ("procedure", "subject", "answers", "words"),
    [
        ("close_case", CLOSED_CASE, {}, "closed already"),
        ("close_case", OPEN_CASE, {}, "is closed. Should"),
        ("add_to_case", CLOSED_CASE, {}, "read by nobody"),
        ("add_to_case", OPEN_CASE, {"note": ["It happened again"]}, "where whoever works on it"),
        ("reopen_case", OPEN_CASE, {}, "is open. If there is news"),
        ("reopen_case", CLOSED_CASE, {"reason": ["Two columns lack again"]}, "Your new case is"),
    ],
)
async def test_a_case_is_treated_by_whether_it_is_open_and_how_old(
    procedure: str, subject: str, answers: dict[str, list[str]], words: str, verified: Player, org: RunningOrg
) -> None:
    verified.answers = {slot: list(given) for slot, given in answers.items()}
    await verified.play(procedure, number=await number_of(org, subject))
    assert words in verified.said[-1]


async def proved(client: SalesforceClient, who: str) -> CallerIdentity:
    row = await contact(client, who)
    return CallerIdentity(assurance=Assurance.VERIFIED, email=who, contact_id=row.id, account_id=row.account_id)


@pytest.mark.parametrize(
    ("procedure", "who", "answers", "words"),
    [
        ("unlock_user", "noor.haddad@kestrel.example", {}, "unlocked"),
        ("mfa_reset", "marcus.oyelaran@pinecrest.example", {"trouble": ["lost"]}, "disconnected"),
        ("mfa_reset", "greta.lindqvist@nordvik.example", {"trouble": ["new_phone"]}, "SR-000"),
        ("add_users", DANA, {"quantity": ["3"], "names": ["Ann, Bob, Cleo"]}, "Free licences after that: 5"),
        (
            "add_users",
            "greta.lindqvist@nordvik.example",
            {"quantity": ["3"], "names": ["x"], "instead": ["fewer"]},
            "Free licences after that: 0",
        ),
        ("cancel_request", DANA, {"number": ["1"]}, "SR-00001"),
        ("schedule_export", DANA, {"interrupted": ["resume"]}, "from 40 percent on"),
        (
            "schedule_export",
            "marcus.oyelaran@pinecrest.example",
            {"objects": ["Unicorns", "accounts and contacts"], "format": ["CSV"], "frequency": ["daily"]},
            "Account, Contact",
        ),
        ("report_outage", DANA, {"is_it": ["yes"], "what": ["Reports do not open"]}, "part of incident"),
        (
            "change_email",
            DANA,
            {"new_email": ["dana.new@harborlight.example"], "code": [FROM_THE_MAIL + "dana.new@harborlight.example"]},
            "dana.new@harborlight.example",
        ),
    ],
)
async def test_a_happy_path_ends_in_the_org(
    procedure: str, who: str, answers: dict[str, list[str]], words: str, player: Player, client: SalesforceClient
) -> None:
    player.identity = await proved(client, who)
    player.answers = {slot: list(given) for slot, given in answers.items()}
    ended = await player.play(procedure)
    assert isinstance(ended, Finish), player.said
    assert ended.outcome == "resolved", player.said
    assert words in player.said[-1]


async def some_free(player: Player, client: SalesforceClient) -> None:
    """Greta wants more users than there are licences for, and chooses to add what fits and to ask for the rest."""
    player.identity = await proved(client, "greta.lindqvist@nordvik.example")
    player.answers = {"quantity": ["3"], "names": ["x"], "instead": ["both"]}


async def user_requests(player: Player) -> list[object]:
    """How the requests that the player has made stand; an older one was approved."""
    rows = await player.org.query(
        "SELECT Status__c FROM Service_Request__c WHERE Type__c = 'Add Users' AND Status__c != 'Approved' "
        f"AND Contact__c = '{player.identity.contact_id}'"
    )
    return [row["Status__c"] for row in rows]


async def test_users_that_fit_are_requested_and_licences_for_the_rest_asked_for(
    player: Player, client: SalesforceClient
) -> None:
    await some_free(player, client)
    ended = await player.play("add_users")
    assert isinstance(ended, Finish)
    assert ended.outcome == "resolved"
    assert "Our billing team has it as case" in player.said[-1]
    assert await user_requests(player) == ["Requested"]


async def test_users_that_fit_are_withdrawn_when_the_rest_is_not_asked_for(
    player: Player, client: SalesforceClient
) -> None:
    await some_free(player, client)
    player.declines = frozenset({"create_case"})
    ended = await player.play("add_users")
    assert isinstance(ended, Finish)
    assert ended.outcome == "cancelled"
    assert "so no user is added" in player.said[-1]
    assert await user_requests(player) == ["Cancelled"]


async def test_users_that_fit_are_withdrawn_when_the_rest_cannot_be_asked_for(
    player: Player, org: RunningOrg, client: SalesforceClient
) -> None:
    await some_free(player, client)
    await org.fault("row_lock", path_contains="/sobjects/Case")
    ended = await player.play("add_users")
    assert isinstance(ended, Finish)
    assert ended.outcome == "unresolved"
    assert "so no user is added" in player.said[-1]
    assert await user_requests(player) == ["Cancelled"]


async def test_an_appointment_is_asked_for_as_a_case(
    examples: Path, tmp_path: Path, make_client: MakeClient, codes: NewAddressCodes, player: Player
) -> None:
    async with start_org("brueckner", examples / "brueckner" / "org.yaml", tmp_path) as org:
        credentials = ClientCredentials(client_secret=SecretStr(org.client_secret))
        connection = OrgConnection(url=org.url, client_id=org.client_id, credentials=credentials)
        player.org_actions = SalesforceActions(OneOrg(make_client(connection)), codes)
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
