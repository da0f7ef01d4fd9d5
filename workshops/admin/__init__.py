from . import availability, bookings, draws, event_books, events, joining, meetings

__all__ = ["availability", "bookings", "draws", "event_books", "events", "joining", "meetings"]
