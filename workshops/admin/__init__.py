from . import availability, bookings, draws, events

__all__ = ["availability", "bookings", "draws", "events"]
