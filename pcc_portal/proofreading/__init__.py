"""What is wrong with a text before anyone outside the office reads it.

Each check is a small function over passages; none asks the network, none knows the rooms.
"""

from collections.abc import Iterable, Iterator, Sequence

from pcc_portal.findings import Finding

from .abbreviations import check_abbreviations
from .amounts import check_amounts
from .colours import check_colours
from .contradictions import Claim, check_contradictions, claims_of, is_to_be_found
from .counts import Counted, check_counts, counted
from .grids import check_grids
from .links import check_links, own_path
from .passages import Passage, plain, rich
from .sentences import check_sentences

__all__ = [
    "Claim",
    "Counted",
    "Passage",
    "check_contradictions",
    "check_counts",
    "claims_of",
    "counted",
    "is_to_be_found",
    "own_path",
    "plain",
    "proofread",
    "rich",
]


def proofread(
    passages: Sequence[Passage],
    *,
    tables: Sequence[Counted] = (),
    others: Sequence[Claim] = (),
    explained: Iterable[str] = (),
) -> list[Finding]:
    """What all checks find in the passages of one item, place by place, each finding once.

    ``tables`` stand beside them, ``others`` are claims of other items, ``explained`` are the
    abbreviations that the office explains elsewhere.
    """
    found = [finding for passage in passages for finding in _check(passage, tables)]
    found += check_abbreviations(passages, explained)
    found += check_contradictions(passages, others)
    return list(dict.fromkeys(found))


def _check(passage: Passage, tables: Sequence[Counted]) -> Iterator[Finding]:
    yield from check_links(passage)
    yield from check_sentences(passage)
    yield from check_grids(passage)
    yield from check_amounts(passage)
    yield from check_colours(passage)
    yield from check_counts(passage, tables)
