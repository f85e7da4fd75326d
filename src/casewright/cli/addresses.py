"""Where the demo's pages are. Operator keys stand after the `#`, which no browser sends to a server; the pages take them out
of the address at once and keep them for their tab."""

from urllib.parse import urlencode

from casewright.scenarios.schemas import Connection


def home_address(connection: Connection) -> str:
    """The page with the companies, with the keys that their inspectors need."""
    keys = {tenant.publishable_key: tenant.operator_key for tenant in connection.tenants}
    return f"{connection.url}/#{urlencode(keys)}"


def tour_address(connection: Connection) -> str:
    """The first company's chat, where the tour begins by itself."""
    company = connection.tenants[0]
    opened = {"key": company.publishable_key, "language": "en", "operator": company.operator_key, "tour": "1"}
    return f"{connection.url}/chat#{urlencode(opened)}"
