"""The conversations and edge cases that the agent must understand, whatever else changes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.engine.models import IS_SOLVED
from casewright.understanding.models import DialogueContext, ExpectedSlot, Option, TopicReference
from tests.understanding.conftest import CODE, EMAIL, EXPORTING, PRIORITY, RESETTING, Company

DIAGNOSING = TopicReference(id="t1", name="api_401_diagnosis", title="find out why the API answers 401")
AUTHENTICATION = ExpectedSlot(
    name="authentication",
    type="choice",
    options=(Option(value="oauth", label="OAuth 2.0"), Option(value="session_id", label="Session ID")),
)
ISSUED = ExpectedSlot(
    name="issued",
    type="choice",
    options=(
        Option(value="last_two_hours", label="Within the last two hours"),
        Option(value="today", label="Earlier today"),
        Option(value="yesterday", label="Yesterday or before"),
    ),
)
CALL = ExpectedSlot(name="code", type="text")


class TestPasswordReset:
    def test_a_forgotten_password_starts_the_procedure(self, aurora: Company) -> None:
        assert aurora.proposes("I forgot my password") == ["StartProcedure password_reset"]

    def test_the_address_fills_the_slot_that_was_asked_for(self, aurora: Company) -> None:
        context = DialogueContext(active=RESETTING, awaiting=EMAIL)
        assert aurora.proposes("my email is [EMAIL_1]", context, ["[EMAIL_1]"]) == ["SetSlot email=[EMAIL_1]"]

    def test_a_yes_that_repeats_the_request_confirms(self, aurora: Company) -> None:
        context = DialogueContext(active=RESETTING, fillable=(EMAIL,), confirmation="c1")
        assert aurora.proposes("yes, send the reset link", context) == ["Confirm"]


class TestApiTroubleshooting:
    def test_a_401_starts_the_diagnosis(self, aurora: Company) -> None:
        heard = aurora.proposes("I'm getting a 401 error when calling the REST API")
        assert heard == ["StartProcedure api_401_diagnosis"]

    @pytest.mark.parametrize(
        ("text", "awaiting", "slot"),
        [
            ("I'm using OAuth 2.0", AUTHENTICATION, "authentication=oauth"),
            ("Here's my code: [code snippet]", CALL, "code=Here's my code: [code snippet]"),
            ("The token was generated yesterday", ISSUED, "issued=yesterday"),
        ],
    )
    def test_each_answer_fills_its_slot(self, aurora: Company, text: str, awaiting: ExpectedSlot, slot: str) -> None:
        context = DialogueContext(active=DIAGNOSING, awaiting=awaiting)
        assert aurora.proposes(text, context) == [f"SetSlot {slot}"]

    def test_pasted_code_is_taken_whole(self, aurora: Company) -> None:
        code = 'Here is my code:\nresponse = requests.get(url, headers={"Authorization": token})\nassert response.ok?'
        context = DialogueContext(active=DIAGNOSING, awaiting=CALL)
        assert aurora.proposes(code, context) == [f"SetSlot code={code}"]


class TestAngryCustomer:
    def test_a_complaint_without_a_request_is_heard_as_one(self, aurora: Company) -> None:
        heard = aurora.hears("This is completely unacceptable!")
        assert heard.emotion.label == "angry"
        assert heard.emotion.valence < -0.3
        assert aurora.proposes("This is completely unacceptable!") == ["SmallTalk venting"]

    def test_hours_of_trying_are_frustrating(self, aurora: Company) -> None:
        heard = aurora.hears("I've been trying to fix this for hours!")
        assert heard.emotion.label == "frustrated"
        assert heard.emotion.valence < -0.3

    def test_asking_for_a_manager_hands_over(self, aurora: Company) -> None:
        assert aurora.proposes("I want to speak to a manager NOW!") == ["HumanHandoff"]


class TestContextSwitch:
    def test_a_how_to_question_is_answered_from_knowledge(self, aurora: Company) -> None:
        assert aurora.proposes("How do I export data?") == ["AnswerFromKnowledge export_data"]

    def test_another_request_first_starts_it_whatever_was_asked(self, aurora: Company) -> None:
        context = DialogueContext(paused=(EXPORTING,), confirmation=IS_SOLVED)
        heard = aurora.proposes("Actually, first I need to reset my password", context)
        assert heard == ["StartProcedure password_reset"]

    @pytest.mark.parametrize(
        "context",
        [
            DialogueContext(paused=(EXPORTING,), completed=(RESETTING,)),
            DialogueContext(paused=(EXPORTING,), active=RESETTING),
        ],
    )
    def test_going_back_resumes_and_does_not_start_what_is_reported_done(
        self, aurora: Company, context: DialogueContext
    ) -> None:
        heard = aurora.proposes("Ok password is reset, now back to the export", context)
        assert heard == ["ResumeTopic t1"]


class TestEdgeCases:
    def test_an_sql_injection_is_signalled_and_starts_nothing(self, aurora: Company) -> None:
        heard = aurora.hears("'; DROP TABLE users; --")
        assert heard.signals[0].kind == "sql_injection"
        assert aurora.proposes("'; DROP TABLE users; --") == ["CannotHandle out_of_scope"]

    @pytest.mark.parametrize("length", [4, 100, 8000, 100_000])
    def test_one_letter_again_and_again_is_nonsense(self, aurora: Company, length: int) -> None:
        assert aurora.proposes("A" * length) == ["CannotHandle nonsense"]

    def test_a_question_repeated_to_the_limit_is_still_one_question(self, aurora: Company) -> None:
        assert aurora.proposes("How do I export data? " * 360) == ["AnswerFromKnowledge export_data"]

    def test_a_greeting_in_four_languages_is_a_greeting(self, aurora: Company) -> None:
        text = "Hello, こんにちは, Bonjour, مرحبا"
        assert aurora.hears(text).language == "en"
        assert aurora.proposes(text) == ["SmallTalk greeting"]

    def test_a_reference_to_nothing_is_vague(self, aurora: Company) -> None:
        assert aurora.proposes("I need help with the thing I asked about") == ["CannotHandle vague"]

    def test_requests_that_exclude_each_other_are_named(self, aurora: Company) -> None:
        heard = aurora.hears("Enable and disable the same feature")
        assert heard.contradiction == ("enable the same feature", "disable the same feature")


@pytest.mark.parametrize(
    "text",
    [
        " " * 8000,
        "hello" + " " * 7990 + "x",
        "?" * 8000,
        "no " * 2600,
        "1" * 8000,
        "$1," * 2600,
        "<" * 8000,
        "x(\n" * 2600,
    ],
    ids=["spaces", "gap", "questions", "noes", "digits", "amounts", "brackets", "code"],
)
@pytest.mark.parametrize("open_question", ["", "c1"])
def test_a_message_of_the_full_length_is_understood_whatever_is_in_it(
    aurora: Company, text: str, open_question: str
) -> None:
    context = DialogueContext(fillable=(PRIORITY,), offered=AUTHENTICATION.options, confirmation=open_question or None)
    assert aurora.hears(text, context).proposals


SITUATIONS = st.sampled_from(
    [
        DialogueContext(),
        DialogueContext(active=RESETTING, awaiting=EMAIL, fillable=(PRIORITY,)),
        DialogueContext(active=RESETTING, awaiting=CALL, paused=(EXPORTING,)),
        DialogueContext(fillable=(PRIORITY, EMAIL, CALL), confirmation="c1"),
        DialogueContext(paused=(EXPORTING,), confirmation=IS_SOLVED),
        DialogueContext(offered=AUTHENTICATION.options),
    ]
)
SAYINGS = st.lists(
    st.sampled_from(
        [
            "yes",
            "no",
            "but",
            "and",
            "how do I",
            "export",
            "the second one",
            "?",
            ".",
            "\n",
            "never mind",
            "[EMAIL_1]",
            "critical",
            "back to",
            "```",
            "'; drop table x; --",
            "danke",
            "I meant",
            "123456",
            "AAAA",
            "person",
            "🙂",
        ]
    ),
    max_size=8,
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80) | SAYINGS, SITUATIONS)
def test_any_message_in_any_situation_leads_to_proposals_about_its_own_text(
    aurora: Company, text: str, situation: DialogueContext
) -> None:
    heard = aurora.hears(text, situation, ["[EMAIL_1]"])
    assert heard.proposals
    assert all(words in text for words in heard.vectors)
    assert all(text[segment.start : segment.end] == segment.text for segment in heard.segments)
    assert all(proposal.segment < len(heard.segments) for proposal in heard.proposals)


class TestSteering:
    def test_a_correction_sets_the_slot_again(self, aurora: Company) -> None:
        context = DialogueContext(fillable=(PRIORITY,), confirmation="c1")
        heard = aurora.hears("No, I meant critical", context)
        assert [in_.command.model_dump() for in_ in heard.proposals] == [
            {"command": "SetSlot", "slot": "priority", "value": "Critical", "corrects": True}
        ]

    @pytest.mark.parametrize("text", ["yes but use [EMAIL_2]", "no, the address is [EMAIL_2]", "[EMAIL_2] please"])
    def test_another_address_before_the_yes_is_no_yes(self, aurora: Company, text: str) -> None:
        context = DialogueContext(fillable=(EMAIL,), confirmation="c1")
        assert aurora.proposes(text, context, ["[EMAIL_2]"]) == ["SetSlot email=[EMAIL_2]"]

    def test_the_other_of_two_options_is_known_from_what_the_slot_holds(self, aurora: Company) -> None:
        chosen = AUTHENTICATION.model_copy(update={"value": "oauth"})
        context = DialogueContext(fillable=(chosen,), confirmation="c1")
        assert aurora.proposes("actually the other one", context) == ["SetSlot authentication=session_id"]

    def test_neither_yes_nor_no_is_asked_again(self, aurora: Company) -> None:
        context = DialogueContext(fillable=(EMAIL,), confirmation="c1")
        assert aurora.proposes("hmm maybe", context) == ["CannotHandle no_yes_or_no"]

    def test_a_question_before_the_yes_is_answered(self, aurora: Company) -> None:
        context = DialogueContext(fillable=(EMAIL,), confirmation="c1")
        assert aurora.proposes("How do I export data?", context) == ["AnswerFromKnowledge export_data"]

    def test_a_yes_with_another_request_does_both(self, aurora: Company) -> None:
        context = DialogueContext(fillable=(EMAIL,), confirmation="c1")
        heard = aurora.proposes("yes, and how do I export data?", context)
        assert heard == ["Confirm", "AnswerFromKnowledge export_data"]

    def test_a_yes_to_a_person_is_no_yes_to_what_was_asked(self, aurora: Company) -> None:
        context = DialogueContext(fillable=(EMAIL,), confirmation="c1")
        assert aurora.proposes("yes I want to talk to a person", context) == ["HumanHandoff"]

    def test_a_yes_confirms_nothing_when_nothing_was_asked(self, aurora: Company) -> None:
        assert aurora.proposes("yes") == ["SmallTalk positive"]

    def test_a_digression_is_understood_while_a_value_is_awaited(self, aurora: Company) -> None:
        context = DialogueContext(active=RESETTING, awaiting=EMAIL)
        assert aurora.proposes("How do I export data?", context) == ["AnswerFromKnowledge export_data"]

    def test_a_value_and_a_question_in_one_message_are_both_taken(self, aurora: Company) -> None:
        context = DialogueContext(active=RESETTING, awaiting=EMAIL)
        heard = aurora.proposes("[EMAIL_1], and how do I export data?", context, ["[EMAIL_1]"])
        assert heard == ["SetSlot email=[EMAIL_1]", "AnswerFromKnowledge export_data"]

    def test_an_answer_that_is_no_value_of_the_type_is_not_taken_for_one(self, aurora: Company) -> None:
        context = DialogueContext(active=RESETTING, awaiting=EMAIL)
        assert aurora.proposes("jane at example dot com", context) == ["CannotHandle out_of_scope"]

    def test_a_code_that_was_asked_for_is_six_digits(self, aurora: Company) -> None:
        assert aurora.proposes("123 456", DialogueContext(awaiting=CODE)) == ["SetSlot code=123456"]

    def test_an_offered_intent_is_picked_by_its_place(self, aurora: Company) -> None:
        offered = (
            Option(value="reset_password", label="Reset your password"),
            Option(value="unlock_user", label="Unlock a locked account"),
        )
        heard = aurora.proposes("the second one", DialogueContext(offered=offered))
        assert heard == ["StartProcedure unlock_user"]

    @pytest.mark.parametrize(
        ("text", "command"),
        [
            ("it works now", "Confirm"),
            ("no, it still does not work", "Decline"),
            ("Thanks, that solved it!", "Confirm"),
        ],
    )
    def test_the_result_tells_whether_the_problem_is_solved(self, aurora: Company, text: str, command: str) -> None:
        context = DialogueContext(paused=(EXPORTING,), confirmation=IS_SOLVED)
        assert aurora.proposes(text, context) == [command]


class TestRequests:
    def test_two_requests_in_one_message_become_two_commands(self, aurora: Company) -> None:
        text = "Reset my password and also why is the export empty, it worked yesterday"
        heard = aurora.hears(text)
        assert aurora.proposes(text) == ["StartProcedure password_reset", "AnswerFromKnowledge export_data"]
        assert [segment.text for segment in heard.segments] == [
            "Reset my password",
            "why is the export empty, it worked yesterday",
        ]
        assert all(text[segment.start : segment.end] == segment.text for segment in heard.segments)

    def test_what_intents_were_found_in_has_its_vectors(self, aurora: Company) -> None:
        heard = aurora.hears("Reset my password and also how do I export data?")
        assert list(heard.vectors) == ["Reset my password", "how do I export data?"]
        found = heard.vectors["Reset my password"]
        assert (found.english == aurora.encoder.encode("Reset my password")).all()
        assert (found.multilingual == aurora.encoder.multilingual.encode("Reset my password")).all()

    def test_a_question_is_not_read_again_where_its_intent_was_found_in_a_part(self, aurora: Company) -> None:
        text = "It is Tuesday here, and it rains. How do I export data?"
        heard = aurora.hears(text)
        assert [segment.text for segment in heard.segments] == [text]
        assert list(heard.vectors) == ["How do I export data?"]

    def test_details_stay_with_the_request_they_belong_to(self, aurora: Company) -> None:
        text = "I forgot my password. My address is [EMAIL_1] and my phone is [PHONE_1]"
        heard = aurora.hears(text, tokens=["[EMAIL_1]", "[PHONE_1]"])
        assert [segment.text for segment in heard.segments] == [text]
        assert [entity.type for entity in heard.entities] == ["email", "phone"]

    def test_a_case_number_given_after_a_request_belongs_to_it(self, aurora: Company) -> None:
        assert aurora.proposes("please add this to my case. My case number is 00001234.") == [
            "StartProcedure add_to_case"
        ]

    @pytest.mark.parametrize(
        ("text", "command"),
        [
            ("too many SOQL queries, how do I rewrite it?", "AnswerFromKnowledge automation_limits"),
            ("The last invoice has our old address on it, could you fix this?", "AnswerFromKnowledge billing_invoice"),
        ],
    )
    def test_what_leans_on_the_words_before_it_is_no_request_of_its_own(
        self, aurora: Company, text: str, command: str
    ) -> None:
        assert aurora.proposes(text) == [command]

    def test_pleasantries_around_a_request_are_not_requests(self, aurora: Company) -> None:
        text = "Good morning, I hope you are well. How do I export data? Thank you very much!"
        assert aurora.proposes(text) == ["AnswerFromKnowledge export_data"]

    @pytest.mark.parametrize(
        "text", ["I have a problem with signing in", "can't log in", "Ich kann mich nicht anmelden"]
    )
    def test_an_unclear_wish_is_ambiguous_between_what_it_may_mean(self, aurora: Company, text: str) -> None:
        heard = aurora.hears(text)
        assert heard.segments[0].ambiguous
        assert {ranked.name for ranked in heard.segments[0].ranking[:2]} == {"reset_password", "unlock_user"}

    def test_two_questions_that_both_lead_to_the_articles_are_not_ambiguous(self, aurora: Company) -> None:
        assert not any(segment.ambiguous for segment in aurora.hears("export or import of data?").segments)

    def test_what_no_intent_covers_is_looked_up_and_else_not_handled(self, aurora: Company) -> None:
        heard = aurora.proposes("Which wine goes well with grilled trout?")
        assert heard == ["AnswerFromKnowledge ?", "CannotHandle out_of_scope"]

    @pytest.mark.parametrize(
        ("text", "command"),
        [
            ("Ich habe mein Passwort vergessen", "StartProcedure password_reset"),
            ("Wie ist der Stand meines Falls?", "StartProcedure case_status"),
        ],
    )
    def test_an_english_company_understands_the_german_it_suggests(
        self, aurora: Company, text: str, command: str
    ) -> None:
        assert aurora.hears(text).language == "de"
        assert aurora.proposes(text) == [command]


class TestNeighbours:
    """Wishes in nearly the same words that lead elsewhere."""

    @pytest.mark.parametrize(
        ("text", "command"),
        [
            ("I forgot my password", "StartProcedure password_reset"),
            ("my account is locked after too many attempts", "StartProcedure unlock_user"),
            ("I lost my phone and can't get the code", "StartProcedure mfa_reset"),
            ("how do we turn on multi-factor authentication for everybody?", "AnswerFromKnowledge mfa_setup"),
            ("how do I export my contacts to a file?", "AnswerFromKnowledge export_data"),
            ("please export our contacts every Monday", "StartProcedure schedule_export"),
            ("what's the status of case 00001234?", "StartProcedure case_status"),
            ("add a comment to case 00001234", "StartProcedure add_to_case"),
            ("close case 00001234", "StartProcedure close_case"),
            ("reopen case 00001234", "StartProcedure reopen_case"),
            ("open a new case please", "StartProcedure open_case"),
            ("please credit us for the downtime", "StartProcedure request_credit"),
            ("I need a copy of the last invoice", "AnswerFromKnowledge billing_invoice"),
            ("nobody in our company can work, Salesforce is down", "StartProcedure report_outage"),
            ("do you know of an outage right now?", "AnswerFromKnowledge outage_status"),
            ("we need three more users", "StartProcedure add_users"),
            ("how do I deactivate a user who left?", "AnswerFromKnowledge remove_user"),
            ("assign a permission set to a user", "AnswerFromKnowledge profiles_and_permissions"),
            ("the API answers 401 to every call", "StartProcedure api_401_diagnosis"),
            ("the API answers 403 forbidden", "StartProcedure api_403_diagnosis"),
            ("REQUEST_LIMIT_EXCEEDED since noon", "StartProcedure api_limit_diagnosis"),
            ("UNABLE_TO_LOCK_ROW in the nightly load", "StartProcedure row_lock_diagnosis"),
            ("cancel my request for new users", "StartProcedure cancel_request"),
            ("how do I cancel our contract?", "AnswerFromKnowledge contract_and_renewal"),
            ("please change my e-mail address", "StartProcedure change_email"),
            ("our e-mails land in the spam folder", "AnswerFromKnowledge email_deliverability"),
            ("I want my money back", "StartProcedure request_credit"),
            ("Ich will mein Geld zurück", "StartProcedure request_credit"),
            ("nothing works since this morning", "StartProcedure report_outage"),
            ("seit heute morgen geht nichts mehr", "StartProcedure report_outage"),
            ("Es gibt eine Störung", "StartProcedure report_outage"),
            ("Gibt es bei Ihnen eine Störung?", "AnswerFromKnowledge outage_status"),
            ("Schließen Sie bitte meinen Fall 00001093", "StartProcedure close_case"),
            ("Setzen Sie bitte meinen Fall 00001093 auf hoch", "StartProcedure raise_priority"),
            ("which of my cases are still open?", "StartProcedure case_status"),
            ("is there any news on case 00001093?", "StartProcedure case_status"),
            ("when do you call back?", "AnswerFromKnowledge support_hours"),
            ("Wann rufen Sie zurück?", "AnswerFromKnowledge support_hours"),
        ],
    )
    def test_each_is_told_from_its_neighbours(self, aurora: Company, text: str, command: str) -> None:
        assert aurora.proposes(text) == [command]

    def test_the_request_is_cancelled_here_or_in_the_org_depending_on_what_there_is(self, aurora: Company) -> None:
        assert aurora.proposes("cancel the request", DialogueContext(active=RESETTING)) == ["CancelTopic"]
        assert aurora.proposes("cancel the request") == ["StartProcedure cancel_request"]

    def test_customers_who_shall_talk_to_an_agent_are_no_wish_for_a_person(self, aurora: Company) -> None:
        heard = aurora.proposes("how can our customers chat with an agent on our website?")
        assert heard == ["AnswerFromKnowledge service_channels"]

    def test_an_address_given_where_a_code_is_awaited_starts_nothing(self, aurora: Company) -> None:
        heard = aurora.proposes(
            "my address is [EMAIL_1]", DialogueContext(active=RESETTING, awaiting=CODE), ["[EMAIL_1]"]
        )
        assert not any(command.startswith("StartProcedure") for command in heard)


class TestGermanCompany:
    @pytest.mark.parametrize(
        ("text", "command"),
        [
            ("Meine Anlage liefert keinen Strom, was kann ich tun?", "AnswerFromKnowledge kein_strom"),
            ("Ich brauche einen Wartungstermin", "StartProcedure termin_anfragen"),
            ("Wie melde ich mich in der App an?", "AnswerFromKnowledge app_anmeldung"),
            ("Wie ist der Stand meines Falls?", "StartProcedure case_status"),
            ("I need a maintenance appointment", "StartProcedure termin_anfragen"),
            ("Ich möchte mit einem Menschen sprechen", "HumanHandoff"),
            ("Das ist eine Frechheit!", "SmallTalk venting"),
            ("Vielen Dank für die schnelle Hilfe", "SmallTalk thanks"),
        ],
    )
    def test_a_german_message_is_understood(self, brueckner: Company, text: str, command: str) -> None:
        assert command in brueckner.proposes(text)

    def test_two_german_requests_in_one_message_become_two_commands(self, brueckner: Company) -> None:
        heard = brueckner.proposes("Ich habe mein Passwort vergessen und außerdem lädt der Speicher nicht")
        assert heard == ["StartProcedure password_reset", "AnswerFromKnowledge stromspeicher"]

    @pytest.mark.parametrize(("text", "command"), [("ja bitte", "Confirm"), ("nein, lieber nicht", "Decline")])
    def test_a_german_yes_or_no_settles_the_question(self, brueckner: Company, text: str, command: str) -> None:
        context = DialogueContext(default_language="de", confirmation="c1")
        assert brueckner.proposes(text, context) == [command]
