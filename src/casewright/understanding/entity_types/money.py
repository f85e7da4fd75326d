"""Amounts of money: "$1,234.50", "1.234,5 EUR", "5k dollars"."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from casewright.understanding.models import Entity, MoneyAmount

# Words and signs by the currency's ISO 4217 code. "$" alone is taken for the US dollar.
_NAMES = {
    "USD": "us$ $ usd dollar dollars dólares dolares",
    "EUR": "€ eur euro euros ユーロ",
    "GBP": "£ gbp pounds",
    "CHF": "chf franken sfr",
    "JPY": "¥ jpy yen 円",
    "CAD": "c$ ca$ cad",
    "AUD": "a$ au$ aud",
    "INR": "₹ inr rupees",
    "BRL": "r$ brl reais",
    "MXN": "mx$ mxn",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "PLN": "zł pln",
    "CNY": "cny rmb 元",
}
CURRENCIES: Final = {word: code for code, words in _NAMES.items() for word in words.split()}
_CURRENCY = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_AMOUNT = r"\d{1,3}(?:[.,' ]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,15}(?:[.,]\d{1,2})?"
_TIMES = {"k": 1000, "thousand": 1000, "tausend": 1000, "mil": 1000, "million": 10**6, "millionen": 10**6, "mio": 10**6}
_MULTIPLE = rf"(?: ?(?P<times>{'|'.join(sorted(_TIMES, key=len, reverse=True))})(?!\w))?"
MONEY: Final = re.compile(
    rf"(?<![\w.])(?:(?P<sign>{_CURRENCY}) ?(?P<after>{_AMOUNT}){_MULTIPLE}"
    rf"|(?P<before>{_AMOUNT}){_MULTIPLE.replace('times', 'multiple')} ?(?P<name>{_CURRENCY})(?!\w))(?!\d)",
    re.IGNORECASE,
)
BARE_AMOUNT: Final = re.compile(rf"(?<![\w.,-])(?P<bare>{_AMOUNT})(?![\w]|[.,]\d)")
ANY_DIGIT: Final = re.compile(r"\d")


def find_money(text: str) -> Iterator[Entity]:
    """As `1234.50 USD`."""
    if ANY_DIGIT.search(text):
        for match in MONEY.finditer(text):
            yield _money(match, match["after"] or match["before"])


def find_bare_amounts(text: str) -> Iterator[Entity]:
    """Numbers that are amounts only because one was asked for."""
    for match in BARE_AMOUNT.finditer(text):
        yield _money(match, match["bare"])


def _money(match: re.Match[str], written: str) -> Entity:
    groups = match.groupdict()
    amount = _decimal(written)
    if times := groups.get("times") or groups.get("multiple"):
        amount = f"{Decimal(amount) * _TIMES.get(times.lower(), 1):f}".removesuffix(".00")
    named = groups.get("sign") or groups.get("name")
    currency = CURRENCIES.get(named.lower()) if named else None
    return Entity(
        type="money",
        value=f"{amount} {currency}" if currency else amount,
        start=match.start(),
        end=match.end(),
        details=MoneyAmount(amount=amount, currency=currency),
    )


def _decimal(amount: str) -> str:
    """`1.234,5`, `1,234.50` and `1 234.50` → `1234.50`: a separator with one or two digits after it is the point."""
    cents = re.search(r"[.,](\d{1,2})$", amount)
    whole = str(int(re.sub(r"\D", "", amount[: cents.start()] if cents else amount)))
    return f"{whole}.{cents[1]:0<2}" if cents else whole
