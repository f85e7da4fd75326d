"""SOAP envelopes: the call in a request, and answers and faults as Salesforce writes them."""

from dataclasses import dataclass
from enum import StrEnum
from xml.etree.ElementTree import Element

from starlette.responses import Response

from localorg.soap.xml import XmlError, XmlValue, child, child_text, children, local_name, parse_xml, to_xml

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_CONTENT_TYPE = "text/xml; charset=utf-8"


class Api(StrEnum):
    """Each by its letter in the address."""

    ENTERPRISE = "c"
    PARTNER = "u"
    METADATA = "m"
    APEX = "s"

    @property
    def namespace(self) -> str:
        return _NAMESPACES[self]

    @property
    def fault_namespace(self) -> str:
        return _FAULT_NAMESPACES.get(self, self.namespace)


_NAMESPACES = {
    Api.ENTERPRISE: "urn:enterprise.soap.sforce.com",
    Api.PARTNER: "urn:partner.soap.sforce.com",
    Api.METADATA: "http://soap.sforce.com/2006/04/metadata",
    Api.APEX: "http://soap.sforce.com/2006/08/apex",
}
_FAULT_NAMESPACES = {
    Api.ENTERPRISE: "urn:fault.enterprise.soap.sforce.com",
    Api.PARTNER: "urn:fault.partner.soap.sforce.com",
}


class SoapFault(Exception):
    """Answered as a fault of the caller; `code` is Salesforce's, None for a message that is no call at all."""

    def __init__(self, code: str | None, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Call:
    operation: str
    arguments: Element
    session_id: str | None
    all_or_none: bool = False


def read_call(body: bytes) -> Call:
    """Raises SoapFault."""
    try:
        envelope = parse_xml(body)
    except XmlError as error:
        raise SoapFault(None, f"The request cannot be parsed as XML: {error}") from None
    if local_name(envelope) != "Envelope":
        raise SoapFault(None, "The request must be a SOAP envelope")
    operation = next(children(child(envelope, "Body")), None)
    if operation is None:
        raise SoapFault(None, "The SOAP body must hold a call")
    header = child(envelope, "Header")
    session, together = child(header, "SessionHeader"), child(header, "AllOrNoneHeader")
    all_or_none = child_text(together, "allOrNone") in ("true", "1")
    return Call(local_name(operation), operation, child_text(session, "sessionId"), all_or_none)


def answer(api: Api, operation: str, result: XmlValue) -> Response:
    """`result` as the answer's result; a list answers several, None an empty answer."""
    inner = "" if result is None else to_xml("result", result)
    body = f'<{operation}Response xmlns="{api.namespace}">{inner}</{operation}Response>'
    return _enveloped(body, 200)


def fault(api: Api, error: SoapFault) -> Response:
    code = f"sf:{error.code}" if error.code else "soapenv:Client"
    sentence = f"{error.code}: {error.message}" if error.code else error.message
    told = to_xml("faultcode", code) + to_xml("faultstring", sentence)
    if error.code:
        kind = "LoginFault" if error.code == "INVALID_LOGIN" else "UnexpectedErrorFault"
        details = to_xml("sf:exceptionCode", error.code) + to_xml("sf:exceptionMessage", error.message)
        told += f'<detail><sf:{kind} xsi:type="sf:{kind}">{details}</sf:{kind}></detail>'
    namespace = f' xmlns:sf="{api.fault_namespace}"'
    return _enveloped(f"<soapenv:Fault{namespace}>{told}</soapenv:Fault>", 500)


def _enveloped(body: str, status: int) -> Response:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{_ENVELOPE}" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>'
    )
    return Response(content.encode(), status, media_type=_CONTENT_TYPE)
