from pathlib import Path

import httpx2
import pytest

from localorg.rest.versions import version_label
from localorg.testing import RunningOrg, start_org


@pytest.mark.parametrize(
    ("version", "label"), [(50, "Winter '21"), (51, "Spring '21"), (67, "Summer '26"), (68, "Winter '27")]
)
def test_a_version_is_named_after_its_season(version: int, label: str) -> None:
    assert version_label(version) == label


async def test_the_versions_are_told_to_anyone(stranger: httpx2.AsyncClient) -> None:
    versions = (await stranger.get("/services/data")).json()
    assert versions[0] == {"label": "Winter '21", "url": "/services/data/v50.0", "version": "50.0"}
    assert versions[-1]["version"] == "68.0"


async def test_the_resources_of_a_version_are_those_that_answer(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    resources = (await api.get("")).json()
    assert resources.pop("identity").startswith("http")
    for name, path in resources.items():
        params = {"q": "SELECT Id FROM Case LIMIT 1"} if name.startswith("query") else None
        assert (await api.get(org.url + path, params=params)).status_code == 200


async def test_describe_tells_what_a_client_needs_to_know_of_a_field(api: httpx2.AsyncClient) -> None:
    described = (await api.get("sobjects/case/describe")).json()
    fields = {field["name"]: field for field in described["fields"]}
    assert (described["name"], described["keyPrefix"]) == ("Case", "500")
    assert [value["value"] for value in fields["Priority"]["picklistValues"]] == ["Low", "Medium", "High", "Critical"]
    assert fields["Priority"]["restrictedPicklist"] is True
    assert fields["OwnerId"]["referenceTo"] == ["Group", "User"]
    assert (fields["Casewright_Key__c"]["externalId"], fields["Casewright_Key__c"]["unique"]) == (True, False)
    assert (fields["CaseNumber"]["autoNumber"], fields["CaseNumber"]["createable"]) == (True, False)
    assert fields["Description"]["filterable"] is False
    children = {child["relationshipName"]: child["childSObject"] for child in described["childRelationships"]}
    assert children["CaseComments"] == "CaseComment"


async def test_every_object_in_the_list_can_be_described(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    listed = (await api.get("sobjects")).json()["sobjects"]
    assert {"Case", "Contact", "Account", "User", "Credit__c"} <= {entry["name"] for entry in listed}
    for entry in listed:
        assert (await api.get(org.url + entry["urls"]["describe"])).json()["name"] == entry["name"]


async def test_basic_information_describes_the_object(api: httpx2.AsyncClient) -> None:
    answer = (await api.get("sobjects/Case")).json()
    assert (answer["objectDescribe"]["name"], answer["recentItems"]) == ("Case", [])


async def test_limits_and_the_header_count_the_requests(api: httpx2.AsyncClient) -> None:
    first = await api.get("limits")
    second = await api.get("limits")
    assert first.headers["Sforce-Limit-Info"] == "api-usage=1/100000"
    assert second.headers["Sforce-Limit-Info"] == "api-usage=2/100000"
    assert second.json()["DailyApiRequests"] == {"Max": 100000, "Remaining": 99998}


async def test_past_the_daily_limit_every_request_is_refused(aurora_seed: Path, tmp_path: Path) -> None:
    seed = tmp_path / "few.yaml"
    seed.write_text(aurora_seed.read_text().replace("daily_api_requests: 100000", "daily_api_requests: 2"))
    async with start_org("few", seed, tmp_path) as org:
        headers = {"Authorization": f"Bearer {await org.access_token()}"}
        async with httpx2.AsyncClient(base_url=org.url, headers=headers, trust_env=False) as client:
            answers = [await client.get("/services/data/v67.0/sobjects/Case") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert answers[2].json()[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
    assert answers[2].headers["Sforce-Limit-Info"] == "api-usage=2/2"


async def test_an_instance_url_that_ends_in_a_slash_does_no_harm(stranger: httpx2.AsyncClient, org: RunningOrg) -> None:
    answer = await stranger.get(f"{org.url}//services/data/")
    assert answer.json()[-1]["version"] == "68.0"
    headers = {"Authorization": f"Bearer {await org.access_token()}"}
    assert (await stranger.get(f"{org.url}//services/data/v67.0/limits", headers=headers)).status_code == 200
    assert (await stranger.get(f"{org.url}//services/data/v67.0/limits")).status_code == 401
