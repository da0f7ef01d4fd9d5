"""What a booking is in the calendar of whoever is told of it (iCalendar, RFC 5545 and 5546).

A booking, every change of it to another one, and its end are one entry with one UID: whatever
happens, a calendar shows it once, or not at all.
"""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from icalendar import Calendar, vCalAddress
from icalendar import Event as CalendarEntry

from elections.models import User

from .calendars import PRODUCT, add_time, uid
from .models import Booking, BookingMail, Joining, Slot
from .wording import place_of

What = BookingMail.What


@dataclass(frozen=True)
class Update:
    """What a mail brings for the calendar: ``method`` is REQUEST or CANCEL."""

    method: str
    content: str


def thread(mail: BookingMail) -> "QuerySet[BookingMail]":
    """The mails before ``mail`` to the same person about what is the same entry in a calendar."""
    entry = mail.booking.entry
    return BookingMail.objects.filter(
        Q(booking=entry) | Q(booking__began_as=entry),
        recipient=mail.recipient_id,
        pk__lt=mail.pk,
    ).order_by("pk")


def update_of(mail: BookingMail, address: str) -> Update | None:
    """What ``mail`` changes in a calendar; nothing where nobody ever had the place. One query.

    What is postponed is taken out until there is a new time: nobody should come at the old one.
    """
    booking, slot = mail.booking, mail.slot
    has_update = mail.what in (What.BOOKED, What.CHANGED, What.CANCELLED)
    if not (has_update and booking.booked_at and slot):
        return None
    is_on = mail.what != What.CANCELLED and slot.is_on
    entry = booking_entry(booking, slot, mail.joining, address)
    # The mails before count up: two of one person never have the same number.
    entry.add("sequence", thread(mail).count())
    entry.add("dtstamp", mail.begun_at)
    entry.add("status", "CONFIRMED" if is_on else "CANCELLED")
    office = booking.book.election.office
    entry.add("organizer", _person(office.contact_email, office.short_name))
    entry.add("attendee", _attendee(mail.recipient))
    whole = Calendar()
    whole.add("prodid", PRODUCT)
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", method := "REQUEST" if is_on else "CANCEL")
    whole.add_component(entry)
    return Update(method, whole.to_ical().decode())


def booking_entry(
    booking: Booking, slot: Slot, joining: Joining | None, address: str
) -> CalendarEntry:
    """The entry of one booking: what is the same in a mail and in the calendar of the person."""
    event = slot.event
    election = booking.book.election
    place, link, said = place_of(slot), "", ""
    if joining:
        place = ", ".join(filter(None, (slot.venue or joining.link, joining.room))) or place
        link, said = joining.link, joining.instructions
    lines = [
        event.summary,
        f"Booked for {booking.candidate}.",
        f"Join at {link}" if link else "",
        said,
    ]
    entry = CalendarEntry()
    entry.add("uid", uid(election, "booking", event.slug, booking.entry))
    entry.add("summary", event.title)
    entry.add("location", place)
    entry.add("description", "\n\n".join(filter(None, lines)))
    add_time(entry, slot)
    if address:
        entry.add("url", address)
    return entry


def _person(email: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{email}")
    person.params["CN"] = name
    return person


def _attendee(user: User) -> vCalAddress:
    """They said on the portal that they come: no answer is asked for."""
    person = _person(user.email, user.name)
    person.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    return person
