from .attendance import Attendance
from .availability import Availability, AvailabilityException, AvailableHours
from .booking import Booking, BookingMail, BookingNeeds, BookingQuerySet, EventBook, Joining
from .draw import Draw, DrawLine, WishList
from .event import AgendaItem, Event, EventHost, EventQuerySet
from .meeting import Meeting, MeetingQuerySet, NoThanks
from .slot import Slot, SlotQuerySet, start_of_day, with_next_slot

__all__ = [
    "AgendaItem",
    "Attendance",
    "Availability",
    "AvailabilityException",
    "AvailableHours",
    "Booking",
    "BookingMail",
    "BookingNeeds",
    "BookingQuerySet",
    "Draw",
    "DrawLine",
    "Event",
    "EventBook",
    "EventHost",
    "EventQuerySet",
    "Joining",
    "Meeting",
    "MeetingQuerySet",
    "NoThanks",
    "Slot",
    "SlotQuerySet",
    "WishList",
    "start_of_day",
    "with_next_slot",
]
