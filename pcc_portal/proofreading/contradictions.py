"""The same thing with two numbers: once in one text, once in another or further down."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pcc_portal.findings import Finding

from .amounts import AMOUNT, YEAR
from .passages import Passage

# Words for money that a year's budget still has to find. A reader takes two amounts of it for one.
TO_BE_FOUND = ("efficiency savings", "savings", "gap", "shortfall", "deficit")
_WORDS = "|".join(TO_BE_FOUND)
_BEFORE = re.compile(
    rf"({AMOUNT.pattern})(?: (?:of|in|a|the|financial|funding|budget|annual|more)){{0,3}}"
    rf" ({_WORDS})\b",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\b(gap|shortfall|deficit)(?: (?:of|is|was|now|stands|at|about|some|around)){{1,3}} "
    rf"({AMOUNT.pattern})",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?<![\w£.,/-])\d[\d,]*(?:\.\d+)?(?![\w/%:-])")
# Who says that two numbers differ has told the reader.
TOLD = re.compile(r"\b(?:do(?:es)? not agree|differs?|disagrees?)\b", re.IGNORECASE)
WORDS_BEFORE = 3
LONG_WORD = 4
# The words before and after a number stand within so many characters.
NEAR = 80


@dataclass(frozen=True)
class Claim:
    """A number a sentence gives for something; claims with one ``about`` are about one thing."""

    about: str
    number: str
    years: frozenset[str]
    quote: str
    where: str

    def contradicts(self, other: "Claim") -> bool:
        if self.about != other.about or _bare(self.number) == _bare(other.number):
            return False
        return not (self.years and other.years and self.years.isdisjoint(other.years))


def is_to_be_found(words: str) -> bool:
    """Whether something is called money that a budget still has to find."""
    return bool(re.search(rf"\b(?:{_WORDS})\b", words, re.IGNORECASE))


def claims_of(passages: Sequence[Passage]) -> list[Claim]:
    """Every number that could be held against another one."""
    return [
        claim
        for passage in passages
        if not passage.is_label
        for block in passage.blocks
        if not TOLD.search(block.text)
        for sentence in re.split(r"(?<=[.!?])\s+", block.text)
        for claim in (*_money_claims(sentence, passage), *_worded_claims(sentence, passage))
    ]


def check_contradictions(
    passages: Sequence[Passage], others: Sequence[Claim] = ()
) -> Iterator[Finding]:
    """Claims that contradict an earlier one of the same passages, or one of ``others``."""
    seen: list[Claim] = []
    by_place = {passage.where: passage for passage in passages}
    for claim in claims_of(passages):
        against = next((old for old in [*seen, *others] if claim.contradicts(old)), None)
        seen.append(claim)
        if against:
            yield by_place[claim.where].warning(
                "contradiction",
                f"“{claim.quote}” does not agree with “{against.quote}” ({against.where}). "
                "Correct one of them, or say why they differ.",
            )


def _money_claims(sentence: str, passage: Passage) -> Iterator[Claim]:
    years = frozenset(YEAR.findall(sentence))
    for match in _BEFORE.finditer(sentence):
        yield Claim("money to be found", match[1], years, match[0], passage.where)
    for match in _AFTER.finditer(sentence):
        yield Claim("money to be found", match[2], years, match[0], passage.where)


def _worded_claims(sentence: str, passage: Passage) -> Iterator[Claim]:
    """Numbers between the same words, as in “commissioned to do 1,000 surveys”."""
    years = frozenset(YEAR.findall(sentence))
    for match in NUMBER.finditer(sentence):
        before = re.findall(r"[^\W\d_]+", sentence[max(0, match.start() - NEAR) : match.start()])
        before = before[-WORDS_BEFORE:]
        after = re.match(r" ([^\W\d_]+)", sentence[match.end() : match.end() + NEAR])
        is_year = YEAR.fullmatch(match[0])
        if len(before) < WORDS_BEFORE or not after or is_year:
            continue
        words = [*before, after[1]]
        if sum(len(word) >= LONG_WORD for word in words) < 2 or len(after[1]) < LONG_WORD:
            continue
        quote = f"{' '.join(before)} {match[0]} {after[1]}"
        yield Claim(" ".join(words).casefold(), match[0], years, quote, passage.where)


def _bare(number: str) -> str:
    return re.sub(r"[^\d.]", "", number).strip(".")
