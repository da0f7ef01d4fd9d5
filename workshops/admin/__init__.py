from . import bookings, events

__all__ = ["bookings", "events"]
