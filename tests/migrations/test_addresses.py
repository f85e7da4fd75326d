"""Addresses as migrations reach them."""

import pytest
from sqlalchemy import create_engine

from casewright import migrations


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("postgresql://ann:b%40d@first:1,second:2/name?target_session_attrs=primary", "first,second", "1,2"),
        ("postgresql://ann:b%40d@first:1/name?target_session_attrs=primary", "first", 1),
        ("postgresql://ann:b%40d@[::1]:1/name?target_session_attrs=primary", "::1", 1),
    ],
)
def test_several_hosts_are_all_tried(address: str, host: str, port: object) -> None:
    engine = create_engine(migrations._sqlalchemy_url(address))
    _, options = engine.dialect.create_connect_args(engine.url)
    found = (options["host"], options["port"], options["password"], options["target_session_attrs"])
    assert found == (host, port, "b@d", "primary")
