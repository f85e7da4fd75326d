import pytest

from casewright.understanding.entity_types.records import find_record_ids
from casewright.understanding.models import RecordKind


@pytest.mark.parametrize(
    ("text", "type_", "value", "object_"),
    [
        ("001A0000006Vm9r", "record_id", "001A0000006Vm9rIAC", "Account"),
        ("001A0000006Vm9rIAC", "record_id", "001A0000006Vm9rIAC", "Account"),
        ("5003000000D8cuI", "record_id", "5003000000D8cuIAAR", "Case"),
        ("a0BD0000005Xy1zMAC", "record_id", "a0BD0000005Xy1zMAC", "CustomObject"),
        ("00D5g000004ABCD", "org_id", "00D5g000004ABCDEA4", "Organization"),
    ],
)
def test_an_id_gets_its_18_characters_and_its_object(text: str, type_: str, value: str, object_: str) -> None:
    (found,) = find_record_ids(f"see {text}.")
    assert (found.type, found.value, found.details) == (type_, value, RecordKind(object=object_))


@pytest.mark.parametrize("text", ["001a0000006vm9riac", "001A0000006VM9RIAC"])
def test_letters_whose_case_was_lost_are_restored_from_the_checksum(text: str) -> None:
    assert [one.value for one in find_record_ids(text)] == ["001A0000006Vm9rIAC"]


@pytest.mark.parametrize(
    "text", ["001A0000006Vm9rIAD", "zzz000000012345", "001A0000006Vm9", "001A0000006Vm9rI", "internationalizing"]
)
def test_a_wrong_checksum_an_unknown_object_and_other_lengths_are_no_ids(text: str) -> None:
    assert list(find_record_ids(text)) == []
