"""What each column of a log holds, told by its heading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from .table import Row


class Use(StrEnum):
    """What a column is used for."""

    DATE = "date"
    FORM = "form"
    TOPIC = "topic"
    QUESTION = "question"
    RESPONSE = "response"
    RESPONDER = "responder"
    RESPONSE_DATE = "response_date"
    PROVIDED = "provided"
    DOCUMENTS = "documents"
    REFERENCE = "reference"
    ASKER = "asker"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Use.DATE: "Date of request",
    Use.FORM: "Form of request",
    Use.TOPIC: "Topic",
    Use.QUESTION: "Information requested",
    Use.RESPONSE: "Response",
    Use.RESPONDER: "Who answered",
    Use.RESPONSE_DATE: "Date of response (becomes a note)",
    Use.PROVIDED: "Whether it was provided, Y or N",
    Use.DOCUMENTS: "Documents (become a note)",
    Use.REFERENCE: "Reference number (stays in the original)",
    Use.ASKER: "Who asked (stays in the original, is shown nowhere)",
    Use.NOTHING: "Not used (stays in the original)",
}

_HEADINGS = {
    Use.DATE: (
        "date, date of request, date received, date of enquiry, date asked, request date, "
        "received, asked, asked on, received on, date raised, date submitted, date of query, "
        "date of question, when, date of contact, date requested"
    ),
    Use.FORM: (
        "form of request, form, channel, method, how, how asked, how received, method of request, "
        "means, type of request, format, source, medium, format of request, method of contact, "
        "type of contact, how was it asked"
    ),
    Use.TOPIC: "topic, subject, theme, category, area, heading, subject matter, subject area",
    Use.QUESTION: (
        "information requested, question, questions, request, query, enquiry, details of request, "
        "information sought, question asked, request details, details, request for information, "
        "information request, candidate question, questions asked, nature of request, "
        "description of request, summary of request, detail of request, q"
    ),
    Use.RESPONSE: (
        "response, answer, answers, reply, responses, response provided, information provided, "
        "answer given, response given, our response, details of response, opcc response, "
        "response to request, information given, information supplied, outcome, a, "
        "answer provided, office response, force response, summary of response"
    ),
    Use.RESPONDER: (
        "responder, respondent, answered by, responded by, response by, who answered, "
        "provided by, response from, answer from, officer responding"
    ),
    Use.RESPONSE_DATE: (
        "date of response, response date, date answered, date of reply, date responded, "
        "date published, answered on, reply date, published, date provided, date completed, "
        "date information provided, responded on, date sent, publication date"
    ),
    Use.PROVIDED: (
        "provided, provided y n, provided yes no, was information provided, information provided "
        "y n, was information provided y n, answered y n, answered, information provided yes no, "
        "was the information provided, disclosed y n"
    ),
    Use.DOCUMENTS: "documents, document, attachments, attachment, links, link, papers",
    Use.REFERENCE: (
        "reference, reference number, ref, ref no, no, number, request number, id, item, item no, "
        "log number, log ref, serial, serial number, row, question number, enquiry number, "
        "unique reference number, request no, question no"
    ),
    Use.ASKER: (
        "candidate, candidate s name, candidate name, name of candidate, name, requester, "
        "requested by, asked by, from, enquirer, name of requester, received from, applicant, "
        "candidate party, who asked, name of enquirer, submitted by, party, raised by, contact"
    ),
}
LABELS: dict[str, Use] = {
    heading: use for use, headings in _HEADINGS.items() for heading in headings.split(", ")
}
# What a heading that none of these is may still be told by, the first that fits.
_WORDS = (
    (r"candidate|requester|enquirer|asked by|name of|applicant|surname|e ?mail address", Use.ASKER),
    (r"provided.*\b(y n|yes no)\b|^was .*provided", Use.PROVIDED),
    (r"(date|when).*(respon|repl|answer|publish|provided|sent)", Use.RESPONSE_DATE),
    (r"(respon|answer|repl).*(date)", Use.RESPONSE_DATE),
    (r"(answered|responded|provided) by", Use.RESPONDER),
    (r"\bdate\b", Use.DATE),
    (r"\b(form|method|channel|how)\b", Use.FORM),
    (r"\b(ref|reference|number|no)\b", Use.REFERENCE),
    (r"\b(response|answer|reply|provided)\b", Use.RESPONSE),
    (r"\b(question|request|requested|query|enquiry)\b", Use.QUESTION),
    (r"\b(topic|subject|theme|category)\b", Use.TOPIC),
    (r"\b(document|attachment)s?\b", Use.DOCUMENTS),
)


@dataclass(frozen=True)
class Columns:
    """Which column holds what, and the headings it was told by. ``header`` is a row’s number."""

    uses: tuple[Use, ...]
    headings: tuple[str, ...] = ()
    header: int = 0

    def of(self, use: Use) -> int:
        """The column that is used so; -1 when there is none."""
        return self.uses.index(use) if use in self.uses else -1

    @property
    def is_usable(self) -> bool:
        return Use.QUESTION in self.uses


def plain(heading: str) -> str:
    """A heading in small letters with single spaces, without signs."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", heading.lower()).split())


def use_of(heading: str) -> Use | None:
    """What a column of that heading holds, if it can be told."""
    text = plain(heading)
    if not text or len(text) > 80:
        return None
    if text in LABELS:
        return LABELS[text]
    return next((use for pattern, use in _WORDS if re.search(pattern, text)), None)


def is_header(row: Row) -> bool:
    """Whether the row names the question and at least one more thing, in words for headings."""
    filled = [cell for cell in row.cells if cell]
    if len(filled) < 2 or any(len(cell) > 80 or "?" in cell[-1:] for cell in filled):
        return False
    known = [LABELS.get(plain(cell)) for cell in filled]
    guessed = [use_of(cell) for cell in filled]
    sure = sum(use is not None for use in known)
    return (
        sure >= 1
        and Use.QUESTION in guessed
        and len({use for use in guessed if use}) >= 2
        and 2 * len([use for use in guessed if use]) >= len(filled)
    )


def recognise(rows: Sequence[Row]) -> Columns:
    """The columns by the first row that is a header; without one, as the office’s own four."""
    for row in rows[:200]:
        if is_header(row):
            return Columns(_uses(row.cells), row.cells, row.number)
    width = max((len(row.cells) for row in rows), default=0)
    if width == 4:
        return Columns((Use.DATE, Use.FORM, Use.QUESTION, Use.RESPONSE))
    if width == 2:
        return Columns((Use.QUESTION, Use.RESPONSE))
    return Columns((Use.NOTHING,) * width)


def _uses(cells: Sequence[str]) -> tuple[Use, ...]:
    """Each use once: the heading that names it exactly is taken before one that hints at it."""
    uses: list[Use] = [Use.NOTHING] * len(cells)
    taken: set[Use] = set()
    for exactly in (True, False):
        for column, cell in enumerate(cells):
            use = LABELS.get(plain(cell)) if exactly else use_of(cell)
            # Two columns may tell who asked; neither is ever shown.
            if use and uses[column] is Use.NOTHING and (use not in taken or use is Use.ASKER):
                uses[column] = use
                taken.add(use)
    if Use.RESPONSE not in taken:
        _prefer(uses, cells, Use.PROVIDED, Use.RESPONSE)
    return tuple(uses)


def _prefer(uses: list[Use], cells: Sequence[str], instead: Use, wanted: Use) -> None:
    """A column that was only hinted at takes a use that would be missing."""
    for column, cell in enumerate(cells):
        if uses[column] is instead and plain(cell) not in LABELS:
            uses[column] = wanted
            return
