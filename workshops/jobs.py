"""What the job worker calls at its times (see ``manage.py schedule_jobs``)."""

from django.utils import timezone

from pcc_portal.jobs import one_by_one

from . import draws
from .bookings import pass_on
from .changes import tell_changes
from .emails import send_waiting
from .leaving import end_it, left
from .models import Booking, EventBook
from .reminders import remind

# The same worker mails the sign-in codes, and ends a job that takes a minute.
SECONDS_A_JOB = 10


def pass_places_on() -> str:
    """Let offers lapse and offer what is free. Returns what was done, for the worker's record."""
    at = timezone.now()
    waits = (Booking.State.WAITING, Booking.State.OFFERED)
    books = EventBook.objects.filter(bookings__state__in=waits).distinct().order_by("pk")

    def passed_on(book: EventBook) -> int:
        pass_on(book, at)
        return 1

    return f"Events somebody waits for: {one_by_one(books, passed_on)}."


def end_of_those_who_left() -> str:
    """End what those have booked who may no longer attend. Returns what was done, as above."""
    at = timezone.now()
    return f"Bookings ended: {one_by_one(left(at), lambda booking: end_it(booking, at))}."


def tell_changes_now() -> str:
    """Tell everyone booked what changed. Returns what was done, as above."""
    return f"Bookings with a change to tell: {tell_changes(timezone.now())}."


def send_waiting_now() -> str:
    """Send what could not go out when it was queued. Returns what was done, as above."""
    return f"Mails tried: {send_waiting(timezone.now(), seconds=SECONDS_A_JOB)}."


def remind_now() -> str:
    """Remind everyone booked of what is soon. Returns what was done, as above."""
    return f"Reminders: {remind(timezone.now())}."


def draw_lots() -> str:
    """Draw lots about what was asked for before booking opened. Returns what was done, as above."""
    at = timezone.now()
    drawn = one_by_one(draws.due(at), lambda book: draws.draw_lots(book, at) is not None)
    return f"Draws: {drawn}."
