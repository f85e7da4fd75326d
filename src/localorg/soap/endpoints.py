"""/services/Soap/{api}/{version}: which call is meant, by whom, and the answer in an envelope."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from localorg.errors import ApiError, not_found
from localorg.metadata.apex import NO_RUNTIME
from localorg.metadata.soap import METADATA_CALLS
from localorg.oauth.sessions import Session
from localorg.rest.context import org_of
from localorg.soap import signing_in
from localorg.soap.messages import Api, Call, SoapFault, answer, fault, read_call
from localorg.soap.xml import XmlValue

LARGEST_BODY = 55_000_000
"""Bytes: a zip of 39 MB as base64, and the envelope around it."""
_VERSION = re.compile(r"\d{2,3}\.0")


async def soap(request: Request) -> Response:
    letter, version = request.path_params["api"], request.path_params["version"]
    if letter not in list(Api) or not _VERSION.fullmatch(version):
        raise not_found()
    api = Api(letter)
    try:
        call = read_call(await _body(request))
        return answer(api, call.operation, await _carry_out(request, api, call))
    except SoapFault as error:
        return fault(api, error)
    except ApiError as error:
        return fault(api, SoapFault(error.code, error.message))


async def _body(request: Request) -> bytes:
    """Raises SoapFault."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise SoapFault("LIMIT_EXCEEDED", f"Maximum size of request reached. It is {LARGEST_BODY} bytes.")
    return bytes(body)


async def _carry_out(request: Request, api: Api, call: Call) -> XmlValue:
    version = request.path_params["version"]
    signs_in = api in (Api.PARTNER, Api.ENTERPRISE)
    if signs_in and call.operation == "login":
        return await signing_in.log_in(request, call, api, version)
    session = _session(request, call)
    org = org_of(request)
    if org.usage.exhausted:
        raise SoapFault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    org.usage.count()
    match call.operation:
        case "logout" if signs_in:
            return await signing_in.log_out(request, call)
        case "getUserInfo" if signs_in:
            return await signing_in.user_info(request, session)
        case "getServerTimestamp" if signs_in:
            return signing_in.server_timestamp(request)
        case operation if api is Api.METADATA and operation in METADATA_CALLS:
            return await METADATA_CALLS[operation](org, session, call, version)
        case _ if api is Api.APEX:
            raise SoapFault("FUNCTIONALITY_NOT_ENABLED", NO_RUNTIME)
    message = f"No operation available for request {{{api.namespace}}}{call.operation}, please check the WSDL for the service."
    raise SoapFault(None, message)


def _session(request: Request, call: Call) -> Session:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    token = call.session_id or (bearer.strip() if scheme.lower() in ("bearer", "oauth") else "")
    session = org_of(request).sessions.find(token)
    if session is None:
        message = "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash"
        raise SoapFault("INVALID_SESSION_ID", message)
    return session


SOAP_ROUTES = [
    Route("/services/Soap/{api}/{version}", soap, methods=["POST"]),
    Route("/services/Soap/{api}/{version}/{rest:path}", soap, methods=["POST"]),
]
