"""Money as it is told: a decimal string in major units and a currency of ISO 4217.

Guarantees: no sign, no exponent, no grouping, no more decimals than the currency has; the value survives a
round trip to minor units and back. Does not: convert between currencies, ever.
"""

from __future__ import annotations

import re

from app.domain.errors import MoneyError

CURRENCIES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
    CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
    LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD
    OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
    SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF
    XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905 - a table reads better than a list of quotes
)
"""ISO 4217, currencies in use, with SVC and BGN that older Salvadoran and Bulgarian claims are written in."""

NO_MINOR_UNIT = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())  # noqa: SIM905
THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())  # noqa: SIM905
MAX_WHOLE_DIGITS = 15  # 999 billion in the smallest unit of the weakest currency, a hundred times over
PATTERN = r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,3})?$"
_FORM = re.compile(PATTERN[:-1] + r"\Z")


def decimals(currency: str | None) -> int:
    """How many decimals an amount of this currency may have; 3, the most of all, while the currency is
    unknown.
    """
    if currency in NO_MINOR_UNIT:
        return 0
    return 3 if currency is None or currency in THREE_DECIMALS else 2


def check_amount(text: str, *, currency: str | None) -> None:
    """Refuse with MoneyError what is not an amount of this currency."""
    found = _FORM.match(text)
    if found is None:
        raise MoneyError(
            f'must be a decimal string in major units such as "6700" or "12.50", without sign, '
            f"exponent or grouping, at most {MAX_WHOLE_DIGITS} digits before the point"
        )
    given = len((found.group(2) or ".")[1:])
    if given > decimals(currency):
        allowed = decimals(currency)
        raise MoneyError(f"has {given} decimals, but {currency or 'money'} has {allowed or 'none'}")


def to_minor(text: str, *, currency: str) -> int:
    """The amount in minor units: "12.5" USD is 1250."""
    check_amount(text, currency=currency)
    whole, _, part = text.partition(".")
    return int(whole + part.ljust(decimals(currency), "0"))


def to_major(amount_minor: int, *, currency: str) -> str:
    """The decimal string of an amount in minor units, with all its decimals: 1250 USD is "12.50"."""
    if amount_minor < 0:
        raise MoneyError("must not be below zero")
    places = decimals(currency)
    digits = str(amount_minor).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits
