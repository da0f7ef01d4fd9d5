from . import bookings, event_books, events, joining

__all__ = ["bookings", "event_books", "events", "joining"]
