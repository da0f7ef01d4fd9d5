"""The cast every test shares, each with the reason it exists."""

import base64
import datetime as dt
import json

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AbstractBaseUser, Group
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import Resolver404, resolve
from django.utils import timezone
from hypothesis import settings as property_tests
from model_bakery import baker

from elections.impartiality import declare
from elections.models import Agent, Candidate, Election, Office, StatusChange, User
from pcc_portal.snapshots import sign
from pcc_portal.staff_admin import StaffAdmin
from pcc_portal.stale_saves import TOKEN
from pcc_portal.triggers import take_away_triggers
from releases.kept import forget
from releases.models import ReleasableItem, Release
from releases.neutrality import QUESTIONS
from releases.releasing import release_items
from releases.reviewing import approve, objections_to, waive

NOON = dt.datetime(2021, 3, 30, 11, 0, tzinfo=dt.UTC)

# How long something takes is measured by the benchmark; a busy machine makes no test fail.
property_tests.register_profile("portal", deadline=None)
property_tests.load_profile("portal")


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
    # No worker runs beside the tests. What the shared cache holds goes with each test’s rows.
    settings.JOBS_AT_ONCE = True
    for cache in caches.all(initialized_only=True):
        if isinstance(cache, LocMemCache):
            cache.clear()
    forget()


@pytest.fixture(autouse=True)
def _tables_can_be_emptied(request):
    """A test that commits is tidied up by emptying every table, and triggers refuse that.

    PostgreSQL truncates, which fires none. They are put back when the tables are empty.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = "transactional_db" in request.fixturenames or (
        marker and marker.kwargs.get("transaction")
    )
    if commits:
        request.getfixturevalue("transactional_db")  # so that it is tidied up after this
    yield
    if commits:
        take_away_triggers(connection)


APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class PortalClient(Client):
    """Django's test client; staff it signs in have used their authenticator app.

    What it posts to a staff form comes from a form that was loaded just before.
    """

    def post(self, path: str, data=None, *args, **kwargs):
        if data is None or isinstance(data, dict):
            data = _loaded(path, data or {}) | (data or {})
        return super().post(path, data, *args, **kwargs)

    def force_login(self, user: AbstractBaseUser, backend: str | None = None) -> None:
        super().force_login(user, backend)
        UserSession.objects.update_or_create(
            session_key=self.session.session_key,
            defaults={"user_id": user.pk, "ip": "127.0.0.1"},
        )
        if user.is_staff:
            self.pass_second_factor(user)

    def force_login_without_second_factor(self, user: AbstractBaseUser) -> None:
        super().force_login(user)

    def pass_second_factor(self, user: AbstractBaseUser) -> None:
        """Leaves in the session what allauth leaves there when a code of the app was right."""
        app = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()
        app = app or TOTP.activate(user, APP_KEY).instance
        request = RequestFactory().get("/")
        request.session = self.session
        record_authentication(request, user, "mfa", id=app.pk, type=app.type)
        request.session.save()


def _loaded(path: str, data: dict) -> dict[str, str]:
    """The token a browser would send along to the staff form at ``path``, if there is one."""
    try:
        match = resolve(path.partition("?")[0])
    except Resolver404:
        return {}
    page = getattr(match.func, "model_admin", None)
    if not isinstance(page, StaffAdmin):
        return {}
    chosen = data.get("_selected_action", []) if data.get("post") else []
    keys = chosen if isinstance(chosen, list | tuple) else [chosen]
    if "object_id" in match.kwargs:
        keys = [match.kwargs["object_id"]]
    rows: dict = {}
    for key in keys:
        rows |= page._snapshot(page._key_of(str(key)))
    return {TOKEN: sign(rows)} if keys else {}


@pytest.fixture
def client() -> PortalClient:
    return PortalClient()


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


def give_status(candidate: Candidate, status: str, on: dt.date = dt.date(2016, 1, 1)) -> None:
    """A status from a day long past, whatever the rules say of it."""
    StatusChange.objects.create(
        candidate=candidate,
        status=status,
        effective_from=on,
        notice_title="Statement of persons nominated",
        recorded_at=timezone.now(),
    )
    if status in Candidate.LISTED:
        candidate.nominated_on = on
        candidate.save(update_fields=["nominated_on"])


def _candidate(election: Election, email: str, status: str) -> User:
    user = User.objects.create_user(email, email.partition("@")[0].title())
    candidate = baker.make(
        Candidate, election=election, user=user, surname="Surname", other_names=user.name
    )
    give_status(candidate, status)
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
def agent(candidate) -> User:
    """Acts for ``candidate``: knows what the candidate knows."""
    user = User.objects.create_user("agent@example.org", "Adam Agent")
    Agent.objects.create(
        candidate=candidate.candidacies.get(),
        user=user,
        name="Adam Agent",
        invited_at=NOON,
        invited_by=candidate,
    )
    return user


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


def pass_review(*items: ReleasableItem, at: dt.datetime = NOON) -> None:
    """Everything is approved as it stands, whatever the checks would warn of."""
    for row in items:
        item = type(row)._default_manager.get(pk=row.pk)  # as the database has it
        for warning in objections_to(item).warnings:
            waive(item, warning, by=None, at=at, reason="It is only a test.")
        approve(item, by=None, at=at, checklist=[(question, "yes") for question in QUESTIONS])


def release_reviewed(items: list[ReleasableItem], *, at: dt.datetime, **more) -> Release:
    """``release_items`` once everything in it is approved."""
    pass_review(*items, at=at)
    return release_items(items, at=at, **more)


@pytest.fixture
def release_now():
    """Release items at a moment long past, so that they are known whenever a test looks."""

    def _release(*items: ReleasableItem, at: dt.datetime = NOON) -> None:
        release_reviewed(list(items), election=items[0].election, title="A release", at=at)

    return _release


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()


WEBHOOK_CREDENTIALS = "portal:development"
BOUNCE = {
    "RecordType": "Bounce",
    "ID": 4323372036854775807,
    "Type": "HardBounce",
    "TypeCode": 1,
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Description": "The server was unable to deliver your message.",
    "Email": "candidate@example.org",
    "BouncedAt": "2021-04-01T16:33:54.9070259Z",
}


@pytest.fixture
def report_of_provider(client, settings):
    """A mail provider says what became of a mail; Postmark stands for all of them."""
    settings.MAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": WEBHOOK_CREDENTIALS}

    def _report(given=WEBHOOK_CREDENTIALS, **event):
        words = base64.b64encode(given.encode()).decode()
        return client.post(
            "/mail-events/",
            json.dumps(BOUNCE | event),
            content_type="application/json",
            headers={"Authorization": f"Basic {words}"},
        )

    return _report
