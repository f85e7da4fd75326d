import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.ids import InvalidIdError, instance_code, numbered_id, parse_record_id, with_checksum

SHORT_IDS = st.text("ABCXYZabcxyz0189", min_size=15, max_size=15)


def test_the_checksum_is_the_one_salesforce_computes() -> None:
    assert with_checksum("001A0000006Vm9r") == "001A0000006Vm9rIAC"


@given(SHORT_IDS)
def test_an_id_that_lost_its_case_is_repaired_from_its_checksum(short: str) -> None:
    whole = with_checksum(short)
    assert parse_record_id(whole.lower()) == parse_record_id(whole.upper()) == whole


@pytest.mark.parametrize("text", ["", "500", "001A0000006Vm9rIAD", "001A0000006Vm9-", "001A0000006Vm9rIACx"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdError):
        parse_record_id(text)


def test_ids_follow_from_the_org_and_the_number_alone() -> None:
    first = numbered_id("500", instance_code("aurora"), 1)
    assert first == numbered_id("500", instance_code("aurora"), 1)
    assert first != numbered_id("500", instance_code("brueckner"), 1)
    assert first < numbered_id("500", instance_code("aurora"), 2)
