"""Puts the statutory dates of an election into its timetable, and confirms them."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction

from .models import Election, KeyDate, NonWorkingDay, Office
from .timetable import StatutoryDate, statutory_dates


@dataclass
class Changes:
    """What setting out a timetable changed, for the person who caused it.

    ``reopened`` were confirmed for another polling day and are unconfirmed again.
    """

    added: list[KeyDate] = field(default_factory=list)
    moved: list[KeyDate] = field(default_factory=list)
    reopened: list[KeyDate] = field(default_factory=list)
    removed: list[KeyDate] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.moved or self.reopened or self.removed)

    def __iadd__(self, other: "Changes") -> "Changes":
        self.added += other.added
        self.moved += other.moved
        self.reopened += other.reopened
        self.removed += other.removed
        return self


def set_out(election: Election) -> Changes:
    """Make the statutory dates of a saved election follow its polling day. Safe to call again.

    Unconfirmed dates become what the rules give. A confirmed date stays as it is, unless polling
    day moved since: then the notice it came from is about another poll, and it is unconfirmed
    again. Dates of the office's own are not touched, nor are steps the rules know nothing of.
    """
    with transaction.atomic():
        locked = (
            Election.objects.select_related("office")
            .select_for_update(of=("self",))
            .get(pk=election.pk)
        )
        changes = _set_out(locked, NonWorkingDay.objects.values_list("date", flat=True))
    election.forget_dates()
    return changes


def set_out_coming(*, on: dt.date, office: Office | None = None) -> Changes:
    """Set out every election whose poll is on the day ``on`` or later, or those of one office.

    For a change that touches them all, such as a day of mourning that is left out.
    """
    elections = Election.objects.filter(poll_date__gte=on)
    if office:
        elections = elections.filter(office=office)
    changes = Changes()
    with transaction.atomic():
        for election in elections.order_by("pk"):
            changes += set_out(election)
    return changes


def confirm(
    key_date: KeyDate,
    *,
    by: str,
    on: dt.date,
    notice_title: str,
    notice_url: str = "",
    date: dt.date | None = None,
    time: dt.time | None = None,
) -> KeyDate:
    """Record who confirmed a date, on which day and from which notice. Safe to call again.

    ``date`` and ``time`` are the notice's where they are not the ones worked out. Raises
    ``ValidationError`` when the record is not whole or polling day itself would be changed.
    """
    with transaction.atomic():
        row = KeyDate.objects.select_for_update().get(pk=key_date.pk)
        before = _values(row)
        row.confirmed_by = by
        row.confirmed_on = on
        row.notice_title = notice_title
        row.notice_url = notice_url
        row.date = date or row.date
        row.time = time or row.time
        if _values(row) != before:
            row.full_clean()
            row.save()
    return row


def _set_out(election: Election, left_out: Collection[dt.date]) -> Changes:
    dates = {
        date.kind: date
        for date in statutory_dates(
            election.poll_date,
            election.office.kind,
            set(left_out),
            by_election=election.kind == Election.Kind.BY_ELECTION,
        )
    }
    changes = Changes()
    rows = {row.kind: row for row in election.key_dates.exclude(kind="")}
    for kind, row in rows.items():
        _follow(row, dates.get(KeyDate.Kind(kind)), election.poll_date, changes)
    for kind, date in dates.items():
        if kind not in rows:
            row = KeyDate(election=election, kind=kind, title=date.title)
            _work_out(row, date, election.poll_date)
            row.save()
            changes.added.append(row)
    return changes


def _follow(row: KeyDate, date: StatutoryDate | None, poll_date: dt.date, changes: Changes) -> None:
    before = _values(row)
    shown = (row.date, row.time)
    was_worked_out = row.worked_out_date is not None
    reopened = row.is_confirmed and row.worked_out_for not in (None, poll_date)
    if reopened:
        row.confirmed_by = row.notice_title = row.notice_url = ""
        row.confirmed_on = None
        changes.reopened.append(row)
    if date is None and was_worked_out and not row.is_confirmed:
        row.delete()
        changes.removed.append(row)
        return
    _work_out(row, date, poll_date)
    if not reopened and (row.date, row.time) != shown:
        changes.moved.append(row)
    if _values(row) != before:
        row.save()


def _work_out(row: KeyDate, date: StatutoryDate | None, poll_date: dt.date) -> None:
    row.worked_out_for = poll_date
    row.worked_out_date = date.date if date else None
    row.worked_out_time = date.time if date else None
    if date and not row.is_confirmed:
        row.date, row.time = date.date, date.time


def _values(row: KeyDate) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
