import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import get_resolver

from elections.models import Election, Phase
from elections.models.election import RESERVED_SLUGS
from elections.timetabling import set_out

Kind = Phase.Kind


def _phases(election: Election) -> dict[str, tuple[dt.date | None, dt.date | None]]:
    return {phase.kind: (phase.starts_on, phase.ends_on) for phase in election.phases()}


def test_current_is_the_next_poll(election, other_election):
    assert Election.objects.current(dt.date(2021, 5, 6)) == election
    assert Election.objects.current(dt.date(2021, 5, 7)) == other_election


def test_current_is_the_latest_poll_when_none_is_to_come(election, other_election):
    assert Election.objects.current(dt.date(2024, 5, 3)) == other_election


def test_current_is_none_without_elections(db):
    assert Election.objects.current(dt.date(2024, 5, 3)) is None


def test_phases_follow_the_notice_and_the_declaration(election):
    set_out(election)
    election.declared_on = dt.date(2021, 5, 7)

    assert _phases(election) == {
        Kind.BEFORE_NOTICE: (None, dt.date(2021, 3, 28)),
        Kind.PRE_ELECTION: (dt.date(2021, 3, 29), dt.date(2021, 5, 5)),
        Kind.POLL: (dt.date(2021, 5, 6), dt.date(2021, 5, 6)),
        Kind.AFTER_DECLARATION: (dt.date(2021, 5, 7), dt.date(2021, 7, 15)),
        Kind.ARCHIVED: (dt.date(2021, 7, 16), None),
    }


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (dt.date(2024, 3, 25), Kind.BEFORE_NOTICE),
        (dt.date(2024, 3, 26), Kind.PRE_ELECTION),
        (dt.date(2024, 5, 1), Kind.PRE_ELECTION),
        (dt.date(2024, 5, 2), Kind.POLL),
        (dt.date(2024, 5, 3), Kind.POLL),
        (dt.date(2024, 5, 4), Kind.AFTER_DECLARATION),
        (dt.date(2024, 7, 12), Kind.AFTER_DECLARATION),
        (dt.date(2024, 7, 13), Kind.ARCHIVED),
    ],
)
def test_phase_on_a_day_of_2024(other_election, day, kind):
    set_out(other_election)
    other_election.declared_on = dt.date(2024, 5, 4)

    assert other_election.phase(day).kind == kind


def test_phase_starts_with_a_notice_published_early(election, timetable, confirm_it):
    confirm_it(timetable["notice"], date=dt.date(2021, 3, 22))

    assert _phases(election)[Kind.PRE_ELECTION][0] == dt.date(2021, 3, 22)


def test_phases_follow_adjusted_days(election):
    set_out(election)
    election.pre_election_starts_on = dt.date(2021, 3, 25)
    election.pre_election_ends_on = dt.date(2021, 5, 12)
    election.declared_on = dt.date(2021, 5, 7)
    election.archived_on = dt.date(2021, 6, 1)

    assert _phases(election) == {
        Kind.BEFORE_NOTICE: (None, dt.date(2021, 3, 24)),
        Kind.PRE_ELECTION: (dt.date(2021, 3, 25), dt.date(2021, 5, 5)),
        Kind.POLL: (dt.date(2021, 5, 6), dt.date(2021, 5, 12)),
        Kind.AFTER_DECLARATION: (dt.date(2021, 5, 13), dt.date(2021, 5, 31)),
        Kind.ARCHIVED: (dt.date(2021, 6, 1), None),
    }


def test_phases_expect_the_declaration_the_day_after_the_poll(election):
    set_out(election)

    assert _phases(election)[Kind.AFTER_DECLARATION][0] == dt.date(2021, 5, 7)


def test_phases_without_a_notice_have_an_empty_pre_election_period(election):
    empty = [phase.kind for phase in election.phases() if phase.is_empty]

    assert empty == [Kind.PRE_ELECTION]
    assert election.phase(dt.date(2021, 5, 5)).kind == Kind.BEFORE_NOTICE
    assert election.phase(dt.date(2021, 5, 6)).kind == Kind.POLL


def test_pre_election_period_cannot_end_before_it_starts(election):
    election.pre_election_starts_on = dt.date(2021, 4, 2)
    election.pre_election_ends_on = dt.date(2021, 4, 1)

    with pytest.raises(IntegrityError, match="election_pre_election_in_order"):
        election.save()


def test_result_cannot_be_declared_before_the_poll(election):
    election.declared_on = dt.date(2021, 5, 5)

    with pytest.raises(IntegrityError, match="election_declared_after_poll"):
        election.save()


def test_address_belongs_to_one_election(office, election):
    with pytest.raises(IntegrityError, match="slug"):
        Election.objects.create(
            office=office, name="Again", slug=election.slug, poll_date=election.poll_date
        )


@pytest.mark.parametrize("slug", [*sorted(RESERVED_SLUGS), "2021", "Pcc-2021"])
def test_address_refused(election, slug):
    election.slug = slug

    with pytest.raises(ValidationError) as refused:
        election.full_clean()

    assert list(refused.value.error_dict) == ["slug"]


def test_every_address_of_the_portal_itself_is_reserved():
    first_parts = {str(route.pattern).partition("/")[0] for route in get_resolver().url_patterns}
    own = {part for part in first_parts if part.replace("-", "").isalnum()}

    assert own <= RESERVED_SLUGS
    assert "elections" in own


def test_election_reads_its_dates_once(election, timetable, django_assert_num_queries):
    fresh = Election.objects.get(pk=election.pk)

    with django_assert_num_queries(1):
        fresh.phases()
        fresh.phase(dt.date(2021, 4, 1))


def test_election_stands_at_its_own_address(election):
    assert election.get_absolute_url() == "/pcc-2021/"
