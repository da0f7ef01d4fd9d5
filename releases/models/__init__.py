from .catch_up import CatchUp
from .delivery import Delivery
from .item import (
    Reader,
    ReleasableItem,
    ReleasableQuerySet,
    ReleasedPart,
    item_at,
    items_of,
    later_version,
    releasable_models,
    withdrawn_later,
)
from .ledger_entry import LedgerEntry, LedgerHead
from .mail_choice import MailChoice
from .public_revision import PublicRevision
from .release import Release, ReleaseQuerySet
from .review import Review
from .subscriber import Subscriber
from .waiver import Waiver

__all__ = [
    "CatchUp",
    "Delivery",
    "LedgerEntry",
    "LedgerHead",
    "MailChoice",
    "PublicRevision",
    "Reader",
    "ReleasableItem",
    "ReleasableQuerySet",
    "Release",
    "ReleaseQuerySet",
    "ReleasedPart",
    "Review",
    "Subscriber",
    "Waiver",
    "item_at",
    "items_of",
    "later_version",
    "releasable_models",
    "withdrawn_later",
]
