"""API names of objects and fields: `Account__c`, `Case.Status`, `Invoice__r.Total__c`."""

import re
from collections.abc import Iterator
from typing import Final, Literal

from casewright.understanding.models import ApiName, Entity

_OBJECTS = (
    "Account Asset Campaign CampaignMember Case Contact Contract Entitlement Event Lead Opportunity Order Organization"
    " Pricebook2 Product2 Profile Quote Task User"
)
# Names that nobody writes but for the object: they count also without a field.
_UNMISTAKABLE = (
    "AccountContactRelation AccountTeamMember ApexClass ApexLog ApexTrigger AsyncApexJob CampaignMember CaseComment"
    " CaseTeamMember ConnectedApplication ContentDocument ContentDocumentLink ContentVersion ContractLineItem CronTrigger"
    " CustomField CustomObject EmailMessage EmailTemplate EntitySubscription FeedComment FeedItem FieldDefinition"
    " FieldPermissions GroupMember KnowledgeArticleVersion Knowledge__kav LiveChatTranscript LoginHistory MessagingSession"
    " ObjectPermissions OpportunityContactRole OpportunityLineItem OpportunityTeamMember OrderItem PermissionSet"
    " PermissionSetAssignment PermissionSetGroup PermissionSetLicense Pricebook2 PricebookEntry ProcessInstance Product2"
    " QueueSobject QuoteLineItem RecordType ServiceContract SetupAuditTrail UserRole WorkOrder WorkOrderLineItem"
)
_FIELDS = (
    "AccountId AccountNumber Amount AnnualRevenue AssetId BillingCity BillingCountry BillingPostalCode BillingState"
    " BillingStreet CaseNumber City ClosedDate CloseDate CompanyName ContactId Country CreatedById CreatedDate Department"
    " Description Email EmailBouncedDate Fax FirstName ForecastCategory Id Industry IsActive IsClosed IsConverted IsDeleted"
    " IsEscalated IsWon LastLoginDate LastModifiedById LastModifiedDate LastName LeadSource Level MobilePhone Name"
    " NumberOfEmployees Origin OwnerId ParentId Phone Priority Probability ProductCode ProfileId Quantity Rating Reason"
    " RecordTypeId ShippingCity StageName StartDate State Status Street Subject SystemModstamp Title Type UnitPrice"
    " UserName UserRoleId Username Website WhatId WhoId"
)
_RELATED = "Account Contact CreatedBy LastModifiedBy Owner Parent Profile RecordType UserRole What Who"
OBJECTS: Final = {name.lower(): name for name in (*_OBJECTS.split(), *_UNMISTAKABLE.split())}
FIELDS: Final = {name.lower(): name for name in _FIELDS.split()}
RELATIONSHIPS: Final = {name.lower(): name for name in _RELATED.split()}

_NAME = r"[A-Za-z][A-Za-z0-9_]{0,79}"
CUSTOM: Final = re.compile(
    rf"(?<![\w.@/$-])(?:{_NAME}\.){{0,5}}[A-Za-z][A-Za-z0-9]*(?:_{{1,2}}[A-Za-z0-9]+){{0,12}}?"
    rf"__(?P<ending>mdt|kav|share|history|feed|changeevent|pc|[cerbx])(?:\.{_NAME}){{0,5}}(?![\w@]|\.\w*@)",
    re.IGNORECASE | re.ASCII,
)
DOTTED: Final = re.compile(rf"(?<![\w.@/$-]){_NAME}(?:\.{_NAME}){{1,5}}(?![\w@/(]|\.\w)", re.ASCII)
UNMISTAKABLE: Final = re.compile(rf"(?<![\w.@/])(?:{'|'.join(_UNMISTAKABLE.split())})(?![\w@])")
OBJECT_ENDINGS: Final = frozenset({"mdt", "kav", "share", "history", "feed", "changeevent", "e", "b", "x"})
Kind = Literal["object", "field", "relationship", "custom"]


def find_api_names(text: str) -> Iterator[Entity]:
    """Custom names by their ending; of the standard ones a field with its object, and objects that cannot be a word."""
    if "__" in text:
        for match in CUSTOM.finditer(text):
            yield _custom(match)
    if "." in text:
        for match in DOTTED.finditer(text):
            if name := _standard(match[0]):
                yield _entity(name, match.span(), "field")
    for match in UNMISTAKABLE.finditer(text):
        yield _entity(match[0], match.span(), "object")


def _custom(match: re.Match[str]) -> Entity:
    name, ending = match[0], match["ending"].lower()
    last = name.rsplit(".", 1)[-1].lower()
    if "." in name:
        return _entity(name, match.span(), "field")
    kind: Kind = "relationship" if last.endswith("__r") else "object" if ending in OBJECT_ENDINGS else "custom"
    return _entity(name, match.span(), kind)


def _standard(name: str) -> str | None:
    """`case.status` as `Case.Status`; None for what is no known field of a known object, such as a host."""
    first, *between, last = name.split(".")
    start = OBJECTS.get(first.lower())
    field = FIELDS.get(last.lower())
    path = [RELATIONSHIPS.get(one.lower()) for one in between]
    if start is None or field is None or None in path:
        return None
    return ".".join([start, *(one for one in path if one), field])


def _entity(name: str, span: tuple[int, int], kind: Kind) -> Entity:
    object_ = name.split(".", 1)[0] if "." in name else name if kind == "object" else None
    return Entity(type="api_name", value=name, start=span[0], end=span[1], details=ApiName(kind=kind, object=object_))
