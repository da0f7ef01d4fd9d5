from . import documents, figures, newsletters

__all__ = ["documents", "figures", "newsletters"]
