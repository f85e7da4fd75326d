"""Personal data out of a text before any model sees it, and back into what goes out."""

from collections.abc import Iterator

from casewright.security import identifiers
from casewright.security.identifiers import Span
from casewright.security.models import TOKEN, Found, Masked, Vault

LITERAL = "literal"
"""The kind of a text that only looks like a token: it is masked too, so that nobody can type their way to a value."""


class PersonalDataMasker:
    """Replaces e-mail addresses, phone, card, bank, tax and passport numbers by tokens. Keeps nothing itself."""

    def mask(self, text: str, *, locale: str, vault: Vault, record_ids: bool = False) -> Masked:
        """`text` with a token in place of each value, the same value always by the same token of `vault`.

        `locale` (`de`, `en-GB`) decides which national phone numbers are meant. `record_ids`: Salesforce ids and case
        numbers are masked as well."""
        pieces: list[str] = []
        found: list[Found] = []
        length = position = 0
        for kind, (start, end) in _findings(text, locale, record_ids):
            vault, token = vault.add(kind, text[start:end])
            pieces += [text[position:start], token]
            length += start - position + len(token)
            position = end
            found.append(Found(kind=kind, token=token, start=length - len(token), end=length))
        return Masked(text="".join(pieces) + text[position:], found=tuple(found), vault=vault)

    def unmask(self, text: str, vault: Vault) -> str:
        """The inverse of `mask`. A token that `vault` does not know stays as it is."""
        return vault.restore(text)


def _findings(text: str, locale: str, record_ids: bool) -> list[tuple[str, Span]]:
    """All findings in order of place. Where two overlap, the one of the more certain kind stands."""
    taken = bytearray(len(text))
    findings: list[tuple[str, Span]] = []
    for kind, (start, end) in _candidates(text, locale, record_ids):
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            findings.append((kind, (start, end)))
    return sorted(findings, key=lambda finding: finding[1])


def _candidates(text: str, locale: str, record_ids: bool) -> Iterator[tuple[str, Span]]:
    for match in TOKEN.finditer(text):
        yield LITERAL, match.span()
    for kind, find in identifiers.FINDERS:
        for span in find(text):
            yield kind, span
    if record_ids:
        for kind, find in identifiers.RECORD_FINDERS:
            for span in find(text):
                yield kind, span
    for span in identifiers.phone_numbers(text, locale):
        yield "phone", span
