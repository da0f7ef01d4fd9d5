"""The cast every test shares, each with the reason it exists."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from model_bakery import baker

from elections.impartiality import declare
from elections.models import Candidate, Election, Office, User
from releases.models import ReleasableItem
from releases.releasing import release_items

NOON = dt.datetime(2021, 3, 30, 11, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _development_only(settings, tmp_path):
    """No test writes into the project, keeps a page of another test, or needs built files."""
    from django.core.cache import caches

    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.STATIC_ROOT = tmp_path  # has to be there, may be empty
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture
def office(db) -> Office:
    return baker.make(
        Office,
        name="Office of the Police and Crime Commissioner for Leicestershire",
        short_name="Leicestershire OPCC",
        post="Police and Crime Commissioner",
        area="Leicester, Leicestershire and Rutland",
        force="Leicestershire Police",
        contact_name="The election contact",
        contact_email="office@example.org",
    )


@pytest.fixture
def election(office) -> Election:
    """The election most tests are about: the poll of 6 May 2021."""
    return Election.objects.create(
        office=office, name="Election 2021", slug="pcc-2021", poll_date=dt.date(2021, 5, 6)
    )


@pytest.fixture
def other_election(office) -> Election:
    """Whatever belongs to it must never show in ``election``."""
    return Election.objects.create(
        office=office, name="Election 2024", slug="pcc-2024", poll_date=dt.date(2024, 5, 2)
    )


def _candidate(election: Election, email: str, **fields) -> User:
    user = User.objects.create_user(email, email.partition("@")[0].title())
    baker.make(
        Candidate, election=election, user=user, surname="Surname", other_names=user.name, **fields
    )
    return user


@pytest.fixture
def candidate(election) -> User:
    return _candidate(election, "candidate@example.org", status="declared")


@pytest.fixture
def other_candidate(other_election) -> User:
    """Stands in the other election: knows nothing that is for candidates of this one."""
    return _candidate(other_election, "other@example.org", status="declared")


@pytest.fixture
def withdrawn_candidate(election) -> User:
    return _candidate(election, "withdrawn@example.org", status="withdrawn")


@pytest.fixture
def editor(db) -> User:
    """A member of staff who may do everything in the admin."""
    user = User.objects.create_user(
        "editor@example.org", "Edith Editor", is_staff=True, is_superuser=True
    )
    declare(user, at=NOON)
    return user


@pytest.fixture
def make_staff(db):
    """A member of staff who has the roles named, and has declared that they are impartial."""

    def _make(*roles: str, name: str = "") -> User:
        address = f"{'.'.join(roles) or 'nobody'}@staff.example.org"
        user = User.objects.create_user(address, name or f"Staff {' '.join(roles)}", is_staff=True)
        user.groups.set(Group.objects.filter(name__in=roles))
        declare(user, at=NOON)
        return user

    return _make


@pytest.fixture
def release_now():
    """Release items at a moment long past, so that they are known whenever a test looks."""

    def _release(*items: ReleasableItem, at: dt.datetime = NOON) -> None:
        release_items(items, election=items[0].election, title="A release", at=at)

    return _release


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()
