"""Ids and numbers of the org's records: Salesforce ids, the org's own id, case numbers."""

import re
from collections.abc import Iterator
from typing import Final

from casewright.understanding.models import Entity, RecordKind

ORGANIZATION: Final = "00D"
# Key prefixes of the standard objects that support meets (Salesforce Help, "Standard Field Record ID Prefix Decoder").
OBJECTS_BY_PREFIX: Final = {
    "001": "Account",
    "002": "Note",
    "003": "Contact",
    "005": "User",
    "006": "Opportunity",
    "00B": "ListView",
    ORGANIZATION: "Organization",
    "00E": "UserRole",
    "00G": "Group",
    "00N": "CustomField",
    "00O": "Report",
    "00P": "Attachment",
    "00Q": "Lead",
    "00T": "Task",
    "00U": "Event",
    "00X": "EmailTemplate",
    "00a": "CaseComment",
    "00e": "Profile",
    "00h": "Layout",
    "00k": "OpportunityLineItem",
    "00l": "Folder",
    "00v": "CampaignMember",
    "012": "RecordType",
    "015": "Document",
    "01I": "CustomObject",
    "01Z": "Dashboard",
    "01m": "BusinessHours",
    "01p": "ApexClass",
    "01q": "ApexTrigger",
    "01s": "Pricebook2",
    "01t": "Product2",
    "01u": "PricebookEntry",
    "02i": "Asset",
    "02s": "EmailMessage",
    "033": "MetadataPackage",
    "04t": "SubscriberPackageVersion",
    "066": "ApexPage",
    "068": "ContentVersion",
    "069": "ContentDocument",
    "081": "StaticResource",
    "08e": "CronTrigger",
    "0Af": "DeployRequest",
    "0D5": "FeedItem",
    "0D7": "FeedComment",
    "0F9": "CollaborationGroup",
    "0PS": "PermissionSet",
    "0Pa": "PermissionSetAssignment",
    "0WO": "WorkOrder",
    "300": "FlowDefinition",
    "301": "Flow",
    "500": "Case",
    "501": "Solution",
    "550": "Entitlement",
    "570": "LiveChatTranscript",
    "701": "Campaign",
    "707": "AsyncApexJob",
    "750": "BulkJob",
    "800": "Contract",
    "801": "Order",
    "802": "OrderItem",
    "810": "ServiceContract",
    "811": "ContractLineItem",
    "kA0": "KnowledgeArticle",
    "ka0": "KnowledgeArticleVersion",
}
CUSTOM_OBJECT: Final = re.compile(r"a[0-9A-Z]{2}", re.IGNORECASE)
RECORD_ID: Final = re.compile(r"(?<!\w)[a-zA-Z0-9]{15}(?:[a-zA-Z0-5]{3})?(?!\w)", re.ASCII)
ID_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
LEAST_DIGITS: Final = 5
"""In an id without a checksum: fewer look like a word."""

DEFAULT_CASE_NUMBER: Final = re.compile(r"(?<![\w.#-])(?P<padded>0[0-9]{7})(?![\w]|[.,]\d)")
NAMED_CASE_NUMBER: Final = re.compile(
    r"(?:(?<!\w)(?:case|ticket|fall|vorgang|caso|dossier|chamado)s?(?:[ -]?(?:number|num|no\.?|nr\.?|nummer|número|numéro|is"
    r"|ist))*[ :#.]{0,3}|#)"
    r"(?P<number>[0-9]{4,10})(?!\w)",
    re.IGNORECASE,
)


def find_record_ids(text: str) -> Iterator[Entity]:
    """In their 18 characters, the org's own id as `org_id`. Eighteen characters must have the right checksum, which also
    restores letters whose case was lost; fifteen must start like a known object and look generated."""
    for match in RECORD_ID.finditer(text):
        record_id = _record_id(match[0])
        if record_id is not None:
            is_org = record_id.startswith(ORGANIZATION)
            yield Entity(
                type="org_id" if is_org else "record_id",
                value=record_id,
                start=match.start(),
                end=match.end(),
                details=RecordKind(object=object_of(record_id)),
            )


def find_case_numbers(text: str, pattern: re.Pattern[str]) -> Iterator[Entity]:
    """`pattern`: what the tenant's case numbers look like when nothing announces them."""
    for match in NAMED_CASE_NUMBER.finditer(text):
        start, end = match.span("number")
        yield Entity(type="case_number", value=match["number"], start=start, end=end)
    for match in pattern.finditer(text):
        yield Entity(type="case_number", value=match[0], start=match.start(), end=match.end())


def full_record_id(record_id: str) -> str:
    """The 18-character form of a 15-character Salesforce id: for each five characters, one bit for each capital letter,
    as a character of A–Z0–5 (Salesforce Help, "15-character and 18-character IDs")."""
    suffix = ""
    for chunk in (record_id[0:5], record_id[5:10], record_id[10:15]):
        suffix += ID_ALPHABET[sum(1 << place for place, letter in enumerate(chunk) if "A" <= letter <= "Z")]
    return record_id[:15] + suffix


def object_of(record_id: str) -> str | None:
    """The object a record belongs to, by its key prefix; None for objects we do not know."""
    known = OBJECTS_BY_PREFIX.get(record_id[:3])
    return known or ("CustomObject" if CUSTOM_OBJECT.match(record_id) else None)


def _record_id(text: str) -> str | None:
    digits = sum(letter.isdigit() for letter in text[:15])
    if len(text) == 15:
        return full_record_id(text) if digits >= LEAST_DIGITS and text[:3] in OBJECTS_BY_PREFIX else None
    if not digits:
        return None
    if full_record_id(text) == text:
        return text
    restored = _with_capitals(text)
    is_one_case = text in (text.lower(), text.upper())
    return restored if is_one_case and restored and object_of(restored) else None


def _with_capitals(text: str) -> str | None:
    """The id whose capitals the last three characters tell; None where they tell of capital digits."""
    letters = list(text[:15].lower())
    for index, character in enumerate(text[15:].upper()):
        capitals = ID_ALPHABET.index(character)
        for place in range(5):
            if capitals >> place & 1:
                letters[5 * index + place] = letters[5 * index + place].upper()
    restored = "".join(letters)
    return f"{restored}{text[15:].upper()}" if full_record_id(restored)[15:] == text[15:].upper() else None
