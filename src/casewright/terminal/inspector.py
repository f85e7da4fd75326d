"""Looks behind replies with an operator's key."""

from typing import Final
from uuid import UUID

from casewright.conversations.schemas import TurnView
from casewright.terminal.errors import Denied
from casewright.terminal.server import Server

NO_KEY: Final = "Without an operator key there is no inspector. It is taken from CASEWRIGHT_OPERATOR_KEY."


class NoInspector(Denied):
    """There is no operator key, or the server does not take it; the message says which."""


class Inspector:
    """`is_on`: whether what is behind a reply is shown unasked."""

    def __init__(self, server: Server, operator_key: str | None, *, is_on: bool) -> None:
        self._server = server
        self._key = operator_key
        self.is_on = is_on and operator_key is not None

    def require_key(self) -> str:
        """Raises `NoInspector`."""
        if self._key is None:
            raise NoInspector(NO_KEY)
        return self._key

    async def turn(self, conversation_id: UUID, reply_id: UUID | None = None) -> TurnView | None:
        """The turn that gave this reply; without one the last turn. Raises `NoInspector`, `Denied` or `Unreachable`."""
        try:
            return await self._server.turn_behind(self.require_key(), conversation_id, reply_id)
        except Denied as denied:
            if denied.is_gone and not isinstance(denied, NoInspector):
                self.is_on = False
                raise NoInspector(
                    "The operator key is not accepted for this company, so there is no inspector."
                ) from denied
            raise
