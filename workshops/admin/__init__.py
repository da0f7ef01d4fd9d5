from . import availability, bookings, events

__all__ = ["availability", "bookings", "events"]
