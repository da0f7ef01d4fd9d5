"""The statutory timetable of an election, worked out backwards from polling day.

Days are counted as the election rules count them: Saturdays, Sundays, Christmas Eve, Christmas
Day, Good Friday, bank holidays of England and Wales and days appointed for public thanksgiving or
mourning are left out (SI 2012/1917, Schedule 3, Part 1; SI 2017/67, Schedule 1, rule 4).

What is worked out here is an expectation: the returning officer's notice decides. The Mayor of
London is elected under other rules (SI 2007/3541), which are not held here.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import holidays

from .models import KeyDate, Office

PCC_ORDER = "Police and Crime Commissioner Elections Order 2012 (SI 2012/1917)"
MAYORS_ORDER = "Combined Authorities (Mayoral Elections) Order 2017 (SI 2017/67)"
REGISTRATION_RULE = (
    "Representation of the People Act 1983, section 13B; Representation of the People (England "
    "and Wales) Regulations 2001 (SI 2001/341), regulation 29"
)
ABSENT_VOTE_RULE = (
    "Representation of the People (England and Wales) Regulations 2001 (SI 2001/341), regulation 56"
)
VOTER_ID_RULE = "Voter Identification Regulations 2022 (SI 2022/1382), regulation 10"

FIRST_POLL_WITH_VOTER_ID = dt.date(2023, 5, 4)
FOUR_PM = dt.time(16)
FIVE_PM = dt.time(17)


@dataclass(frozen=True)
class Rule:
    """One step: its last day, in working days before the poll, and its hour in UK time."""

    kind: KeyDate.Kind
    working_days: int
    time: dt.time | None
    source: str


@dataclass(frozen=True)
class Timetable:
    """The steps before the poll, and when the person elected at an ordinary election begins.

    ``takes_office_after`` is in calendar days after the poll.
    """

    rules: tuple[Rule, ...]
    poll_source: str
    takes_office_after: int
    takes_office_source: str


@dataclass(frozen=True)
class StatutoryDate:
    """What the rules make of one step for one poll."""

    kind: KeyDate.Kind
    title: str
    date: dt.date
    time: dt.time | None
    source: str


def _rules(table: str, absent_votes: str, agents: str) -> tuple[Rule, ...]:
    kind = KeyDate.Kind
    return (
        Rule(kind.NOTICE, 25, None, table),
        Rule(kind.NOMINATIONS_CLOSE, 19, FOUR_PM, table),
        Rule(kind.PERSONS_NOMINATED, 18, FOUR_PM, table),
        Rule(kind.REGISTRATION, 12, None, REGISTRATION_RULE),
        Rule(kind.POSTAL_VOTES, 11, FIVE_PM, absent_votes),
        Rule(kind.PROXY_VOTES, 6, FIVE_PM, f"{absent_votes}; {VOTER_ID_RULE}"),
        Rule(kind.NOTICE_OF_POLL, 6, None, table),
        Rule(kind.POLLING_AGENTS, 5, None, agents),
    )


_COMMISSIONER = Timetable(
    rules=_rules(
        table=f"{PCC_ORDER}, Schedule 3, rule 1",
        absent_votes=f"{PCC_ORDER}, Schedule 2; {ABSENT_VOTE_RULE}",
        agents=f"{PCC_ORDER}, Schedule 3, rule 31(7)",
    ),
    poll_source=f"{PCC_ORDER}, Schedule 3, rule 1",
    takes_office_after=7,
    takes_office_source="Police Reform and Social Responsibility Act 2011, section 50(7)",
)
_MAYOR = Timetable(
    rules=_rules(
        table=f"{MAYORS_ORDER}, Schedule 1, rule 3",
        absent_votes=ABSENT_VOTE_RULE,
        agents=f"{MAYORS_ORDER}, Schedule 1, rule 29",
    ),
    poll_source=f"{MAYORS_ORDER}, Schedule 1, rule 3",
    takes_office_after=4,
    takes_office_source="The order that sets up the mayor, such as SI 2021/112, article 3(4)",
)

# The boards that are to follow commissioners have no table in law yet: staff enter their dates.
TIMETABLES = {
    Office.Kind.PCC: _COMMISSIONER,
    Office.Kind.PFCC: _COMMISSIONER,
    Office.Kind.MAYOR: _MAYOR,
}


@cache
def bank_holidays(year: int, part: str = "ENG") -> frozenset[dt.date]:
    """Bank holidays of a part of the UK in ``year``, one-off ones and substitute days included.

    ``part`` is ENG (England and Wales), SCT (Scotland) or NIR (Northern Ireland).
    """
    return frozenset(holidays.country_holidays("GB", subdiv=part, years=year))


def is_working_day(day: dt.date, left_out: Collection[dt.date] = ()) -> bool:
    """Whether the election rules count ``day``; ``left_out`` are days of thanksgiving or mourning.

    Christmas Day and Good Friday are bank holidays too, so they need no line of their own.
    """
    is_weekend = day.weekday() >= 5
    is_christmas_eve = (day.month, day.day) == (12, 24)
    return not (is_weekend or is_christmas_eve or day in bank_holidays(day.year) or day in left_out)


def working_days_before(
    poll_date: dt.date, count: int, left_out: Collection[dt.date] = ()
) -> dt.date:
    """The day that is ``count`` working days before ``poll_date``, which itself is not counted."""
    day = poll_date
    for _ in range(count):
        day -= dt.timedelta(days=1)
        while not is_working_day(day, left_out):
            day -= dt.timedelta(days=1)
    return day


def rule_for(kind: KeyDate.Kind, office_kind: str) -> Rule | None:
    """The rule that counts working days for this step, if the office's timetable has one."""
    timetable = TIMETABLES.get(Office.Kind(office_kind))
    rules = timetable.rules if timetable else ()
    return next((rule for rule in rules if rule.kind == kind), None)


def statutory_dates(
    poll_date: dt.date,
    office_kind: str,
    left_out: Collection[dt.date] = (),
    *,
    by_election: bool = False,
) -> list[StatutoryDate]:
    """Every date the law sets for a poll, in the order of ``KeyDate.Kind``.

    Only polling day for an office without a statutory table. No taking of office at a
    by-election: the seventh day is the rule of ordinary elections only, and after a by-election
    the winner begins once the declaration of acceptance is made (2011 Act, sections 50, 51, 70).
    """
    kind = KeyDate.Kind
    timetable = TIMETABLES.get(Office.Kind(office_kind))
    if timetable is None:
        return [StatutoryDate(kind.POLL, kind.POLL.label, poll_date, None, "")]
    dates = [
        StatutoryDate(
            rule.kind,
            _title(rule.kind, poll_date),
            working_days_before(poll_date, rule.working_days, left_out),
            rule.time,
            rule.source,
        )
        for rule in timetable.rules
    ]
    dates.append(StatutoryDate(kind.POLL, kind.POLL.label, poll_date, None, timetable.poll_source))
    if not by_election:
        begins = poll_date + dt.timedelta(days=timetable.takes_office_after)
        dates.append(
            StatutoryDate(
                kind.TAKES_OFFICE,
                kind.TAKES_OFFICE.label,
                begins,
                None,
                timetable.takes_office_source,
            )
        )
    return dates


def _title(kind: KeyDate.Kind, poll_date: dt.date) -> str:
    if kind == KeyDate.Kind.PROXY_VOTES and poll_date < FIRST_POLL_WITH_VOTER_ID:
        return "Last day to apply for a proxy vote"
    return kind.label
