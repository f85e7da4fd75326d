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
        repeatable=Repeatable.BY_MARKER,
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
        description="Records a credit for the customer's account. Values: number, amount.",
        effect=Effect.WRITE,
        arguments=("amount", "reason"),
        assurance=Assurance.VERIFIED,
        repeatable=Repeatable.BY_MARKER,
        codes=("done", "invalid_amount", "no_account"),
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
