"""The report for the monitoring officer: was everyone told the same, and when.

Somebody was told when a mail server accepted the mail to them or, where it did not, when they were
told in another way. Whoever joined later was told by the catch-up. A fixed number of queries,
however many candidates and releases there are.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.utils import timezone

from elections.models import Candidate, Election

from .models import CatchUp, Delivery, Release, Review, Waiver, releasable_models

State = Delivery.State
# A mail server takes its time; whoever waits longer is told of in words.
LATE = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Telling:
    """One person and one release: the mail to them, and when and how they were told of it."""

    release: Release
    who: str
    is_agent: bool
    delivery: Delivery

    @property
    def at(self) -> dt.datetime | None:
        """When they were told; nothing while they have not been."""
        if self.delivery.state == State.ACCEPTED:
            return self.delivery.state_at
        return self.delivery.told_at

    @property
    def after(self) -> dt.timedelta | None:
        """How long after the release they were told."""
        released: Any = self.release.released_at
        return max(self.at - released, dt.timedelta()) if self.at else None

    @property
    def is_caught_up(self) -> bool:
        return self.delivery.catch_up_id is not None

    @property
    def is_told_otherwise(self) -> bool:
        return self.delivery.state != State.ACCEPTED and self.delivery.told_at is not None

    @property
    def minutes(self) -> str:
        return str(whole_minutes(self.after)) if self.after is not None else ""

    @property
    def how(self) -> str:
        if self.at is None:
            return "Not told yet"
        if self.is_told_otherwise:
            return "In another way"
        return "Catch-up" if self.is_caught_up else "Mail"


@dataclass(frozen=True)
class OfRelease:
    """One release: how many candidates were told in which way, and how long it took."""

    release: Release
    counts: dict[str, int]
    minutes: int | None


@dataclass(frozen=True)
class OfCandidate:
    candidate: Candidate
    status: str
    tellings: list[Telling]
    # Released while they were in the contest, and nothing was written to them.
    missing: list[Release]


@dataclass(frozen=True)
class Report:
    election: Election
    at: dt.datetime
    candidates: list[OfCandidate]
    releases: list[OfRelease]
    waivers: list[Waiver]
    overrides: list[tuple[Review, str]]
    gaps: list[str] = field(default_factory=list)

    @property
    def median_minutes(self) -> float | None:
        """Half of the releases took no longer from the first candidate told to the last."""
        known = [row.minutes for row in self.releases if row.minutes is not None]
        return median(known) if known else None


def report(election: Election, *, at: dt.datetime) -> Report:
    releases = list(Release.objects.filter(election=election).released(at).order_by("released_at"))
    tellings = _tellings(election, releases, at)
    candidates = [
        OfCandidate(
            candidate,
            _status(candidate),
            tellings[candidate.pk],
            _missing(candidate, releases, tellings[candidate.pk]),
        )
        for candidate in Candidate.objects.filter(election=election).with_status(
            timezone.localdate(at)
        )
    ]
    by_release: dict[int, list[Telling]] = defaultdict(list)
    for telling in (telling for row in candidates for telling in row.tellings):
        if not telling.is_agent:
            by_release[telling.release.pk].append(telling)
    return Report(
        election=election,
        at=at,
        candidates=candidates,
        releases=[_of_release(release, by_release[release.pk]) for release in releases],
        waivers=list(Waiver.objects.filter(election=election).select_related("by")),
        overrides=_overrides(election),
        gaps=[sentence for row in candidates for sentence in _gaps(row)],
    )


def _status(candidate: Candidate) -> str:
    """The status that came with the row, in words; nothing before the first one."""
    held = getattr(candidate, "status", None)
    return str(Candidate.Status(held).label) if held else ""


def _tellings(
    election: Election, releases: list[Release], at: dt.datetime
) -> dict[int, list[Telling]]:
    """By candidate: everything written to them and to their agents, in the order of releases."""
    known = {release.pk: release for release in releases}
    caught_up: dict[int, list[int]] = defaultdict(list)
    through = CatchUp.releases.through.objects.filter(catchup__candidate__election=election)
    for catch_up, release in through.values_list("catchup", "release"):
        caught_up[catch_up].append(release)
    found: dict[int, list[Telling]] = defaultdict(list)
    deliveries = Delivery.objects.filter(candidate__election=election)
    for delivery in deliveries.select_related("candidate", "user", "catch_up").order_by("pk"):
        of: Iterable[int | None] = (
            caught_up[delivery.catch_up_id] if delivery.catch_up_id else [delivery.release_id]
        )
        is_agent = delivery.role == Delivery.Role.AGENT
        who = f"Agent {delivery.user}" if is_agent else "Candidate"
        found[delivery.candidate_id or 0] += [
            Telling(known[release], who, is_agent, delivery) for release in of if release in known
        ]
    for tellings in found.values():
        tellings.sort(key=lambda one: (one.release.released_at, one.release.pk, one.is_agent))
    return found


def _missing(
    candidate: Candidate, releases: list[Release], tellings: list[Telling]
) -> list[Release]:
    """What somebody who is in the contest now has never been written to about."""
    if getattr(candidate, "status", None) not in Candidate.BRIEFED:
        return []
    told = {telling.release.pk for telling in tellings if not telling.is_agent}
    return [release for release in releases if release.pk not in told]


def _of_release(release: Release, tellings: list[Telling]) -> OfRelease:
    counts = Counter(telling.delivery.state for telling in tellings if not telling.is_caught_up)
    counts["mailed"] = sum(not telling.is_caught_up for telling in tellings)
    counts["otherwise"] = sum(telling.is_told_otherwise for telling in tellings)
    counts["caught_up"] = sum(telling.is_caught_up for telling in tellings)
    counts["acknowledged"] = sum(bool(telling.delivery.acknowledged_at) for telling in tellings)
    counts["no_address"] = counts.pop(State.NO_ADDRESS, 0)
    counts.setdefault(State.LEFT, 0)
    counts["waiting"] = counts.pop(State.QUEUED, 0) + counts.pop(State.SENDING, 0)
    moments = [telling.at for telling in tellings if telling.at and not telling.is_caught_up]
    took = whole_minutes(max(moments) - min(moments)) if moments else None
    return OfRelease(release, dict(counts), took)


def _overrides(election: Election) -> list[tuple[Review, str]]:
    """Each release without a second person, with the name of the item."""
    steps = list(
        Review.objects.filter(election=election, step=Review.Step.OVERRIDDEN)
        .select_related("by", "kind")
        .order_by("-pk")
    )
    names: dict[tuple[str, int], str] = {}
    for model in releasable_models():
        wanted = {step.item_id for step in steps if step.kind.model == model._meta.model_name}
        for row in model._default_manager.filter(pk__in=wanted) if wanted else ():
            names[model._meta.model_name or "", row.pk] = str(row)
    return [(step, names.get((step.kind.model, step.item_id), "an item")) for step in steps]


# --- gaps, in words --------------------------------------------------------------------------


def _gaps(row: OfCandidate) -> Iterator[str]:
    """What somebody was told late, or not at all. The same delay of many is told once."""
    if row.missing:
        yield f"{row.candidate} has not been told of {_titles(row.missing)}."
    late: dict[int, list[Telling]] = defaultdict(list)
    since = {one.release.pk for one in row.tellings if one.is_caught_up and not one.is_agent}
    is_briefed = row.status in {Candidate.Status(status).label for status in Candidate.BRIEFED}
    for telling in row.tellings:
        if telling.is_caught_up:
            late[telling.delivery.pk].append(telling)
        elif telling.after is None:
            is_caught_up = telling.release.pk in since and telling.delivery.user_id is None
            has_left = telling.delivery.state == State.LEFT and (telling.is_agent or not is_briefed)
            if not is_caught_up and not has_left:
                yield _late(row.candidate, telling)
        elif telling.after > LATE:
            yield _late(row.candidate, telling)
    for tellings in late.values():
        yield _caught_up(row.candidate, tellings)


def _late(candidate: Candidate, telling: Telling) -> str:
    name, title = _person(candidate, telling), f"“{telling.release}”"
    state = telling.delivery.get_state_display().lower()
    if telling.after is None:
        return f"{name} has not been told of {title} (mail: {state})."
    told = f"{name} was told of {title} {in_words(telling.after)} after its release"
    if telling.is_told_otherwise:
        return f"{told}, in another way (mail: {state})."
    return f"{told}: the mail server took the mail only then."


def _caught_up(candidate: Candidate, tellings: list[Telling]) -> str:
    first = tellings[0]
    name, titles = _person(candidate, first), _titles([one.release for one in tellings])
    made: Any = first.delivery.catch_up
    day = f"{timezone.localdate(made.at):%-d %B %Y}"
    if first.after is None:
        return f"{name} has not been told of {titles}: the mail of the catch-up of {day} failed."
    longest = max(one.after for one in tellings if one.after is not None)
    at_most = "up to " if len(tellings) > 1 else ""
    return (
        f"{name} was told of {titles} {at_most}{in_words(longest)} after the others, by the "
        f"catch-up of {day}."
    )


def _person(candidate: Candidate, telling: Telling) -> str:
    return f"{telling.who} of {candidate}" if telling.is_agent else str(candidate)


def _titles(releases: list[Release]) -> str:
    names = [f"“{release}”" for release in releases]
    if len(names) > 3:
        names = [*names[:2], f"{len(names) - 2} more releases"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def whole_minutes(delay: dt.timedelta) -> int:
    return int(delay.total_seconds() // 60)


def in_words(delay: dt.timedelta) -> str:
    """“2 days”, “3 hours 20 minutes”, “less than a minute”: to the unit that matters."""
    minutes = whole_minutes(delay)
    days, hours, rest = minutes // 1440, minutes // 60, minutes % 60
    if days:
        return _many(days, "day")
    if hours:
        return _many(hours, "hour") + (f" {_many(rest, 'minute')}" if rest else "")
    return _many(minutes, "minute") if minutes else "less than a minute"


def _many(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


# --- as a file -------------------------------------------------------------------------------


def table(found: Report) -> Iterator[list[str]]:
    """Candidates and their agents by releases, one line each."""
    yield ["Fairness report", found.election.name]
    yield ["As on", _moment(found.at)]
    yield []
    yield [
        "Candidate",
        "Status",
        "Who",
        "Release",
        "Released (UK)",
        "Mail",
        "Since (UK)",
        "The mail server said",
        "Told (UK)",
        "How",
        "Minutes after the release",
        "Told in another way",
        "Acknowledged (UK)",
    ]
    for row in found.candidates:
        for telling in row.tellings:
            delivery = telling.delivery
            yield [
                str(row.candidate),
                row.status,
                telling.who,
                str(telling.release),
                _moment(telling.release.released_at),
                delivery.get_state_display(),
                _moment(delivery.state_at),
                delivery.reply,
                _moment(telling.at),
                telling.how,
                telling.minutes,
                delivery.told_how,
                _moment(delivery.acknowledged_at),
            ]
        for release in row.missing:
            told = [str(row.candidate), row.status, "Candidate", str(release)]
            yield [*told, _moment(release.released_at), "None", "", "", "", "Not told yet"]


def _moment(moment: dt.datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
