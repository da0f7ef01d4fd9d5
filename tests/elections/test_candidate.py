import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from elections.models import Candidate, User
from tests.conftest import give_status

PUBLISHED_ON = dt.date(2021, 4, 9)


@pytest.fixture
def published(election):
    election.nominations_published_on = PUBLISHED_ON
    election.save()
    return election


def _refusal(candidate: Candidate, field: str) -> str:
    with pytest.raises(ValidationError) as refused:
        candidate.full_clean()
    return refused.value.error_dict[field][0].code


@pytest.mark.parametrize(
    ("status", "is_listed"),
    [
        ("interested", False),
        ("declared", False),
        ("nominated", True),
        ("withdrawn", False),
        ("not-nominated", False),
        ("elected", True),
        ("not-elected", True),
    ],
)
def test_publicly_listed_are_those_nominated(published, stand, status, is_listed):
    stand(published, "Surname", status=status)

    assert Candidate.objects.publicly_listed(PUBLISHED_ON).exists() is is_listed


def test_publicly_listed_is_nobody_before_publication(election, published, stand):
    stand(published, "Surname")

    assert not Candidate.objects.publicly_listed(PUBLISHED_ON - dt.timedelta(days=1)).exists()
    election.nominations_published_on = None
    election.save()
    assert not Candidate.objects.publicly_listed(PUBLISHED_ON).exists()


def test_publicly_listed_by_surname_then_other_names_whatever_the_case(published, stand):
    for surname, other_names in (
        ("Zeal", "A"),
        ("de Souza", "A"),
        ("DE SOUZA", "B"),
        ("Abbot", "Z"),
    ):
        stand(published, surname, other_names=other_names)

    listed = Candidate.objects.publicly_listed(PUBLISHED_ON)

    assert [(c.surname, c.other_names) for c in listed] == [
        ("Abbot", "Z"),
        ("de Souza", "A"),
        ("DE SOUZA", "B"),
        ("Zeal", "A"),
    ]


def test_publicly_listed_follows_the_status_by_date(published, stand):
    candidate = stand(published, "Surname")
    give_status(candidate, "withdrawn", PUBLISHED_ON + dt.timedelta(3))

    listed = [
        Candidate.objects.publicly_listed(PUBLISHED_ON + dt.timedelta(days)).exists()
        for days in (2, 3)
    ]
    assert listed == [True, False]


def test_briefed_is_everyone_who_has_not_left(election, stand):
    for status in Candidate.Status:
        stand(election, status.label, status=status)

    assert {c.status for c in Candidate.objects.briefed(PUBLISHED_ON)} == {
        "interested",
        "declared",
        "nominated",
        "elected",
        "not-elected",
    }


def test_candidate_stands_once_in_an_election(election, candidate):
    with pytest.raises(IntegrityError, match="user"):
        Candidate.objects.create(election=election, user=candidate, surname="A", other_names="B")


def test_candidates_without_a_sign_in_may_be_many(election, stand):
    stand(election, "One", user=None)
    stand(election, "Two", user=None)

    assert election.candidates.count() == 2


@pytest.mark.parametrize("status", ["interested", "declared", "withdrawn", "not-nominated"])
def test_description_is_not_kept_of_those_not_nominated(published, stand, status):
    with pytest.raises(IntegrityError, match="candidate_description_once_nominated"):
        stand(published, "Surname", status=status, ballot_description="Independent")


def test_description_is_refused_of_somebody_not_nominated(published, stand):
    candidate = stand(published, "Surname", "declared")
    candidate.ballot_description = "Independent"

    assert _refusal(candidate, "ballot_description") == "not_nominated"


def test_description_is_refused_before_nominations_are_published(election, stand):
    candidate = stand(election, "Surname")
    candidate.ballot_description = "Independent"

    assert _refusal(candidate, "ballot_description") == "too_early"


def test_description_is_refused_until_the_day_of_publication(published, stand, time_machine):
    candidate = stand(published, "Surname")
    candidate.ballot_description = "Independent"

    time_machine.move_to(dt.datetime(2021, 4, 8, 12, tzinfo=dt.UTC))
    assert _refusal(candidate, "ballot_description") == "too_early"
    time_machine.move_to(dt.datetime(2021, 4, 9, 12, tzinfo=dt.UTC))
    candidate.full_clean()


def test_description_is_taken_once_nominations_are_published(published, stand):
    candidate = stand(published, "Surname", ballot_description="Independent")

    candidate.full_clean()


def test_candidate_cannot_be_staff(election, editor, stand):
    candidate = stand(election, "Surname", user=editor)

    assert _refusal(candidate, "user") == "staff"


def test_staff_cannot_be_made_of_a_candidate(candidate):
    candidate.is_staff = True

    with pytest.raises(ValidationError) as refused:
        candidate.full_clean(exclude=["password"])

    assert [error.code for error in refused.value.error_dict["__all__"]] == ["candidate"]


def test_staff_cannot_be_made_of_a_candidate_to_come(election):
    user = User.objects.create_user("soon@example.org", "Soon")
    soon = Candidate.objects.create(election=election, user=user, surname="S", other_names="S")
    give_status(soon, "declared", timezone.localdate() + dt.timedelta(3))
    user.is_staff = True

    with pytest.raises(ValidationError) as refused:
        user.full_clean(exclude=["password"])

    assert [error.code for error in refused.value.error_dict["__all__"]] == ["candidate"]


def test_staff_may_be_made_of_someone_who_withdrew(withdrawn_candidate):
    withdrawn_candidate.is_staff = True

    withdrawn_candidate.full_clean()
