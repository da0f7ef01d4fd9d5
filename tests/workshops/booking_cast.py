"""Who books, and how: what the tests of bookings share beside fixtures."""

import datetime as dt

from anymail.exceptions import AnymailRecipientsRefused
from django.core.mail.backends.base import BaseEmailBackend
from model_bakery import baker

from elections.models import Candidate, Election, User
from tests.conftest import give_status
from workshops.bookings import book
from workshops.models import Booking, Event
from workshops.refusing import By, Wish

# The campaign of 2021, a Monday, in office hours.
MONDAY = dt.datetime(2021, 4, 12, 9, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def stands(election: Election, name: str, status: str = "nominated") -> Candidate:
    """A candidate with a sign-in of their own."""
    user = User.objects.create_user(f"{name.lower()}@example.org", name)
    candidate = baker.make(
        Candidate, election=election, user=user, surname=name, other_names="Alex"
    )
    give_status(candidate, status)
    return candidate


def take(
    candidate: Candidate, event: Event, number: int = 1, *, at: dt.datetime = MONDAY, **wish
) -> Booking:
    """What comes of it when ``candidate`` books a place themselves."""
    by = wish.pop("by", None) or By(candidate.user, site="http://testserver")
    return book(candidate, Wish(event.slug, number, **wish), by=by, at=at)


def states(*bookings: Booking) -> list[str]:
    """The states as the database has them now."""
    return [str(Booking.objects.get(pk=booking.pk).state) for booking in bookings]


class RefusingBackend(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages) -> int:
        raise AnymailRecipientsRefused("No such mailbox")


class AwayBackend(BaseEmailBackend):
    """A mail server that cannot be reached."""

    def open(self) -> bool:
        raise OSError("Connection refused")


class TooManyAtOnce(Exception):
    status_code = 429


class BusyBackend(BaseEmailBackend):
    """A mail server that takes nothing now, and may later."""

    def send_messages(self, messages) -> int:
        raise TooManyAtOnce


class SilentBackend(BaseEmailBackend):
    """A mail server whose answer is lost on the way."""

    def send_messages(self, messages) -> int:
        raise TimeoutError
