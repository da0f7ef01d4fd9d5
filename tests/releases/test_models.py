import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_bakery import baker

from briefings.models import Newsletter
from elections.looking import StandIn
from elections.models import Candidate
from releases.models import ReleasableItem, Release, items_of, releasable_models
from tests.conftest import give_status, release_reviewed

BEFORE = dt.datetime(2021, 3, 1, 9, tzinfo=dt.UTC)
RELEASED = dt.datetime(2021, 3, 1, 10, tzinfo=dt.UTC)
LATER = dt.datetime(2021, 3, 2, 10, tzinfo=dt.UTC)


@pytest.fixture
def issues(election):
    """A public issue and one for candidates, released, and a draft."""
    made = {
        name: Newsletter.objects.create(
            election=election, slug=name, number=number, title=name, summary=name, audience=audience
        )
        for number, (name, audience) in enumerate(
            {"public": "public", "candidates": "candidates", "draft": "public"}.items(), start=1
        )
    }
    release_reviewed(
        [made["public"], made["candidates"]], election=election, title="Two issues", at=RELEASED
    )
    return made


def slugs(user, at):
    return sorted(Newsletter.objects.visible_to(user, at).values_list("slug", flat=True))


def test_visible_to_shows_nothing_before_the_release(issues, candidate, editor):
    assert [slugs(user, BEFORE) for user in (AnonymousUser(), candidate, editor)] == [[], [], []]


def test_visible_to_shows_the_public_only_public_items(issues):
    assert slugs(AnonymousUser(), RELEASED) == ["public"]


def test_visible_to_shows_a_candidate_what_is_for_candidates(issues, candidate):
    assert slugs(candidate, RELEASED) == ["candidates", "public"]


def test_visible_to_shows_a_candidate_of_another_election_only_public_items(
    issues, other_candidate
):
    assert slugs(other_candidate, RELEASED) == ["public"]


def test_visible_to_shows_a_withdrawn_candidate_only_public_items(issues, withdrawn_candidate):
    assert slugs(withdrawn_candidate, RELEASED) == ["public"]


def test_visible_to_shows_an_agent_what_the_candidate_sees(issues, agent):
    assert slugs(agent, RELEASED) == ["candidates", "public"]


def test_visible_to_shows_an_agent_whose_access_was_ended_only_public_items(issues, agent):
    agent.agencies.update(revoked_at=RELEASED)

    assert slugs(agent, RELEASED) == ["public"]


def test_visible_to_shows_an_agent_nothing_of_another_election(issues, agent, other_election):
    elsewhere = Newsletter.objects.create(
        election=other_election,
        slug="elsewhere",
        number=1,
        title="Elsewhere",
        summary=".",
        audience="candidates",
    )
    release_reviewed([elsewhere], election=other_election, title="Elsewhere", at=RELEASED)

    assert slugs(agent, RELEASED) == ["candidates", "public"]


def test_visible_to_follows_the_candidates_status_by_uk_days(issues, candidate, agent):
    give_status(candidate.candidacies.get(), "withdrawn", dt.date(2021, 6, 2))
    last_minute = dt.datetime(2021, 6, 1, 22, 59, tzinfo=dt.UTC)  # a minute before midnight there

    for reader in (candidate, agent):
        assert slugs(reader, last_minute) == ["candidates", "public"]
        assert slugs(reader, last_minute + dt.timedelta(minutes=1)) == ["public"]


def test_visible_to_shows_a_candidate_to_come_only_public_items(issues, election, candidate):
    Candidate.objects.get().status_changes.update(effective_from=dt.date(2021, 3, 2))

    assert slugs(candidate, RELEASED) == ["public"]
    assert slugs(candidate, LATER) == ["candidates", "public"]


def test_visible_to_asks_once_whoever_asks(issues, agent, django_assert_num_queries):
    with django_assert_num_queries(1):
        list(Newsletter.objects.visible_to(agent, LATER))


def test_visible_to_shows_staff_released_items_and_no_draft(issues, editor):
    assert slugs(editor, RELEASED) == ["candidates", "public"]


