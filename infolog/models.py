import secrets
from typing import Self

from django.db import models
from django.urls import reverse

from elections.models import Election
from releases.models import ReleasableItem, ReleasableQuerySet, ReleasedPart

# No letter or digit that is taken for another one when it is read out on the telephone.
REFERENCE_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def new_reference() -> str:
    """A public reference that tells neither the order nor the number of requests, as IR-7K4QX."""
    return "IR-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(5))


class Topic(models.Model):
    """What requests are about, so that readers find those on one subject together."""

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="topics")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["election", "slug"],
                name="topic_slug_unique",
                violation_error_message="This election already has that topic.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class InformationRequestQuerySet(ReleasableQuerySet):
    def about(self, topic: str) -> Self:
        return self.filter(topics__slug=topic)


class InformationRequest(ReleasableItem):
    """A question somebody standing put to the office, with the answer everyone gets.

    It never holds who asked.
    """

    class Form(models.TextChoices):
        WRITING = "in-writing", "In writing"
        EMAIL = "email", "By e-mail"
        TELEPHONE = "telephone", "By telephone"
        VERBAL = "verbal", "Verbal (in person)"

    title = models.CharField(max_length=150, help_text="The question in a few neutral words.")
    received_on = models.DateField("date of request")
    form = models.CharField("form of request", max_length=12, choices=Form)
    introduction = models.TextField(
        blank=True, help_text="What a reader must know first, such as where it was asked."
    )
    event = models.ForeignKey(
        "workshops.Event", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="requests")
    see_also = models.ManyToManyField("self", blank=True, symmetrical=False, related_name="+")
    documents = models.ManyToManyField("briefings.Document", blank=True, related_name="+")
    note = models.TextField(
        blank=True, help_text="A note by the office to readers, shown under the answer."
    )

    objects = InformationRequestQuerySet.as_manager()

    class Meta(ReleasableItem.Meta):
        ordering = ["-received_on", "slug"]
        verbose_name = "information request"

    def __str__(self) -> str:
        return self.title

    @property
    def reference(self) -> str:
        """The public reference, as in IR-7K4QX; in the address it stands in small letters."""
        return self.slug.upper()

    def get_absolute_url(self) -> str:
        return reverse("infolog:request", args=[self.election.slug, self.slug])


class Part(ReleasedPart):
    """One question of a request, with an outcome of its own."""

    part_of = "request"

    class Outcome(models.TextChoices):
        ANSWERED = "answered", "Answered"
        PARTLY = "partly", "Partly answered"
        DECLINED = "declined", "Declined"
        NOT_ANSWERED = "not-answered", "Not answered"
        NOT_HELD = "not-held", "Information not held"
        REFERRED = "referred", "Referred elsewhere"

    request = models.ForeignKey(InformationRequest, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField(default=1)
    question = models.TextField()
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.ANSWERED)
    outcome_note = models.TextField(
        blank=True, help_text="Why it was declined or referred, or what is missing."
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "position"],
                name="part_position_unique",
                violation_error_message="Two parts have the same position.",
            ),
        ]

    def __str__(self) -> str:
        return self.question[:80]


class Response(ReleasedPart):
    """What one responder said to one part, in the order it was said."""

    part_of = "part"

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="responses")
    position = models.PositiveSmallIntegerField(default=1)
    responder = models.CharField(max_length=100, help_text="The person or body that answered.")
    role = models.CharField(max_length=100, blank=True)
    text = models.TextField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "position"],
                name="response_position_unique",
                violation_error_message="Two responses have the same position.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.responder}: {self.text[:60]}"
