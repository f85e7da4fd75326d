"""What masking gives: text without personal data, and the vault that restores it."""

import re
from typing import NewType

from casewright.kit.model import Model, Private

Token = NewType("Token", str)
"""Stands for a value in masked text: `[EMAIL_1]`."""

TOKEN = re.compile(r"\[([A-Z]+(?:_[A-Z]+)*)_[0-9]+\]")


def kind_of(token: str) -> str:
    """`[TAX_NUMBER_2]` → `tax_number`; an empty text when it is no token."""
    match = TOKEN.fullmatch(token)
    return match[1].lower() if match else ""


class Vault(Model):
    """What the tokens of one conversation stand for. Only ever grows, so that a token means the same for ever."""

    values: Private[dict[Token, str]] = {}

    def add(self, kind: str, value: str) -> tuple["Vault", Token]:
        """The vault that knows `value`, and its token; a value already known keeps its token."""
        name = kind.upper()
        of_kind = {known: token for token, known in self.values.items() if kind_of(token) == kind}
        if value in of_kind:
            return self, of_kind[value]
        token = Token(f"[{name}_{len(of_kind) + 1}]")
        return Vault(values={**self.values, token: value}), token

    def restore(self, text: str) -> str:
        """`text` with the value in place of each token that this vault knows; any other stays as it is."""
        return TOKEN.sub(lambda match: self.values.get(Token(match[0]), match[0]), text)


class Found(Model):
    """Personal data that was masked. `start` and `end` lie in the masked text, around the token."""

    kind: str
    token: Token
    start: int
    end: int


class Masked(Model):
    """`vault`: the one handed in, and what was found now."""

    text: str
    found: tuple[Found, ...]
    vault: Vault
