"""Who stands, and how that changes: by date, and by the notice it came from."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.formats import date_format

from .models import Candidate, Election, StatusChange, User
from .refusals import Refused, check_whole

Status = Candidate.Status

# What can come next. An office hears of somebody at any stage up to the statement of persons
# nominated; after it only the returning officer's corrections and the result are left. People
# withdraw and come back until nominations close, and a court may turn a result round.
FOLLOWS: dict[Status | None, tuple[Status, ...]] = {
    None: (Status.INTERESTED, Status.DECLARED, Status.NOMINATED),
    Status.INTERESTED: (
        Status.DECLARED,
        Status.NOMINATED,
        Status.WITHDRAWN,
        Status.NOT_NOMINATED,
    ),
    Status.DECLARED: (Status.NOMINATED, Status.WITHDRAWN, Status.NOT_NOMINATED),
    Status.NOMINATED: (
        Status.WITHDRAWN,
        Status.NOT_NOMINATED,
        Status.ELECTED,
        Status.NOT_ELECTED,
    ),
    Status.WITHDRAWN: (
        Status.INTERESTED,
        Status.DECLARED,
        Status.NOMINATED,
        Status.NOT_NOMINATED,
    ),
    Status.NOT_NOMINATED: (Status.NOMINATED, Status.WITHDRAWN),
    Status.ELECTED: (Status.NOT_ELECTED,),
    Status.NOT_ELECTED: (Status.ELECTED,),
}


@dataclass(frozen=True)
class History:
    """The statuses of one candidate as they count: for each day one, in order of days."""

    days: tuple[tuple[dt.date, Status], ...]

    @classmethod
    def of(cls, changes: Iterable[StatusChange]) -> "History":
        """``changes`` in any order; of two for one day the one recorded later counts."""
        in_order = sorted(changes, key=lambda change: (change.effective_from, change.pk))
        by_day = {change.effective_from: Status(change.status) for change in in_order}
        return cls(tuple(by_day.items()))

    def before(self, day: dt.date) -> Status | None:
        """The status on the day before ``day``."""
        return next((held for since, held in reversed(self.days) if since < day), None)

    def on(self, day: dt.date) -> Status | None:
        return next((held for since, held in reversed(self.days) if since <= day), None)

    def after(self, day: dt.date) -> tuple[dt.date, Status] | None:
        """The next change that begins later than ``day``."""
        return next((change for change in self.days if change[0] > day), None)

    def nominated_on(self) -> dt.date | None:
        """The first day of a nomination, whatever came after it."""
        return next((since for since, held in self.days if held in Candidate.LISTED), None)


def add_candidate(
    *,
    election: Election,
    surname: str,
    other_names: str,
    status: str,
    effective_from: dt.date,
    notice_title: str = "",
    notice_url: str = "",
    by: User | None,
    at: dt.datetime,
) -> Candidate:
    """Somebody new who stands, with the first status. Raises ``Refused`` as ``record_status``."""
    with transaction.atomic():
        candidate = Candidate(
            election=election, surname=surname.strip(), other_names=other_names.strip()
        )
        check_whole(candidate)
        candidate.save()
        record_status(
            candidate,
            status=status,
            effective_from=effective_from,
            notice_title=notice_title,
            notice_url=notice_url,
            by=by,
            at=at,
        )
        candidate.refresh_from_db()
    return candidate


def record_status(
    candidate: Candidate,
    *,
    status: str,
    effective_from: dt.date,
    notice_title: str = "",
    notice_url: str = "",
    by: User | None,
    at: dt.datetime,
) -> StatusChange:
    """Record that ``candidate`` has ``status`` from the day ``effective_from``, to come or past.

    ``candidate`` itself is left as it is: read it anew for what followed. A mistake is put right
    by recording the right status for the same day. Raises ``Refused``:
    ``unchanged``; ``order`` when it cannot follow the status before it, or what is recorded for
    later cannot follow it; ``no_notice`` when it needs a notice and names none;
    ``before_statement`` and ``before_poll`` when the day is too early for it; ``elected`` when
    somebody else is; ``description`` when a party or description would be kept of somebody who
    was never nominated; ``staff``; or the code of the field that is not filled in rightly.
    """
    change = StatusChange(
        candidate=candidate,
        status=status,
        effective_from=effective_from,
        notice_title=notice_title.strip(),
        notice_url=notice_url.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    check_whole(change)
    with transaction.atomic():
        election = Election.objects.select_for_update().get(pk=candidate.election_id)
        row = Candidate.objects.select_related("user").get(pk=candidate.pk)
        history = History.of(row.status_changes.all())
        _refuse_order(change, history)
        _refuse_day(change, history, election)
        if change.status in Candidate.BRIEFED and row.user and row.user.is_staff:
            raise Refused("staff", "A member of the office’s staff cannot be a candidate.")
        change.save()
        _keep_nomination(row)
    return change


def _refuse_order(change: StatusChange, history: History) -> None:
    status, day = Status(change.status), change.effective_from
    before, after = history.before(day), history.after(day)
    if history.on(day) == status:
        raise Refused("unchanged", f"“{status.label}” is the status on that day already.", "status")
    undoes = before == status  # and something else was recorded for this very day
    if not undoes and status not in FOLLOWS[before]:
        told = f"“{status.label}” cannot follow “{before.label}”" if before else _first(status)
        raise Refused("order", f"{told}.", "status")
    if after and after[1] != status and after[1] not in FOLLOWS[status]:
        raise Refused(
            "order",
            f"From {date_format(after[0], 'j F Y')} “{after[1].label}” is recorded, which cannot "
            f"follow “{status.label}”. Put that right first.",
            "status",
        )


def _first(status: Status) -> str:
    return f"Nobody begins as “{status.label}”: begin with interested, declared or nominated"


def _refuse_day(change: StatusChange, history: History, election: Election) -> None:
    status, day = Status(change.status), change.effective_from
    before = history.before(day)
    if status == Status.WITHDRAWN and before in Candidate.LISTED and not change.notice_title:
        raise Refused(
            "no_notice",
            "Say which official notice the withdrawal came from: this person was nominated.",
            "notice_title",
        )
    published = election.nominations_published_on
    if status in (Status.NOMINATED, Status.NOT_NOMINATED) and published and day < published:
        raise Refused(
            "before_statement",
            "The statement of persons nominated was published on "
            f"{date_format(published, 'j F Y')}: choose that day or a later one.",
            "effective_from",
        )
    others = Candidate.objects.filter(election=election).exclude(pk=change.candidate_id)
    early = day < election.poll_date
    if early and (
        status == Status.NOT_ELECTED
        # With nobody else nominated there is no poll: the one who is left is declared elected.
        or (status == Status.ELECTED and others.holding(Status.NOMINATED, day).exists())
    ):
        raise Refused(
            "before_poll",
            f"Polling day is {date_format(election.poll_date, 'j F Y')}: choose that day or a "
            "later one.",
            "effective_from",
        )
    if status == Status.ELECTED:
        elected = others.holding(Status.ELECTED, day).first()
        if elected:
            raise Refused(
                "elected",
                f"{elected} is recorded as elected. Put that right first.",
                "status",
            )


def _keep_nomination(row: Candidate) -> None:
    """Follow the history in the one stored fact the database needs for its own rule."""
    nominated_on = History.of(row.status_changes.all()).nominated_on()
    if nominated_on is None and row.ballot_description:
        raise Refused(
            "description",
            "By this the person was never nominated. Empty the description on the ballot paper "
            "first: none is kept of people who were not nominated.",
            "status",
        )
    if nominated_on != row.nominated_on:
        row.nominated_on = nominated_on
        row.save(update_fields=["nominated_on"])
