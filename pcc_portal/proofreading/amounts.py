"""Amounts of money that leave open which year they are for, or how many noughts they have."""

import re
from collections.abc import Iterator

from pcc_portal.findings import Finding

from .passages import Passage

AMOUNT = re.compile(
    r"£\s?\d[\d,]*(?:\.\d+)?(?:\s?(?:million|billion|thousand|bn|m|k)\b)?", re.IGNORECASE
)
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# On a dated page a reader can tell which year that is.
THIS_YEAR = re.compile(
    r"\b(?:this|the (?:current|coming|last|next|past|following)) (?:financial )?year\b",
    re.IGNORECASE,
)
# £8.6: pounds and pence have two decimals, so something must be missing behind it.
NO_UNIT = re.compile(
    r"£\s?\d[\d,]*\.\d(?!\d)(?!\s?(?:million|billion|thousand|bn|m|k)\b)", re.IGNORECASE
)
# Who writes that a unit is missing has told the reader.
SAYS_UNIT = re.compile(r"\bunits?\b", re.IGNORECASE)


def check_amounts(passage: Passage) -> Iterator[Finding]:
    """Money without a year anywhere in the passage, and money without its unit."""
    told = SAYS_UNIT.search(passage.text)
    for match in () if told else NO_UNIT.finditer(passage.text):
        yield passage.warning(
            "money-unit",
            f"“{match[0]}” has no unit: nobody can tell whether thousands or millions are meant.",
        )
    context = f"{passage.year} {passage.where} {passage.text}"
    if passage.is_label or YEAR.search(context) or THIS_YEAR.search(context):
        return
    amounts = list(dict.fromkeys(match[0] for match in AMOUNT.finditer(passage.text)))
    if amounts:
        yield passage.warning(
            "money-year",
            f"{_listed(amounts)}: no year is given. Say which year it is for.",
        )


def _listed(amounts: list[str]) -> str:
    shown = amounts[:3]
    more = f" and {len(amounts) - 3} more" if len(amounts) > 3 else ""
    return f"{', '.join(shown)}{more}"
