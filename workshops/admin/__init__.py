from . import availability, bookings, draws, events, meetings

__all__ = ["availability", "bookings", "draws", "events", "meetings"]
