"""Taking a customer who was erased out of the cases that Casewright opened for them."""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from casewright.kit.errors import CasewrightError
from casewright.kit.ids import TenantId
from casewright.people.models import Anonymised
from casewright.salesforce.cases import KEY
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.models import Row
from casewright.salesforce.ports import Clients

logger = logging.getLogger(__name__)

ERASED: Final = "[erased]"
_WRITTEN_ABOUT: Final = ("CaseComment", "EmailMessage")
_WITHOUT_THE_CUSTOMER: Final[Mapping[str, JsonValue]] = {
    "Subject": ERASED,
    "Description": ERASED,
    "Agent_Summary__c": None,
    "Transcript__c": None,
    "Recommended_Action__c": None,
    "ContactId": None,
    "SuppliedName": None,
    "SuppliedEmail": None,
    "SuppliedPhone": None,
    "SuppliedCompany": None,
}


class ForgottenCustomers:
    """The org's part in erasing a person."""

    def __init__(self, orgs: Clients) -> None:
        self._orgs = orgs

    async def anonymise(self, tenant_id: TenantId, case_ids: Sequence[str]) -> Anonymised:
        """Empties the cases that carry a key of ours, and deletes their comments and mails. Any other is left as it is.
        Not done where the org is away or refuses; twice is the same as once."""
        try:
            client = await self._orgs.client(tenant_id)
            ours = await client.query(
                Row,
                f"SELECT Id FROM Case WHERE Id IN :cases AND {client.connection.field(KEY)} != null",
                cases=list(case_ids),
            )
            for case in ours:
                await _empty(client, case.id)
        except CasewrightError as error:
            logger.warning("the cases of someone erased are not anonymised yet: %s", error.message)
            return Anonymised(done=False)
        return Anonymised(done=True, left=tuple(sorted(set(case_ids) - {case.id for case in ours})))


async def _empty(client: SalesforceClient, case_id: str) -> None:
    for sobject in _WRITTEN_ABOUT:
        for record in await client.query(Row, f"SELECT Id FROM {sobject} WHERE ParentId = :case", case=case_id):
            await client.delete(sobject, record.id)
    await client.update("Case", case_id, _WITHOUT_THE_CUSTOMER)
