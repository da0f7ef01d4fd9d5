from . import bookings, events, joining

__all__ = ["bookings", "events", "joining"]