def test_visible_to_shows_staff_who_may_not_sign_in_only_public_items(issues, editor):
    editor.is_active = False

    assert slugs(editor, RELEASED) == ["public"]


def test_newest_gives_the_version_in_force_at_the_time(issues, election):
    corrected = Newsletter.objects.create(
        election=election, slug="public", version=2, number=1, title="corrected", summary="."
    )
    release_reviewed([corrected], election=election, title="Correction", at=LATER)

    def titles(at):
        found = Newsletter.objects.visible_to(AnonymousUser(), at)
        return list(found.newest(at).values_list("title", flat=True)), found.count()

    assert titles(RELEASED) == (["public"], 1)
    assert titles(LATER) == (["corrected"], 2)


def test_newest_ignores_a_later_version_that_is_a_draft(issues, election):
    Newsletter.objects.create(
        election=election, slug="public", version=2, number=1, title="draft", summary="."
    )

    assert Newsletter.objects.newest(LATER).get(slug="public", version=1).title == "public"
    assert not Newsletter.objects.visible_to(AnonymousUser(), LATER).filter(version=2).exists()


def test_item_cannot_join_a_release_of_another_election(issues, other_election):
    issues["draft"].release = Release.objects.create(election=other_election, title="Elsewhere")

    with pytest.raises(ValidationError, match="belongs to another election"):
        issues["draft"].full_clean()


def test_what_was_public_stays_public_in_a_new_version(issues, election):
    hidden = Newsletter(
        election=election,
        slug="public",
        version=2,
        number=1,
        title="Hidden",
        summary=".",
        audience="candidates",
    )

    with pytest.raises(ValidationError, match="This has been public"):
        hidden.full_clean()


def test_version_is_unique_for_its_address(issues, election):
    with pytest.raises(ValidationError, match="already has a page with this address"):
        Newsletter(
            election=election, slug="public", number=9, title="Again", summary="."
        ).full_clean()


def test_releasable_models_are_the_kinds_of_item_we_know():
    names = sorted(model.__name__ for model in releasable_models())

    assert names == ["Document", "Event", "Figure", "InformationRequest", "Newsletter", "Statement"]


def test_release_items_holds_every_kind(issues):
    held = items_of(Release.objects.get(title="Two issues"))

    assert sorted(item.slug for item in held) == ["candidates", "public"]


def test_due_lists_only_what_has_come_and_is_not_done(election):
    baker.make(Release, election=election, title="due", due_at=RELEASED)
    baker.make(Release, election=election, title="done", due_at=RELEASED, released_at=RELEASED)
    baker.make(Release, election=election, title="to come", due_at=LATER)
    baker.make(Release, election=election, title="by hand", due_at=None)

    assert [release.title for release in Release.objects.due(RELEASED)] == ["due"]


@st.composite
def released_items(draw):
    """Election, audience and moment of release of some items; without a moment it is a draft."""
    moments = st.sampled_from([None, BEFORE, RELEASED, LATER])
    item = st.tuples(st.booleans(), st.sampled_from(ReleasableItem.Audience.values), moments)
    return draw(st.lists(item, max_size=8))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=released_items(), at=st.sampled_from([BEFORE, RELEASED, LATER]))
def test_visible_to_shows_who_looks_as_a_candidate_what_a_candidate_sees(
    election, other_election, candidate, other_candidate, made, at
):
    with transaction.atomic():
        for number, (is_here, audience, moment) in enumerate(made, start=1):
            item = Newsletter.objects.create(
                election=election if is_here else other_election,
                slug=f"issue-{number}",
                number=number,
                title=f"Issue {number}",
                summary=".",
                audience=audience,
            )
            if moment:
                release_reviewed([item], election=item.election, title="An issue", at=moment)
        for stands_in, real in ((election, candidate), (other_election, other_candidate)):
            assert slugs(StandIn(stands_in.pk), at) == slugs(real, at)
        transaction.set_rollback(True)


def test_visible_to_asks_once_when_staff_look_as_a_candidate(
    issues, election, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert slugs(StandIn(election.pk), LATER) == ["candidates", "public"]
