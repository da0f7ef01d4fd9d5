from . import documents, newsletters

__all__ = ["documents", "newsletters"]
