import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

from pcc_portal.public_frame import PublicFrame

from .office import Office

if TYPE_CHECKING:
    from .key_date import KeyDate

# First parts of addresses that the portal itself uses.
RESERVED_SLUGS = frozenset(
    {
        "account",
        "accessibility",
        "admin",
        "contact",
        "cookies",
        "elections",
        "favicon-ico",
        "health",
        "ledger",
        "mail-events",
        "my-page",
    }
    | {"privacy", "robots-txt", "search", "sign-in", "static", "updates"}
)
SPENDING_RETURN_DAYS = 70


def _refuse_reserved(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(f"The portal uses the address “{slug}” itself. Choose another one.")


@dataclass(frozen=True)
class Phase:
    """One stretch of an election; ``ends_on`` is its last day, ``None`` when it has no end."""

    class Kind(models.TextChoices):
        BEFORE_NOTICE = "before-notice", "Before the notice of election"
        PRE_ELECTION = "pre-election", "Pre-election period"
        POLL = "poll", "Polling day and count"
        AFTER_DECLARATION = "after-declaration", "After the declaration"
        ARCHIVED = "archived", "Archived"

    kind: Kind
    starts_on: dt.date | None
    ends_on: dt.date | None

    @property
    def is_empty(self) -> bool:
        """It has no day of its own, as a pre-election period that no notice date opens."""
        return bool(self.starts_on and self.ends_on and self.ends_on < self.starts_on)


class ElectionQuerySet(models.QuerySet["Election"]):
    def current(self, on: dt.date) -> "Election | None":
        """The election visitors came for on the day ``on``: the next poll, else the latest one."""
        elections = self.select_related("office")
        return (
            elections.filter(poll_date__gte=on).order_by("poll_date").first()
            or elections.order_by("-poll_date").first()
        )


class Election(PublicFrame):
    """One poll for one post. It keeps its own address, whatever comes after it."""

    class Kind(models.TextChoices):
        ORDINARY = "ordinary", "Ordinary election"
        BY_ELECTION = "by-election", "By-election"

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="elections")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.ORDINARY)
    name = models.CharField(max_length=150)
    slug = models.SlugField(
        "address",
        unique=True,
        max_length=60,
        validators=[
            RegexValidator(r"^[a-z]", "Begin with a small letter, as in “pcc-2028”."),
            _refuse_reserved,
        ],
        help_text="The first part of every page's address, as in “pcc-2028”. It never changes.",
    )
    ballot_id = models.CharField(
        "Democracy Club ballot id",
        max_length=100,
        blank=True,
        help_text="As in “pcc.leicestershire.2024-05-02”.",
    )
    poll_date = models.DateField("polling day")
    summary = models.TextField(
        blank=True, help_text="One or two neutral sentences for the home page."
    )
    pre_election_starts_on = models.DateField(
        "pre-election period starts",
        null=True,
        blank=True,
        help_text="Leave empty to start it with the notice of election.",
    )
    pre_election_ends_on = models.DateField(
        "pre-election period ends (last day)",
        null=True,
        blank=True,
        help_text="Leave empty to end it with polling day.",
    )
    nominations_published_on = models.DateField(
        "statement of persons nominated published",
        null=True,
        blank=True,
        help_text="The public list of candidates is shown from this day on.",
    )
    declared_on = models.DateField("result declared", null=True, blank=True)
    archived_on = models.DateField(
        "archived from",
        null=True,
        blank=True,
        help_text=f"Leave empty to archive it {SPENDING_RETURN_DAYS} days after the declaration, "
        "when spending returns have come in.",
    )

    objects = ElectionQuerySet.as_manager()

    class Meta:
        ordering = ["-poll_date"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pre_election_ends_on__gte=models.F("pre_election_starts_on"))
                | models.Q(pre_election_ends_on=None)
                | models.Q(pre_election_starts_on=None),
                name="election_pre_election_in_order",
                violation_error_message="The pre-election period cannot end before it starts.",
            ),
            models.CheckConstraint(
                condition=models.Q(declared_on__gte=models.F("poll_date"))
                | models.Q(declared_on=None),
                name="election_declared_after_poll",
                violation_error_message="The result cannot be declared before polling day.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("election", args=[self.slug])

    @cached_property
    def dates(self) -> "dict[str, KeyDate]":
        """The statutory dates by kind. Costs one query, once."""
        return {date.kind: date for date in self.key_dates.all() if date.kind}

    def forget_dates(self) -> None:
        """Read the dates anew when they are next asked for."""
        self.__dict__.pop("dates", None)
        getattr(self, "_prefetched_objects_cache", {}).pop("key_dates", None)

    def phases(self) -> list[Phase]:
        """The five phases in order, each beginning the day after the one before ends.

        The pre-election period runs from the notice of election to polling day unless staff
        adjusted it (offices differ: practice in 2021 and 2024 varied by up to five days).
        Costs one query, once.
        """
        notice = self.dates.get("notice")
        starts = self.pre_election_starts_on or (notice.date if notice else self.poll_date)
        starts = min(starts, self.poll_date)
        declared = max(
            self.declared_on or self.poll_date + dt.timedelta(days=1),
            (self.pre_election_ends_on or self.poll_date) + dt.timedelta(days=1),
        )
        archived = max(
            self.archived_on or declared + dt.timedelta(days=SPENDING_RETURN_DAYS),
            declared + dt.timedelta(days=1),
        )
        begins = [starts, self.poll_date, declared, archived]
        firsts: list[dt.date | None] = [None, *begins]
        lasts: list[dt.date | None] = [*(day - dt.timedelta(days=1) for day in begins), None]
        return [
            Phase(kind, first, last)
            for kind, first, last in zip(Phase.Kind, firsts, lasts, strict=True)
        ]

    def phase(self, on: dt.date) -> Phase:
        """The phase on the day ``on``. Costs one query, once."""
        return next(p for p in reversed(self.phases()) if p.starts_on is None or p.starts_on <= on)
