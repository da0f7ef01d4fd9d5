from . import enquiries, requests, work

__all__ = ["enquiries", "requests", "work"]
