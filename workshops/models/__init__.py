from .attendance import Attendance
from .booking import Booking, BookingMail, BookingNeeds, BookingQuerySet, EventBook, Joining
from .event import (
    AgendaItem,
    Event,
    EventHost,
    EventQuerySet,
    Slot,
    SlotQuerySet,
    start_of_day,
)

__all__ = [
    "AgendaItem",
    "Attendance",
    "Booking",
    "BookingMail",
    "BookingNeeds",
    "BookingQuerySet",
    "Event",
    "EventBook",
    "EventHost",
    "EventQuerySet",
    "Joining",
    "Slot",
    "SlotQuerySet",
    "start_of_day",
]
