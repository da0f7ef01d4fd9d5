"""Days and forms of request as offices write them."""

import datetime as dt
import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_WEEKDAY = r"(?:(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?,?\s+)?"
_PATTERNS = (
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+{_MONTH}"
    r"(?:,?[\s-]+(?P<year>\d{4}|\d{2}(?!\d)))?",
    rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{{4}}))?",
    r"(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})(?:[T ][\d:.]+)?",
    r"(?P<day>\d{1,2})[/.-](?P<number>\d{1,2})(?:[/.-](?P<year>\d{4}|\d{2}))?(?!\d)",
)
_DAYS = [re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS]

# How long before the poll an office may keep a log, and how long after.
BEFORE, AFTER = dt.timedelta(days=730), dt.timedelta(days=90)


@dataclass(frozen=True)
class Day:
    """A day read from a text. ``code`` tells what had to be guessed: ``year``, ``order``."""

    day: dt.date
    code: str = ""


def day_of(text: str, poll: dt.date) -> Day | None:
    """The day a cell states and nothing else; a year that is not written is the election’s."""
    found = day_at_start(text.strip(), poll)
    if not found:
        return None
    day, rest = found
    return (
        day if re.fullmatch(r"[\s,.]*(\d{1,2}[:.]\d{2}(:\d{2})?\s*([ap]m)?)?", rest, re.I) else None
    )


def day_at_start(text: str, poll: dt.date) -> tuple[Day, str] | None:
    """The day a text begins with, and what follows it."""
    for pattern in _DAYS:
        if (match := pattern.match(text)) and (day := _day(match, poll)):
            return day, text[match.end() :]
    return None


def _day(match: re.Match[str], poll: dt.date) -> Day | None:
    said = match.groupdict()
    day = int(said["day"])
    month = _month(said)
    code = ""
    if month > 12 >= day:  # as it is written elsewhere: the month first
        day, month, code = month, day, "order"
    if not said["year"]:
        return _in_period(day, month, poll)
    year = int(said["year"])
    try:
        return Day(dt.date(year + 2000 if year < 100 else year, month, day), code)
    except ValueError:
        return None


def _month(said: dict[str, str]) -> int:
    if said.get("month"):
        return 1 + _MONTHS.index(said["month"][:3].lower())
    return int(said["number"])


def _in_period(day: int, month: int, poll: dt.date) -> Day | None:
    """The last such day before the poll, or just after it."""
    for year in (poll.year + 1, poll.year, poll.year - 1, poll.year - 4):
        try:
            guess = dt.date(year, month, day)
        except ValueError:
            continue
        if guess <= poll + dt.timedelta(days=30):
            return Day(guess, "year")
    return None


def is_far(day: dt.date, poll: dt.date) -> bool:
    """Whether a day is in no time in which candidates of that poll ask."""
    return not poll - BEFORE <= day <= poll + AFTER


# --- The form of a request

_FORMS = (
    ("email", r"e-?\s?mail"),
    ("telephone", r"tele ?phone|phone|\bcall(ed)?\b|\btel\b"),
    ("verbal", r"verbal|oral|in person|face to face|meeting|workshop|briefing|event|visit|spoken"),
    ("in-writing", r"writ|letter|post\b|web ?form|online|form\b|message|portal"),
)
_IN_QUESTION = re.compile(
    r"\s*[(\[]?\s*(?P<form>e-?mail(?:ed)?|by e-?mail|telephone|phone(?: call)?|by (?:tele)?phone|"
    r"verbal(?:ly)?|in person|letter|in writing|by letter)\s*[)\]]?(?=\W|$)[\s:–—,-]*",
    re.IGNORECASE,
)


def form_of(text: str) -> str:
    """The form of request a cell names, or nothing."""
    return next((form for form, words in _FORMS if re.search(words, text, re.IGNORECASE)), "")


@dataclass(frozen=True)
class Stamp:
    """A day and a form that stand in the question’s own cell, and the question after them."""

    day: Day | None
    day_text: str
    form_text: str
    rest: str


def stamp_of(question: str, poll: dt.date) -> Stamp:
    """As in “12 March 2021 (EMAIL) How many officers …?”."""
    text = question.lstrip(" ([")
    found = day_at_start(text, poll)
    day, rest, day_text = None, question, ""
    if found:
        day, rest = found
        day_text = text[: len(text) - len(rest)]
        rest = rest.lstrip(" )],:;–—-\n")
    match = _IN_QUESTION.match(rest)
    if match and (found or match.group().strip()[:1] in "(["):
        return Stamp(day, day_text, match["form"], rest[match.end() :])
    return Stamp(day, day_text, "", rest if found else question)
