import pytest

from casewright.understanding.entity_types.api_names import find_api_names
from casewright.understanding.entity_types.names import find_names
from casewright.understanding.models import ApiName

PRODUCTS = {"Data Loader": ("Loader",), "Aurora Portal": (), "Portal": ()}


@pytest.mark.parametrize(
    ("text", "name", "kind", "object_"),
    [
        ("the field Status__c is empty", "Status__c", "custom", None),
        ("Invoice__c.Total__c", "Invoice__c.Total__c", "field", "Invoice__c"),
        ("aur__Invoice__r", "aur__Invoice__r", "relationship", None),
        ("Setting__mdt", "Setting__mdt", "object", "Setting__mdt"),
        ("case.status is wrong", "Case.Status", "field", "Case"),
        ("Contact.Account.Name", "Contact.Account.Name", "field", "Contact"),
        ("the OpportunityLineItem rows", "OpportunityLineItem", "object", "OpportunityLineItem"),
    ],
)
def test_an_api_name_is_found(text: str, name: str, kind: str, object_: str | None) -> None:
    expected = ApiName.model_validate({"kind": kind, "object": object_})
    assert [(one.value, one.details) for one in find_api_names(text)] == [(name, expected)]


@pytest.mark.parametrize(
    "text", ["Please close my case.Thanks", "www.salesforce.com", "ada@case.status", "my account", "__c", "config.yaml"]
)
def test_sentences_hosts_and_files_are_no_api_names(text: str) -> None:
    assert list(find_api_names(text)) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the data loader stops", "Data Loader"),
        ("DATA-LOADER", "Data Loader"),
        ("our dataloader", "Data Loader"),
        ("the Loader", "Data Loader"),
        ("aurora portal", "Aurora Portal"),
        ("the portal", "Portal"),
    ],
)
def test_a_product_is_known_by_any_of_its_names_however_written(text: str, name: str) -> None:
    assert [one.value for one in find_names(text, "product", PRODUCTS)] == [name]


def test_no_name_is_found_inside_a_word_or_without_a_list() -> None:
    assert list(find_names("a freeloader", "product", PRODUCTS)) == []
    assert list(find_names("the data loader", "product", {})) == []
