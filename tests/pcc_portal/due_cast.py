"""One row for nearly everything that can be due or wrong."""

import datetime as dt

from django.utils import timezone
from model_bakery import baker

from briefings.models import Document, Newsletter
from elections.models import Candidate, Election, Invitation, Office, StandingRequest, User
from infolog.models import Disclosure, Enquiry, ForceAddress, InformationRequest, Receipt, Work
from infolog.working import begin, move_to, pause
from releases.models import Release
from tests.conftest import give_status
from workshops.models import Event, Slot

DAY = dt.timedelta(days=1)


def fill_keeper(election: Election, request: InformationRequest, number: int) -> None:
    """What waits for the keeper of the log, and a response of the force for an officer."""
    now = timezone.now()
    for index, state in enumerate(("accepted", "refused")):
        enquiry = Enquiry.objects.create(
            election=election,
            reference=f"EQ-{number}{index}",
            form="email",
            received_on=now.date(),
            entered_at=now,
        )
        Receipt.objects.create(enquiry=enquiry, address="a@example.org", state=state, state_at=now)
    for decision in ("open", "release"):
        Disclosure.objects.create(
            election=election,
            told_at=now,
            how="visit",
            told_by="Chief Executive",
            told_to="Somebody",
            what="A figure.",
            decision=decision,
        )
    part = request.parts.create(question="Why?")
    address = ForceAddress.objects.create(
        request=request, for_whom="Finance", made_at=now, expires_at=now + DAY
    )
    address.proposals.create(part=part, name="Pat", role="Head", text="1,242.", made_at=now)


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
    for name, waits, stage in (
        ("Overdue", 30, "answering"),
        ("Today", 7, "received"),
        ("New", 0, "with-force"),
        ("Paused", 3, "answering"),
    ):
        begun = InformationRequest.objects.create(
            election=election, title=name, received_on=today - waits * DAY, form="email"
        )
        work = begin(begun, at=now)
        move_to(work, stage, at=now)
        if name == "Paused":
            pause(work, about="Which year?", on=today)
        if name == "Today":
            Work.objects.filter(pk=work.pk).update(due_on=today)
    fill_keeper(election, begun, number)
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
