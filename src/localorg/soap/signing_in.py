"""Of the partner and enterprise APIs: login, logout, getUserInfo, getServerTimestamp."""

from starlette.requests import Request

from localorg import passwords
from localorg.clock import to_wire
from localorg.ids import RecordId
from localorg.oauth.errors import OAuthError
from localorg.oauth.sessions import Session
from localorg.oauth.signing_in import user_signing_in
from localorg.org import Org
from localorg.records.values import Row
from localorg.rest.context import instance_url, org_of
from localorg.soap.messages import Api, Call, SoapFault
from localorg.soap.xml import XmlValue, child_text


async def log_in(request: Request, call: Call, api: Api, version: str) -> XmlValue:
    """Raises SoapFault INVALID_LOGIN, which says the same whatever was wrong."""
    org = org_of(request)
    username, password = (child_text(call.arguments, name) or "" for name in ("username", "password"))
    try:
        user = await user_signing_in(org, username, password)
    except OAuthError:
        message = "Invalid username, password, security token; or user locked out."
        raise SoapFault("INVALID_LOGIN", message) from None
    user_id = RecordId(str(user["Id"]))
    services = f"{instance_url(request)}/services/Soap"
    short = org.identity.organization_id[:15]
    return {
        "metadataServerUrl": f"{services}/{Api.METADATA}/{version}/{short}",
        "passwordExpired": await org.database.read(lambda c: passwords.is_expired(c, user_id)),
        "sandbox": False,
        "serverUrl": f"{services}/{api}/{version}/{short}",
        "sessionId": await org.sessions.open(user_id),
        "userId": user_id,
        "userInfo": _user_info(org, user),
    }


async def log_out(request: Request, call: Call) -> XmlValue:
    await org_of(request).sessions.close(call.session_id or "")
    return None


async def user_info(request: Request, session: Session) -> XmlValue:
    org = org_of(request)
    return _user_info(org, await org.user(session.user_id))


def server_timestamp(request: Request) -> XmlValue:
    return {"timestamp": to_wire(org_of(request).clock())}


def _user_info(org: Org, user: Row) -> XmlValue:
    def text(name: str) -> str | None:
        value = user.get(name)
        return None if value is None else str(value)

    return {
        "organizationId": org.identity.organization_id,
        "organizationMultiCurrency": False,
        "organizationName": org.display_name,
        "profileId": text("ProfileId"),
        "roleId": text("UserRoleId"),
        "sessionSecondsValid": int(org.settings.session_minutes * 60),
        "userEmail": text("Email"),
        "userFullName": text("Name"),
        "userId": text("Id"),
        "userLanguage": text("LanguageLocaleKey"),
        "userLocale": text("LocaleSidKey"),
        "userName": text("Username"),
        "userTimeZone": text("TimeZoneSidKey"),
        "userType": "Standard",
    }
