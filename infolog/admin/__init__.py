from . import enquiries, importing, requests, work

__all__ = ["enquiries", "importing", "requests", "work"]
