import pytest

from casewright.scenarios.errors import CannotRun
from casewright.scenarios.schemas import TenantAccess
from casewright.scenarios.tenants import tenant_called


def tenant(identifier: str, name: str) -> TenantAccess:
    return TenantAccess(id=identifier, name=name, publishable_key="pk_1", operator_key="ok_1")


TENANTS = (tenant("1", "Aurora Cloud"), tenant("2", "Brückner Solar"), tenant("3", "Brückner Wind"), tenant("4", "Aur"))


@pytest.mark.parametrize(
    ("called", "identifier"),
    [("Aurora Cloud", "1"), ("aurora", "1"), ("aurora-cloud", "1"), ("brueckner-solar", "2"), ("2", "2"), ("aur", "4")],
)
def test_a_tenant_is_known_by_id_name_and_first_words(called: str, identifier: str) -> None:
    assert tenant_called(called, TENANTS).id == identifier


def test_an_unknown_and_an_ambiguous_name_are_told_with_the_names_there_are() -> None:
    with pytest.raises(CannotRun, match=r"'acme' is not known here; there are: Aurora Cloud, Brückner Solar"):
        tenant_called("acme", TENANTS)
    with pytest.raises(CannotRun, match="'brueckner' can mean several tenants"):
        tenant_called("brueckner", TENANTS)
