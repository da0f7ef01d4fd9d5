from .item import (
    Reader,
    ReleasableItem,
    ReleasableQuerySet,
    ReleasedPart,
    items_of,
    later_version,
    releasable_models,
)
from .public_revision import PublicRevision
from .release import Release, ReleaseQuerySet

__all__ = [
    "PublicRevision",
    "Reader",
    "ReleasableItem",
    "ReleasableQuerySet",
    "Release",
    "ReleaseQuerySet",
    "ReleasedPart",
    "items_of",
    "later_version",
    "releasable_models",
]
