from typing import Any

import httpx2
import pytest

from localorg.testing import RunningOrg

LOCKED = "noor.haddad@kestrel.example"
WITH_APP = "marcus.oyelaran@pinecrest.example"


async def one(org: RunningOrg, object_name: str, fields: str, username: str) -> dict[str, Any]:
    (user,) = await org.query(f"SELECT Id FROM User WHERE Username = '{username}'")
    (found,) = await org.query(f"SELECT Id, {fields} FROM {object_name} WHERE UserId = '{user['Id']}'")
    return dict(found)


@pytest.mark.parametrize("name", ["UserLogin", "TwoFactorMethodsInfo"])
async def test_every_user_has_one(name: str, org: RunningOrg, api: httpx2.AsyncClient) -> None:
    (profile,) = await org.query("SELECT Id FROM Profile WHERE Name = 'Customer Community Plus'")
    user = {"Username": "new@a.example", "LastName": "New", "Email": "new@a.example", "ProfileId": profile["Id"]}
    assert (await api.post("sobjects/User", json=user)).status_code == 201
    users = {row["Id"] for row in await org.query("SELECT Id FROM User")}
    owners = [row["UserId"] for row in await org.query(f"SELECT UserId FROM {name}")]
    assert sorted(owners) == sorted(users)


async def test_a_user_is_unlocked_and_frozen_through_the_api(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    login = await one(org, "UserLogin", "IsPasswordLocked", LOCKED)
    assert login["IsPasswordLocked"] is True
    change = {"IsPasswordLocked": False, "IsFrozen": True}
    assert (await api.patch(f"sobjects/UserLogin/{login['Id']}", json=change)).status_code == 204
    after = await one(org, "UserLogin", "IsPasswordLocked, IsFrozen", LOCKED)
    assert (after["IsPasswordLocked"], after["IsFrozen"]) == (False, True)


async def test_a_user_cannot_be_locked_through_the_api(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    login = await one(org, "UserLogin", "IsPasswordLocked", WITH_APP)
    answer = await api.patch(f"sobjects/UserLogin/{login['Id']}", json={"IsPasswordLocked": True})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert (await one(org, "UserLogin", "IsPasswordLocked", WITH_APP))["IsPasswordLocked"] is False


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "sobjects/UserLogin", 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
        ("DELETE", "sobjects/UserLogin/{UserLogin}", 400, "INSUFFICIENT_ACCESS_OR_READONLY"),
        ("PATCH", "sobjects/TwoFactorMethodsInfo/{TwoFactorMethodsInfo}", 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
    ],
)
async def test_what_only_the_org_itself_keeps_is_refused(
    method: str, path: str, status: int, code: str, org: RunningOrg, api: httpx2.AsyncClient
) -> None:
    names = ("UserLogin", "TwoFactorMethodsInfo")
    ids = {name: (await one(org, name, "UserId", LOCKED))["Id"] for name in names}
    answer = await api.request(method, path.format(**ids), json={})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)


async def test_an_authenticator_app_shows_until_it_is_disconnected(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    app = await one(org, "TwoFactorInfo", "Type", WITH_APP)
    assert (await one(org, "TwoFactorMethodsInfo", "HasTotp", WITH_APP))["HasTotp"] is True
    assert (await api.delete(f"sobjects/TwoFactorInfo/{app['Id']}")).status_code == 204
    assert (await one(org, "TwoFactorMethodsInfo", "HasTotp", WITH_APP))["HasTotp"] is False


async def test_the_secret_of_an_app_is_never_given_out(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    (user,) = await org.query(f"SELECT Id FROM User WHERE Username = '{LOCKED}'")
    app = {"UserId": user["Id"], "Type": "TOTP", "SharedKey": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"}
    made = (await api.post("sobjects/TwoFactorInfo", json=app)).json()
    read = (await api.get(f"sobjects/TwoFactorInfo/{made['id']}")).json()
    assert (read["Type"], read["SharedKey"]) == ("TOTP", None)
    assert (await one(org, "TwoFactorMethodsInfo", "HasTotp", LOCKED))["HasTotp"] is True
