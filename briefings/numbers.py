"""Printed numbers read as numbers, and numbers written as the office prints them."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

NOTHING = {"", "-", "–", "—"}
MINUS = "−"
_ABOUT = re.compile(r"^(about|around|approximately|approx\.?|c\.|~)\s*", re.IGNORECASE)

# How many pounds one of each unit of money is.
POUNDS = {
    "£": Decimal(1),
    "£000": Decimal(1000),
    "£m": Decimal(1_000_000),
    "pence": Decimal("0.01"),
}


def parse_number(printed: str) -> Decimal | None:
    """The number in a printed cell: ``1,062`` and ``(64)`` (minus 64) are numbers, ``–`` is none.

    A leading £ or ±, a trailing % and words like “about” are passed over. Other words give
    ``None``.
    """
    text = _ABOUT.sub("", printed.strip()).replace(",", "").replace(MINUS, "-")
    text = text.replace("£", "").replace("±", "").removesuffix("%").strip()
    if text in NOTHING:
        return None
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    if not re.fullmatch(r"-?(\d+(\.\d+)?|\.\d+)", text, re.ASCII):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def decimals_of(number: Decimal) -> int:
    """The decimal places a number was written with: two for ``1.50``, none for ``64``."""
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def rounded(number: Decimal, places: int) -> Decimal:
    """Rounded as accounts are: a half goes away from nought."""
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def grouped(number: Decimal, places: int) -> str:
    """``1,062.50`` with a true minus sign: digits for people, without a unit."""
    number = rounded(number, places)
    return f"{MINUS if number < 0 else ''}{abs(number):,.{places}f}"


def with_unit(number: Decimal, unit: str, places: int, *, is_approximate: bool = False) -> str:
    """The number with its unit where a reader expects it: £248.23, £212.6m, 61.5%, 7p, 88 officers.

    Thousands of pounds are written out: 998 of “£000” is £998,000.
    """
    if unit == "£000":
        number, unit, places = number * 1000, "£", max(0, places - 3)
    digits = grouped(abs(number), places)
    sign = MINUS if rounded(number, places) < 0 else ""
    match unit:
        case "£":
            text = f"{sign}£{digits}"
        case "£m":
            text = f"{sign}£{digits}m"
        case "%":
            text = f"{sign}{digits}%"
        case "pence":
            text = f"{sign}{digits}p"
        case _:
            text = f"{sign}{digits} {unit}".rstrip()
    return f"about {text}" if is_approximate else text


def is_money(unit: str) -> bool:
    return unit in POUNDS or "£" in unit


def converted(number: Decimal, unit: str, into: str) -> Decimal | None:
    """The number in another unit; ``None`` where one cannot be turned into the other."""
    if unit == into:
        return number
    if unit in POUNDS and into in POUNDS:
        return number * POUNDS[unit] / POUNDS[into]
    return None


def plain(number: Decimal) -> str:
    """For programs: no separators, a hyphen for minus, the decimal places as printed."""
    return f"{number:f}"
