import re

import httpx2
import pytest

from localorg.testing import RunningOrg

DANA = "dana.whitfield@harborlight.example"


async def password_path(org: RunningOrg, username: str) -> str:
    (user,) = await org.query(f"SELECT Id FROM User WHERE Username = '{username}'")
    return f"sobjects/User/{user['Id']}/password"


async def test_a_reset_mails_a_link_to_the_address_on_file(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    path = await password_path(org, DANA)
    answer = await api.delete(path)
    assert (answer.status_code, set(answer.json())) == (200, {"NewPassword"})
    (mail,) = await org.mailbox(to=DANA)
    assert mail.subject == "Reset your Aurora Cloud password"
    assert f"{org.url}/localorg/reset-password?token=" in mail.body
    assert answer.json()["NewPassword"] not in mail.body
    assert (await api.get(path)).json() == {"isExpired": True}


async def test_the_link_in_the_mail_works_once(
    org: RunningOrg, api: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    path = await password_path(org, DANA)
    await api.delete(path)
    (mail,) = await org.mailbox(to=DANA)
    link = re.search(r"http\S+", mail.body)
    assert link is not None
    assert "Choose a new password" in (await stranger.get(link.group())).text
    refused = await stranger.post(link.group(), data={"password": "short"})
    assert (refused.status_code, "at least 8 characters" in refused.text) == (400, True)
    done = await stranger.post(link.group(), data={"password": "correct horse 7"})
    assert (done.status_code, "has been changed" in done.text) == (200, True)
    assert (await api.get(path)).json() == {"isExpired": False}
    assert (await stranger.post(link.group(), data={"password": "correct horse 8"})).status_code == 410


async def test_a_password_is_set_within_the_policy(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    path = await password_path(org, DANA)
    refused = await api.post(path, json={"NewPassword": "password"})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_NEW_PASSWORD")
    assert (await api.post(path, json={"NewPassword": "passw0rd-and-more"})).status_code == 204
    assert (await api.get(path)).json() == {"isExpired": False}


@pytest.mark.parametrize("method", ["DELETE", "POST"])
async def test_an_inactive_users_password_stays_as_it_is(org: RunningOrg, api: httpx2.AsyncClient, method: str) -> None:
    path = await password_path(org, "wes.tanaka@tidewater.example")
    answer = await api.request(method, path, json={"NewPassword": "passw0rd-and-more"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INACTIVE_OWNER_OR_USER")
    assert await org.mailbox() == []


async def test_nobodys_password_cannot_be_reset(api: httpx2.AsyncClient) -> None:
    answer = await api.delete("sobjects/User/005000000000001/password")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")
