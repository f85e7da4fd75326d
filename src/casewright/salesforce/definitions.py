"""The actions that an org offers, as the engine and the validation of procedures see them."""

from collections.abc import Mapping

from casewright.kit.principal import Assurance
from casewright.procedures.models import ActionDefinition, Effect, Repeatable

_ALL = (
    ActionDefinition(
        name="reset_user_password",
        description="Sends a reset link to the address on file. Its outcome does not tell whether there is such a user.",
        effect=Effect.WRITE,
        arguments=("email",),
        assurance=Assurance.CLAIMED,
        repeatable=Repeatable.AT_MOST_ONCE,
    ),
    ActionDefinition(
        name="list_cases",
        description="The customer's open cases. Values: count, lines, first_number.",
        effect=Effect.READ,
        assurance=Assurance.VERIFIED,
        codes=("done", "none"),
    ),
    ActionDefinition(
        name="read_case",
        description=(
            "One of the customer's own cases. Values: number, subject, status, status_label, priority, priority_label, "
            "closed, created_on, last_comment, last_comment_on."
        ),
        effect=Effect.READ,
        arguments=("number",),
        assurance=Assurance.VERIFIED,
        codes=("done", "not_found"),
    ),
    ActionDefinition(
        name="raise_case_priority",
        description="Raises the priority of the customer's own open case. Values: number, priority, priority_label.",
        effect=Effect.WRITE,
        arguments=("number", "priority"),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.NATURALLY,
        codes=("done", "already", "closed", "not_found", "unknown_priority"),
    ),
    ActionDefinition(
        name="comment_on_case",
        description="Adds the customer's comment to their own case. Values: number.",
        effect=Effect.WRITE,
        arguments=("number", "comment"),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.LOOK_ONLY,
        codes=("done", "not_found"),
    ),
    ActionDefinition(
        name="create_case",
        description="Opens a case for the customer. Values: number.",
        effect=Effect.WRITE,
        arguments=("subject", "description"),
        optional_arguments=("priority", "category"),
        assurance=Assurance.CLAIMED,
        repeatable=Repeatable.BY_MARKER,
        codes=("done", "unknown_priority"),
    ),
    ActionDefinition(
        name="create_credit",
        description=(
            "Records a credit for the customer's account, or with type `refund` that money goes back (else `credit`). "
            "Values: number, amount, type, type_label."
        ),
        effect=Effect.WRITE,
        arguments=("amount", "reason"),
        optional_arguments=("type",),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.BY_MARKER,
        codes=("done", "invalid_amount", "unknown_type", "no_account"),
    ),
    ActionDefinition(
        name="close_case",
        description="Closes the customer's own case. Values: number.",
        effect=Effect.WRITE,
        arguments=("number",),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.NATURALLY,
        codes=("done", "already", "not_found"),
    ),
    ActionDefinition(
        name="reopen_case",
        description=(
            "Opens the customer's own case again, with the reason as their comment, and routes it anew; `too_old` if it was "
            "closed more than 30 days ago. Values: number; with too_old also closed_on."
        ),
        effect=Effect.WRITE,
        arguments=("number", "reason"),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.NATURALLY,
        codes=("done", "already_open", "too_old", "not_found"),
    ),
    ActionDefinition(
        name="find_open_incident",
        description=(
            "The newest incident that the company itself has opened and not closed, of the product and the instance if "
            "given; a verified customer's instance is known from their subscription. Values: number, subject, since, "
            "affected (how many reports have joined it)."
        ),
        effect=Effect.READ,
        optional_arguments=("product", "instance"),
        assurance=Assurance.CLAIMED,
        codes=("done", "none"),
    ),
    ActionDefinition(
        name="report_outage",
        description=(
            "Opens a case for what does not work, below the open incident if one fits as in find_open_incident. Values: "
            "number, joined; if joined, incident_number and incident_subject."
        ),
        effect=Effect.WRITE,
        arguments=("description",),
        optional_arguments=("product", "instance"),
        assurance=Assurance.CLAIMED,
        repeatable=Repeatable.BY_MARKER,
    ),
    ActionDefinition(
        name="unlock_user",
        description=(
            "Unlocks the customer's own user after too many wrong passwords. A user whom an administrator froze stays "
            "frozen (`frozen`): only a person may lift that."
        ),
        effect=Effect.WRITE,
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.NATURALLY,
        codes=("done", "not_locked", "frozen", "no_user"),
    ),
    ActionDefinition(
        name="reset_mfa",
        description=(
            "Disconnects the authenticator app of the customer's own user. Salesforce has an API for authenticator apps with "
            "codes only; what else is registered (Salesforce Authenticator, security key, built-in authenticator) is asked of "
            "a person by a service request, and the outcome is `requested`. Values: with requested, number."
        ),
        effect=Effect.WRITE,
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.BY_MARKER,
        codes=("done", "requested", "none_registered", "no_user"),
    ),
    ActionDefinition(
        name="read_subscription",
        description=(
            "What the customer's account has bought and used; licences that open requests will take are not free. Values: plan, edition, instance, status, status_label, licences, "
            "licences_used, licences_free, api_limit, api_used, api_left, api_used_percent, storage_used_percent, ends_on; as "
            "people write them: api_limit_label, api_used_label, api_left_label."
        ),
        effect=Effect.READ,
        assurance=Assurance.VERIFIED,
        codes=("done", "none"),
    ),
    ActionDefinition(
        name="find_interrupted_export",
        description=(
            "The customer's newest interrupted data export. Values: number, objects, rows_done, rows_total, percent; as people "
            "write them: rows_done_label, rows_total_label."
        ),
        effect=Effect.READ,
        assurance=Assurance.VERIFIED,
        codes=("done", "none"),
    ),
    ActionDefinition(
        name="schedule_export",
        description=(
            "Schedules a data export of the customer's org as a service request. objects: names with commas between them, or "
            "`all`; format: CSV, XLSX or JSON; frequency: once, daily, weekly or monthly; first_run: a date, absent the "
            "coming night. Exports begin at 02:00 UTC. Values: number, objects, next_run, frequency_label; with "
            "unknown_object, object."
        ),
        effect=Effect.WRITE,
        arguments=("objects", "format", "frequency"),
        optional_arguments=("first_run",),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.BY_MARKER,
        codes=("done", "unknown_object", "unknown_format", "unknown_frequency", "invalid_date"),
    ),
    ActionDefinition(
        name="resume_export",
        description=(
            "Lets the customer's interrupted data export go on where it stopped. Values: number, percent; with "
            "not_interrupted number and status_label."
        ),
        effect=Effect.WRITE,
        arguments=("number",),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.NATURALLY,
        codes=("done", "not_found", "not_interrupted"),
    ),
    ActionDefinition(
        name="request_users",
        description=(
            "Asks for users to be added, by a service request, if the subscription has licences for them; licences that open "
            "requests will take count as taken. Values: number, quantity, licences_free (after it); with not_enough_licences "
            "licences_free (now) and licences_missing."
        ),
        effect=Effect.WRITE,
        arguments=("quantity",),
        optional_arguments=("names",),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.BY_MARKER,
        codes=("done", "not_enough_licences", "invalid_quantity", "no_subscription"),
    ),
    ActionDefinition(
        name="list_requests",
        description="The customer's open service requests. Values: count, lines, first_number.",
        effect=Effect.READ,
        assurance=Assurance.VERIFIED,
        codes=("done", "none"),
    ),
    ActionDefinition(
        name="cancel_request",
        description=(
            "Cancels the customer's own service request. Values: number; with already_done also status_label."
        ),
        effect=Effect.WRITE,
        arguments=("number",),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.NATURALLY,
        codes=("done", "not_found", "already_done"),
    ),
    ActionDefinition(
        name="send_code_to_new_address",
        description="Sends a one-time code to an address that the customer wants to be reached at from now on.",
        effect=Effect.WRITE,
        arguments=("new_email",),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.AT_MOST_ONCE,
        codes=("sent", "too_many"),
    ),
    ActionDefinition(
        name="check_new_address",
        description="Compares the code that was sent to the new address with the one the customer entered.",
        effect=Effect.READ,
        arguments=("new_email", "code"),
        assurance=Assurance.VERIFIED,
        codes=("done", "wrong", "expired", "too_many"),
    ),
    ActionDefinition(
        name="change_contact_email",
        description=(
            "Changes the e-mail address of the customer's Contact and of their user, and tells the old address so; the user "
            "name to sign in with stays. Only for an address that check_new_address has proved in this conversation within "
            "the last 30 minutes, else `not_proved`. `taken`: another Contact has it. Values: username (empty if they have "
            "no user)."
        ),
        effect=Effect.WRITE,
        arguments=("new_email",),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.NATURALLY,
        codes=("done", "same", "taken", "not_proved"),
    ),
    ActionDefinition(
        name="hand_over_case",
        description="Creates or updates the conversation's case for the person who takes over. Values: number, url.",
        effect=Effect.WRITE,
        arguments=("subject", "description", "summary", "transcript"),
        optional_arguments=("priority", "sentiment", "recommended_action", "category", "confidence"),
        repeatable=Repeatable.BY_MARKER,
        internal=True,
    ),
    ActionDefinition(
        name="write_back_case",
        description="Brings summary and transcript of the conversation's case up to date. Values: number, url.",
        effect=Effect.WRITE,
        arguments=("summary", "transcript"),
        repeatable=Repeatable.BY_MARKER,
        internal=True,
        codes=("done", "not_found"),
    ),
    ActionDefinition(
        name="find_contact_by_email",
        description="The org's Contact of an address. Values: contact_id, account_id.",
        effect=Effect.READ,
        arguments=("email",),
        internal=True,
        codes=("done", "not_found"),
    ),
    ActionDefinition(
        name="send_email",
        description="Sends a plain-text e-mail from the org.",
        effect=Effect.WRITE,
        arguments=("to", "subject", "body"),
        repeatable=Repeatable.AT_MOST_ONCE,
        internal=True,
    ),
)

DEFINITIONS: Mapping[str, ActionDefinition] = {definition.name: definition for definition in _ALL}
