"""Whether a text names somebody who stands in the election, or a party.

The office says the same of everyone who stands, so it names nobody outside the list of candidates.
Everyone recorded is looked for, whatever their status: what is found never says which it is.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from pcc_portal.findings import Finding, Severity
from pcc_portal.proofreading import Passage

from .models import Candidate, Election
from .name_lists import BEGIN_SENTENCES, NO_PARTY, ORDINARY_WORDS, PARTIES, TITLES

ABOUT_THE_LIST = re.compile(
    r"\b(?:statement of persons nominated|list of candidates|candidates? list|nominations)\b",
    re.IGNORECASE,
)


def is_about_the_list(passage: Passage) -> bool:
    """Whether a passage tells who stands, where names belong."""
    return bool(ABOUT_THE_LIST.search(f"{passage.where} {passage.text}"))


def check_names(
    passages: Sequence[Passage], election: Election, *, severity: Callable[[Passage], Severity]
) -> list[Finding]:
    """Candidates of the election and parties named in the passages. One query.

    A full name is as grave as ``severity`` says of its passage; a surname alone and a party are
    warnings.
    """
    candidates = list(Candidate.objects.filter(election=election))
    parties = sorted(
        {*PARTIES, *_parties_of(candidates)}, key=lambda party: (-len(party), party)
    )  # the longest first
    found: list[Finding] = []
    for passage in passages:
        for candidate in candidates:
            found += _check_candidate(passage, candidate, severity(passage))
        found += _check_parties(passage, parties)
    return list(dict.fromkeys(found))


def _check_candidate(
    passage: Passage, candidate: Candidate, severity: Severity
) -> Iterator[Finding]:
    full = _full_name(candidate).search(passage.text)
    if full:
        yield passage.finding(
            "candidate-name",
            severity,
            f"it names “{' '.join(full[0].split())}”, which is the name of somebody in this "
            "election. What the office tells everyone names nobody who stands.",
        )
        return
    alone = next(_surnames(passage.text, candidate.surname), None)
    if alone:
        yield passage.warning(
            "candidate-surname",
            f"“{alone}” is also the surname of somebody in this election. "
            "Check that nobody who stands is meant.",
        )


def _full_name(candidate: Candidate) -> re.Pattern[str]:
    """Either way round, with all other names or the first of them, and after a title."""
    surname = _spaced(candidate.surname)
    # Somebody can stand under one name only.
    first = candidate.other_names.split()[:1]
    others = {_spaced(name) for name in (candidate.other_names, *first)}
    titles = "|".join(sorted(TITLES))
    ways = [rf"(?:{titles})\.? {surname}"]
    for other in sorted(others):
        ways += [rf"{other}\s+(?:[A-Z][\w.’'-]*\s+)?{surname}", rf"{surname},\s+{other}"]
    return re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)", re.IGNORECASE)


def _spaced(name: str) -> str:
    return r"\s+".join(re.escape(part) for part in name.split()) or r"(?!)"


def _surnames(text: str, surname: str) -> Iterator[str]:
    """The surname where it can be meant as one."""
    is_ordinary = surname.casefold() in ORDINARY_WORDS
    for match in re.finditer(rf"(?<![\w-]){_spaced(surname)}(?![\w-])", text, re.IGNORECASE):
        before, after = text[: match.start()].rstrip(" “("), text[match.end() :]
        word_before = re.search(r"[\w’'-]+$", before)
        if not match[0][0].isupper():
            continue
        if word_before and _is_a_name(word_before[0]):
            continue  # somebody else of that name, or a part of a longer one
        starts_sentence = not before or before[-1] in ".!?:;\n"
        is_in_a_name = re.match(r" [A-Z]", after)
        if is_ordinary and (starts_sentence or is_in_a_name):
            continue
        yield match[0]


def _is_a_name(word: str) -> bool:
    return word[0].isupper() and word.casefold() not in BEGIN_SENTENCES


def _parties_of(candidates: Sequence[Candidate]) -> Iterator[str]:
    for candidate in candidates:
        description = " ".join(candidate.ballot_description.split())
        if description and description.casefold() not in NO_PARTY:
            yield description


def _check_parties(passage: Passage, parties: Sequence[str]) -> Iterator[Finding]:
    ways = "|".join(_spaced(party) for party in parties)
    told: set[str] = set()
    for match in re.finditer(rf"(?<!\w)(?:{ways})(?!\w)", passage.text, re.IGNORECASE):
        name = " ".join(match[0].split())
        if name in told or not name[0].isupper():
            continue
        told.add(name)
        yield passage.warning(
            "party-name",
            f"it names a party, “{name}”. What the office tells everyone favours none.",
        )
