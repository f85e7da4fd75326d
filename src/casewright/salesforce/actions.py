"""The org's actions as the engine calls them: who may, what it ended with, and whether it happened after all."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from casewright.kit.clock import Clock, SystemClock
from casewright.kit.errors import CasewrightError
from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance
from casewright.procedures.models import (
    ActionCall,
    ActionDefinition,
    ActionOutcome,
    ActionStatus,
    CallerIdentity,
    Effect,
    Repeatable,
)
from casewright.salesforce import cases, credits, customers, exports, incidents, service_requests, subscriptions, users
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.contact_email import AddressChange
from casewright.salesforce.definitions import DEFINITIONS
from casewright.salesforce.outcomes import NOT_DONE, UNKNOWN, failed, outcome_of
from casewright.salesforce.ports import AddressCodes, Clients

logger = logging.getLogger(__name__)

Function = Callable[[SalesforceClient, ActionCall], Awaitable[ActionOutcome]]

_EXECUTE: Final[Mapping[str, Function]] = {
    "reset_user_password": customers.reset_user_password,
    "list_cases": cases.list_cases,
    "read_case": cases.read_case,
    "raise_case_priority": cases.raise_priority,
    "comment_on_case": cases.comment,
    "create_case": cases.create,
    "create_credit": credits.create,
    "close_case": cases.close,
    "reopen_case": cases.reopen,
    "find_open_incident": incidents.find_open,
    "report_outage": incidents.report,
    "unlock_user": users.unlock,
    "reset_mfa": users.reset_mfa,
    "read_subscription": subscriptions.read,
    "find_interrupted_export": exports.find_interrupted,
    "resume_export": exports.resume,
    "request_users": subscriptions.request_users,
    "list_requests": service_requests.list_open,
    "cancel_request": service_requests.cancel,
    "hand_over_case": cases.hand_over,
    "write_back_case": cases.write_back,
    "find_contact_by_email": customers.find_contact_by_email,
    "send_email": customers.send_email,
}
_LOOK: Final[Mapping[str, Function]] = {
    "raise_case_priority": cases.was_raised,
    "comment_on_case": cases.was_commented,
    "create_case": cases.was_created,
    "create_credit": credits.was_created,
    "close_case": cases.was_closed,
    "reopen_case": cases.was_reopened,
    "report_outage": incidents.was_reported,
    "unlock_user": users.was_unlocked,
    "reset_mfa": users.was_mfa_reset,
    "schedule_export": exports.was_scheduled,
    "resume_export": exports.was_resumed,
    "request_users": subscriptions.were_users_requested,
    "cancel_request": service_requests.was_cancelled,
    "hand_over_case": cases.was_handed_over,
    "write_back_case": cases.was_handed_over,
}


class SalesforceActions:
    """Never raises for what the org does: every end is an outcome."""

    def __init__(self, orgs: Clients, codes: AddressCodes, clock: Clock = SystemClock()) -> None:
        self._orgs = orgs
        self._codes = codes
        self._clock = clock

    def definitions(self) -> Mapping[str, ActionDefinition]:
        return DEFINITIONS

    async def execute(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        """Calls the action once, in its tenant's org and only for a customer who may."""
        definition = DEFINITIONS[call.action]
        if not _may(call.identity, definition):
            return failed("not_allowed")
        return await self._ended(tenant_id, call, self._executing(tenant_id)[call.action], definition.effect)

    async def reconcile(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        """Whether a WRITE without an answer happened: SUCCEEDED, FAILED with code `not_done`, or UNCERTAIN while that cannot
        be told."""
        definition = DEFINITIONS[call.action]
        if definition.repeatable is Repeatable.AT_MOST_ONCE:
            return UNKNOWN
        look = self._looking(tenant_id).get(call.action)
        if look is None:
            return NOT_DONE
        found = await self._ended(tenant_id, call, look, Effect.READ)
        is_known = found.status is ActionStatus.SUCCEEDED or found == NOT_DONE
        return found if is_known else UNKNOWN.model_copy(update={"retry_after": found.retry_after})

    def _executing(self, tenant_id: TenantId) -> Mapping[str, Function]:
        change = AddressChange(tenant_id, self._codes)
        return {
            **_EXECUTE,
            "schedule_export": partial(exports.schedule, now=self._clock.now()),
            "send_code_to_new_address": change.send_code,
            "check_new_address": change.check_code,
            "change_contact_email": change.change,
        }

    def _looking(self, tenant_id: TenantId) -> Mapping[str, Function]:
        return {**_LOOK, "change_contact_email": AddressChange(tenant_id, self._codes).was_changed}

    async def _ended(self, tenant_id: TenantId, call: ActionCall, function: Function, effect: Effect) -> ActionOutcome:
        try:
            return await function(await self._orgs.client(tenant_id), call)
        except CasewrightError as error:
            outcome = outcome_of(error, effect)
            logger.warning("action %s ended %s %s: %s", call.action, outcome.status, outcome.code, error.message)
            return outcome


def _may(identity: CallerIdentity, definition: ActionDefinition) -> bool:
    """Someone verified is someone the org knows: without a Contact there are no records of theirs to answer from."""
    if not identity.assurance.covers(definition.assurance):
        return False
    return not definition.assurance.covers(Assurance.VERIFIED) or identity.contact_id is not None
