"""A count in words held against the table that stands beside it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pcc_portal.findings import Finding

from .passages import Passage

WORDS = re.findall(
    r"\w+",
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty",
)
VALUES = {word: value for value, word in enumerate(WORDS, start=2)}
COUNT = re.compile(
    rf"(?<![\w.,£])({'|'.join(WORDS)}|\d{{1,2}})(?: of the| different| local)? ([A-Za-z]{{3,}}s)\b",
    re.IGNORECASE,
)
# “Two years” says how long, not how many rows a table has.
SPANS = {"day", "week", "month", "year", "hour", "minute", "time"}
SPANS |= {f"{span}s" for span in SPANS}


@dataclass(frozen=True)
class Counted:
    """A table that lists things: what one of them is called, in small letters, and how many."""

    title: str
    names: frozenset[str]
    number: int


def counted(title: str, row_heading: str, number: int) -> Counted:
    """A table of ``number`` rows that are each a ``row_heading``.

    A name in the title that ends with it, such as Community Safety Partnership, is known by its
    first letters too.
    """
    noun = row_heading.casefold().split()[-1] if row_heading.split() else ""
    names = {noun, _one(noun)} - {""} - SPANS
    run: list[str] = []
    for word in re.findall(r"[^\W\d_]+", title):
        run = [*run, word] if word[0].isupper() else []
        if len(run) > 1 and _one(word.casefold()) in names:
            names.add("".join(part[0] for part in run).casefold())
    return Counted(title, frozenset(names), number)


def check_counts(passage: Passage, tables: Sequence[Counted]) -> Iterator[Finding]:
    """Whether “eight partnerships” are eight rows. A passage that has both numbers tells why."""
    for match in COUNT.finditer(passage.text):
        value, noun = _value(match[1]), _one(match[2].casefold())
        for table in tables:
            if noun not in table.names or value == table.number:
                continue
            if table.number in _values(passage.text):
                continue
            yield passage.warning(
                "count",
                f"it says “{match[0]}”, but the table “{table.title}” has {table.number} of them.",
            )


def _values(text: str) -> set[int]:
    """Every number up to twenty that the text says, in words or digits."""
    return {_value(word) for word in re.findall(r"[a-z]+|\d{1,2}", text.casefold())}


def _value(word: str) -> int:
    return int(word) if word.isascii() and word.isdigit() else VALUES.get(word.casefold(), 0)


def _one(noun: str) -> str:
    """The noun of one of them: city for cities, partnership for partnerships."""
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    return noun.removesuffix("s")
