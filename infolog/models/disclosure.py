from django.db import models
from django.db.models import Q

from elections.models import Candidate, Election
from pcc_portal.history import History
from releases.models import Release

from .enquiry import SEE_ASKERS


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    def undecided(self) -> "DisclosureQuerySet":
        return self.filter(decision=Disclosure.Decision.OPEN)

    def owed(self) -> "DisclosureQuerySet":
        """What everyone is to be told, and has not been."""
        return self.filter(decision=Disclosure.Decision.RELEASE, released_in__released_at=None)


class Disclosure(models.Model):
    """What somebody was told outside the log: on the telephone, in a corridor, on a visit.

    Any member of staff writes one down. To whom it was told only the log's keeper reads.
    """

    history_seen_by = SEE_ASKERS

    class How(models.TextChoices):
        TELEPHONE = "telephone", "On the telephone"
        IN_PASSING = "in-passing", "In passing"
        VISIT = "visit", "On a visit or at an event"
        MAIL = "mail", "By letter or e-mail"
        OTHER = "other", "In another way"

    class Decision(models.TextChoices):
        OPEN = "open", "Not decided yet"
        NOTHING = "nothing", "Nothing has to be released"
        RELEASE = "release", "It has to be released to everyone"

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="disclosures")
    told_at = models.DateTimeField("when")
    how = models.CharField(max_length=10, choices=How)
    told_by = models.CharField("who told it", max_length=150)
    told_to = models.CharField("who was told", max_length=150)
    candidate = models.ForeignKey(
        Candidate,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="candidate who was told",
    )
    what = models.TextField("what was said", help_text="In a few sentences.")
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.OPEN)
    reason = models.CharField("why", max_length=300, blank=True)
    released_in = models.ForeignKey(
        Release,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="released in",
        help_text="The release by which everyone was told the same.",
    )

    objects = DisclosureQuerySet.as_manager()
    history = History(excluded_fields=["candidate"])
    history_personal = ("told_to",)

    class Meta:
        ordering = ["-told_at", "-pk"]
        verbose_name = "disclosure outside the log"
        verbose_name_plural = "disclosures outside the log"
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision="nothing", reason=""),
                name="disclosure_nothing_needs_reason",
                violation_error_message="Say why nothing has to be released.",
            ),
            models.CheckConstraint(
                condition=Q(released_in=None) | Q(decision="release"),
                name="disclosure_released_was_decided",
                violation_error_message="It was released: say so in the decision.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_how_display()}, {self.told_at:%-d %B %Y}"
