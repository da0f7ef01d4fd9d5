"""One row for nearly everything that can be due or wrong."""

import datetime as dt

from django.utils import timezone
from model_bakery import baker

from briefings.models import Document, Newsletter
from elections.models import Candidate, Election, Invitation, Office, StandingRequest, User
from infolog.models import InformationRequest
from releases.models import Release
from tests.conftest import give_status
from workshops.models import Event, Slot

DAY = dt.timedelta(days=1)


def fill(office: Office, number: int) -> Election:
    now = timezone.now()
    today = timezone.localdate(now)
    election = Election.objects.create(
        office=office, name=f"Poll {number}", slug=f"poll-{number}", poll_date=today + 60 * DAY
    )
    election.key_dates.create(title="To come", date=today + 5 * DAY)
    election.key_dates.create(title="Passed", date=today - 5 * DAY)
    for name, failed_at, sent_at in (
        ("failed", now, now),
        ("out", None, now - 15 * DAY),
        ("waiting", None, now),
    ):
        user = User.objects.create_user(f"{name}{number}@example.org", name)
        invited = baker.make(Candidate, election=election, user=user, surname=name)
        give_status(invited, "declared")
        Invitation.objects.create(
            candidate=invited,
            email=user.email,
            sent_at=sent_at,
            accepted_at=None if failed_at else sent_at,
            failed_at=failed_at,
        )
    give_status(baker.make(Candidate, election=election, user=None, surname="Nobody"), "declared")
    StandingRequest.objects.create(
        election=election, name="Asks", email=f"asks{number}@example.org", asked_at=now
    )
    User.objects.create_user(f"new{number}@staff.example.org", "New", is_staff=True)
    for due_at in (None, now - DAY, now + DAY):
        Release.objects.create(election=election, title=f"Due {due_at}", due_at=due_at)
    Newsletter.objects.create(election=election, slug="draft", number=1, title="Draft", summary=".")
    baker.make(Document, election=election, slug="draft", link="https://example.org/")
    InformationRequest.objects.create(
        election=election, title="Why?", received_on=today, form="in-writing"
    )
    for format_ in Event.Format.values:
        event = Event.objects.create(
            election=election,
            slug=format_,
            title=format_,
            kind="workshop",
            summary=".",
            format=format_,
        )
        Slot.objects.create(event=event, starts_at=now + DAY, is_all_day=True)
    return election
