"""An org with a few articles, and what its people do with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr

from casewright.kit.http import HttpClient, Retries
from casewright.kit.ids import TenantId
from casewright.salesforce.client import DATA, SalesforceClient
from casewright.salesforce.errors import OrgNotConnected
from casewright.salesforce.models import ClientCredentials, OrgConnection
from localorg.testing import RunningOrg, start_org

SEED = """
organization: {Name: Pump Works, OrganizationType: Professional Edition, InstanceName: GBR10, IsSandbox: true, Country: GB}
api_user: "@integration"
profiles:
  - {ref: api, Name: Minimum Access - API Only Integrations, UserType: Standard}
users:
  - {ref: integration, Username: casewright@pumps.example, LastName: Integration, Email: it@pumps.example, ProfileId: "@api"}
data_category_groups:
  - name: Products
    label: Products
    categories: [{name: Pumps, label: Pumps}, {name: Valves, label: Valves}]
records:
  Knowledge__kav:
    - ref: descale
      Title: Descale a pump
      UrlName: descale-a-pump
      Summary: Once a year.
      PublishStatus: Online
      IsVisibleInPkb: true
      Body__c: "<p>Use <b>citric acid</b>.</p><h2>Steps</h2><ol><li>Open it.</li><li>Rinse for 10 minutes.</li></ol>"
    - {ref: warranty, Title: Warranty, UrlName: warranty, PublishStatus: Online, IsVisibleInCsp: true, Body__c: "Two years.\\n\\nFive < ten."}
    - {ref: margins, Title: Margins, UrlName: margins, PublishStatus: Online, Body__c: Thirty percent.}
    - {ref: idea, Title: An idea, UrlName: idea, PublishStatus: Draft, IsVisibleInPkb: true, Body__c: Not yet.}
  Knowledge__DataCategorySelection:
    - {ParentId: "@descale", DataCategoryGroupName: Products, DataCategoryName: Valves}
    - {ParentId: "@descale", DataCategoryGroupName: Products, DataCategoryName: Pumps}
"""


@dataclass(frozen=True)
class KnowledgeOrg:
    org: RunningOrg
    api: httpx2.AsyncClient

    async def version(self, address: str, status: str = "Online", language: str = "en_US") -> str:
        (found,) = await self.org.query(
            f"SELECT Id FROM Knowledge__kav WHERE UrlName = '{address}' AND PublishStatus = '{status}' "
            f"AND Language = '{language}'"
        )
        return str(found["Id"])

    async def act(self, name: str, **given: Any) -> dict[str, Any]:
        answer = await self.api.post(f"{DATA}/actions/standard/{name}", json={"inputs": [given]})
        (result,) = answer.json()
        assert result["isSuccess"], result
        return dict(result["outputValues"])

    async def publish(self, version: str, action: str = "PUBLISH_ARTICLE_NEW_VERSION") -> None:
        told = await self.act("publishKnowledgeArticles", articleVersionIdList=[version], pubAction=action)
        assert told[version[:15]] == "Success", told

    async def change(self, address: str, **fields: str) -> None:
        """A new version, online."""
        given = {"action": "EDIT_AS_DRAFT_ARTICLE", "articleVersionId": await self.version(address), "unpublish": False}
        draft = str((await self.act("createDraftFromOnlineKnowledgeArticle", **given))["articleVersionId"])
        await self.patch(draft, **fields)
        await self.publish(draft)

    async def translate(self, address: str, language: str, **fields: str) -> None:
        (found,) = await self.org.query(
            f"SELECT KnowledgeArticleId, OwnerId FROM Knowledge__kav WHERE UrlName = '{address}' AND PublishStatus = 'Online'"
        )
        await self.act(
            "submitKnowledgeArticleForTranslation",
            articleId=found["KnowledgeArticleId"],
            language=language,
            assigneeId=found["OwnerId"],
        )
        draft = await self.version(address, "Draft", language)
        await self.patch(draft, **fields)
        await self.publish(draft, "PUBLISH_TRANSLATION")

    async def archive(self, address: str) -> None:
        await self.act("archiveKnowledgeArticles", articleVersionIdList=[await self.version(address)])

    async def patch(self, version: str, **fields: str) -> None:
        answer = await self.api.patch(f"{DATA}/sobjects/Knowledge__kav/{version}", json=fields)
        assert answer.status_code == 204, answer.text


@asynccontextmanager
async def knowledge_org(folder: Path) -> AsyncIterator[KnowledgeOrg]:
    (folder / "org.yaml").write_text(SEED)
    async with start_org("pumps", folder / "org.yaml", folder) as org:
        headers = {"Authorization": f"Bearer {await org.access_token()}"}
        async with httpx2.AsyncClient(base_url=org.url, headers=headers, trust_env=False, timeout=30) as api:
            yield KnowledgeOrg(org, api)


class OneOrg:
    """The org of one tenant; others have none."""

    def __init__(self, org: RunningOrg, tenant_id: TenantId) -> None:
        credentials = ClientCredentials(client_secret=SecretStr(org.client_secret))
        connection = OrgConnection(url=org.url, client_id=org.client_id, credentials=credentials)
        http = HttpClient("salesforce", org.url, retries=Retries(attempts=1))
        self._client = SalesforceClient(connection, http)
        self._tenant_id = tenant_id

    async def client(self, tenant_id: TenantId) -> SalesforceClient:
        if tenant_id != self._tenant_id:
            raise OrgNotConnected("No Salesforce org is connected yet.")
        return self._client

    async def close(self) -> None:
        await self._client.close()
