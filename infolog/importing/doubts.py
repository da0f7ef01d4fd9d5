"""What is uncertain or wrong in a row, each with its code and a sentence for the person."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .wording import HONORIFIC, sentences

UNFINISHED, NAME, NO_ANSWER, ONE_ANSWER = "I-03", "I-04", "I-09", "I-10"


@dataclass(frozen=True)
class Doubt:
    """``row`` is the number of the original row. One that ``waits`` needs a person’s word."""

    code: str
    sentence: str
    row: int
    waits: bool = True


class Names:
    """Names of candidates and of people who asked, found in text."""

    def __init__(self, names: Iterable[str]) -> None:
        wanted = {part for name in names for part in _spellings(name)}
        longest = sorted(wanted, key=lambda name: (-len(name), name))[:2_000]
        self._pattern = (
            re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b") if longest else None
        )

    def first_in(self, text: str) -> str:
        found = self._pattern and self._pattern.search(text)
        return found.group() if found else ""


def _spellings(name: str) -> Iterator[str]:
    """The name as it stands, in title case, and its surname alone when that is no short word."""
    words = re.sub(r"\([^)]*\)|\b(mr|mrs|ms|miss|mx|dr|cllr)\b\.?", "", name, flags=re.I).split()
    words = [word.strip(",;") for word in words if word.strip(",;")]
    if not words or len(words) > 5:
        return
    whole = " ".join(words)
    yield from {whole, whole.title()}
    surname = words[-1]
    if len(words) > 1 and len(surname) > 3:
        yield from {surname.title(), surname.upper()}


def doubts_of_names(row: int, texts: list[str], names: Names) -> Iterator[Doubt]:
    """I-04: nobody may learn from an answer who asked, and no candidate speaks in it."""
    found: dict[str, str] = {}
    for text in texts:
        if name := names.first_in(text):
            found.setdefault(name, f"“{name}” is the name of a candidate or of somebody who asked.")
        elif match := HONORIFIC.search(text):
            found.setdefault(match.group(), f"“{match.group()}” is named. Is this a candidate?")
    for sentence in found.values():
        yield Doubt(NAME, f"{sentence} Take the name out, or say why it may stand.", row)


# --- The answer

_FINISHED = re.compile(r"[.?!…][\"'”’)\]]*$|https?://\S+$|\S+@\S+$")
_FEW_WORDS = 4


def doubts_of_answer(entry: Any, row: int) -> Iterator[Doubt]:
    responses = list(entry.responses)
    if not responses:
        yield Doubt(NO_ANSWER, "The question has no answer.", row)
    for response in responses:
        if _breaks_off(response.text):
            end = " ".join(response.text.split()[-6:])
            yield Doubt(UNFINISHED, f"The answer seems to break off. It ends “{end}”.", row)
    answered = sum(bool(part.responses) for part in entry.parts)
    if responses and len(entry.parts) > 1 and answered < len(entry.parts):
        told = f"{len(entry.parts)} questions share one answer. Say what became of each."
        yield Doubt(ONE_ANSWER, told, row)
    if responses:
        answer = " ".join(response.text for response in responses)
        for part in entry.parts:
            for subject in _not_spoken_of(part.question, answer, entry.topic):
                told = f"The answer does not speak of “{subject}”. Is the question answered?"
                yield Doubt(NO_ANSWER, told, row)


def _breaks_off(text: str) -> bool:
    last = (sentences(text) or [""])[-1]
    is_item = bool(re.match(r"[-•●–]\s", text.splitlines()[-1])) if text else True
    return not (is_item or len(text.split()) < _FEW_WORDS or _FINISHED.search(last))


_ACRONYM = re.compile(r"\b[A-Z]{2,5}\b")
_EVERYWHERE = {"PCC", "PFCC", "OPCC", "UK", "MP", "US", "OK", "ANY", "ALL", "NOT", "AND", "EMAIL"}
_CLAUSE = re.compile(r"\?|\.\s|;|,? and (?=[a-z]+ \w)")
_COMMON_WORDS = """
about above after again against also answer any are ask based because been before being
between both budget candidate come could current currently deal details does each ensure
explain force from general give given going have help how impact information into keep keen
know last level like look made maintain make manage many might more most much must need new
next number numbers office other over people planned plans please police position provide
question relation requested response same should since some space such take than that their
them there these they think this those through time under used using view what when where
whether which while will with within work working would year years your
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def _not_spoken_of(question: str, answer: str, topic: str) -> Iterator[str]:
    """Short clauses and acronyms of a question that the answer has no word of."""
    stems = {_stem(word) for word in re.findall(r"[a-z]{4,}", answer.lower())}
    initials = "".join(word[0] for word in topic.split())
    missing = [
        acronym
        for acronym in dict.fromkeys(_ACRONYM.findall(question))
        if acronym not in _EVERYWHERE and acronym != initials.upper() and acronym not in answer
    ]
    yield from missing
    clauses = [clause.strip() for clause in _CLAUSE.split(question) if clause and clause.strip()]
    for clause in clauses[1:] if len(clauses) > 1 else ():
        words = [w for w in re.findall(r"[a-z]{4,}", clause.lower()) if w not in _COMMON]
        told = any(acronym in clause for acronym in missing)
        if not told and 0 < len(words) <= 3 and not {_stem(word) for word in words} & stems:
            yield clause[:60]


def _stem(word: str) -> str:
    """A word without its ending, so that “retained” is met by “retention”."""
    return word[:5]
