"""The life of an article, by the standard actions."""

from typing import Any

import httpx2

from localorg.testing import RunningOrg


async def draft(api: httpx2.AsyncClient, address: str = "reset-a-password", **values: Any) -> str:
    article = {"Title": "Reset a password", "UrlName": address, "Body__c": "Choose Forgot password.", **values}
    answer = await api.post("sobjects/Knowledge__kav", json=article)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def act(api: httpx2.AsyncClient, name: str, **given: Any) -> dict[str, Any]:
    answer = await api.post(f"actions/standard/{name}", json={"inputs": [given]})
    (result,) = answer.json()
    return dict(result)


async def publish(api: httpx2.AsyncClient, version: str, action: str = "PUBLISH_ARTICLE") -> dict[str, Any]:
    return await act(api, "publishKnowledgeArticles", articleVersionIdList=[version], pubAction=action)


async def edited(api: httpx2.AsyncClient, version: str, *, unpublish: bool = False) -> str:
    given = {"action": "EDIT_AS_DRAFT_ARTICLE", "articleVersionId": version, "unpublish": unpublish}
    result = await act(api, "createDraftFromOnlineKnowledgeArticle", **given)
    return str(result["outputValues"]["articleVersionId"])


async def states(org: RunningOrg) -> list[tuple[str, int, bool]]:
    soql = "SELECT PublishStatus, VersionNumber, IsLatestVersion FROM KnowledgeArticleVersion ORDER BY Id"
    return [(v["PublishStatus"], v["VersionNumber"], v["IsLatestVersion"]) for v in await org.query(soql)]


async def test_an_article_is_not_its_version(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    version = await draft(api)
    soql = "SELECT Id, KnowledgeArticleId, ArticleNumber, PublishStatus, KnowledgeArticle.ArticleNumber FROM Knowledge__kav"
    (found,) = await org.query(soql)
    assert (found["Id"], found["PublishStatus"]) == (version, "Draft")
    assert found["KnowledgeArticleId"].startswith("kA0")
    assert found["KnowledgeArticle"]["ArticleNumber"] == found["ArticleNumber"] == "000001001"


async def test_publishing_answers_under_the_short_id(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    version = await draft(api)
    result = await publish(api, version)
    assert (result["isSuccess"], result["outputValues"]) == (True, {version[:15]: "Success"})
    assert await states(org) == [("Online", 1, True)]


async def test_one_version_that_cannot_be_published_does_not_stop_the_other(
    org: RunningOrg, api: httpx2.AsyncClient
) -> None:
    online, new = await draft(api), await draft(api, "another")
    await publish(api, online)
    given = {"articleVersionIdList": f"{online},{new}", "pubAction": "PUBLISH_ARTICLE"}
    result = await act(api, "publishKnowledgeArticles", **given)
    assert result["isSuccess"] is False
    assert result["outputValues"][new[:15]] == "Success"
    assert "state of the article" in result["outputValues"][online[:15]]
    assert await states(org) == [("Online", 1, True)] * 2


async def test_a_new_version_archives_the_one_before(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    first = await draft(api)
    await publish(api, first)
    second = await edited(api, first)
    assert [state for state, _, _ in await states(org)] == ["Online", "Draft"]
    await publish(api, second, "PUBLISH_ARTICLE_NEW_VERSION")
    assert await states(org) == [("Archived", 1, False), ("Online", 2, True)]


async def test_publishing_over_the_latest_version_replaces_it(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    first = await draft(api)
    await publish(api, first)
    await publish(api, await edited(api, first))
    assert await states(org) == [("Online", 1, True)]


async def test_what_is_unpublished_and_archived_can_be_restored(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    version = await draft(api)
    await publish(api, version)
    assert (await act(api, "archiveKnowledgeArticles", articleVersionIdList=[version]))["isSuccess"]
    (archived,) = await org.query("SELECT KnowledgeArticleId, ArchivedDate FROM Knowledge__kav")
    assert archived["ArchivedDate"]
    given = {"action": "RESTORE_KNOWLEDGE_ARTICLE_VERSION", "articleId": archived["KnowledgeArticleId"]}
    assert (await act(api, "restoreKnowledgeArticleVersion", **given))["isSuccess"]
    assert [state for state, _, _ in await states(org)] == ["Archived", "Draft"]


async def test_only_a_draft_can_be_changed(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    version = await draft(api)
    assert (await api.patch(f"sobjects/Knowledge__kav/{version}", json={"Title": "Better"})).status_code == 204
    await publish(api, version)
    answer = await api.patch(f"sobjects/Knowledge__kav/{version}", json={"Title": "Worse"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INSUFFICIENT_ACCESS_OR_READONLY")
    assert (await api.delete(f"sobjects/Knowledge__kav/{version}")).status_code == 400
    (found,) = await org.query("SELECT Title FROM Knowledge__kav")
    assert found["Title"] == "Better"


async def test_a_translation_is_published_by_itself(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    await publish(api, await draft(api))
    (master,) = await org.query("SELECT KnowledgeArticleId FROM Knowledge__kav")
    (user,) = await org.query("SELECT Id FROM User WHERE Name = 'Tom Albrecht'")
    given = {"articleId": master["KnowledgeArticleId"], "language": "de", "assigneeId": user["Id"]}
    assert (await act(api, "submitKnowledgeArticleForTranslation", **given))["isSuccess"]
    soql = "SELECT Id, PublishStatus, AssignedToId FROM Knowledge__kav WHERE Language = 'de' AND PublishStatus = '{}'"
    (translation,) = await org.query(soql.format("Draft"))
    assert translation["AssignedToId"] == user["Id"]
    assert not (await publish(api, translation["Id"]))["isSuccess"]
    assert (await publish(api, translation["Id"], "PUBLISH_TRANSLATION"))["isSuccess"]
    assert len(await org.query(soql.format("Online"))) == 1


async def test_an_address_belongs_to_one_article(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    await draft(api)
    answer = await api.post("sobjects/Knowledge__kav", json={"Title": "Other", "UrlName": "reset-a-password"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "DUPLICATE_VALUE")


async def test_a_wrong_input_is_refused_as_a_whole(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    version = await draft(api)
    for given in ({"articleVersionIdList": [version]}, {"pubAction": "PUBLISH_ARTICLE"}, {"pubAction": "NOW"}):
        answer = await api.post("actions/standard/publishKnowledgeArticles", json={"inputs": [given]})
        assert answer.status_code == 400
        assert answer.json()[0]["errors"][0]["statusCode"] in ("REQUIRED_FIELD_MISSING", "INVALID_ARGUMENT_TYPE")
    assert await states(org) == [("Draft", 1, True)]


async def test_the_languages_of_knowledge_are_told(api: httpx2.AsyncClient) -> None:
    told = (await api.get("knowledgeManagement/settings")).json()
    assert (told["defaultLanguage"], told["knowledgeEnabled"]) == ("en_US", True)
    assert {"active": True, "name": "de"} in told["languages"]
