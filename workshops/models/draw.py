"""What candidates ask for before booking opens, and the lots that were drawn about it."""

from django.db import models

from elections.models import Agent, Candidate

from .booking import Booking, EventBook
from .event import Event


class WishListQuerySet(models.QuerySet["WishList"]):
    def undrawn(self, event: Event) -> "WishListQuerySet":
        """What was asked for of an event while no lots have been drawn about it."""
        return self.filter(
            book__election=event.election_id, book__event_slug=event.slug, book__draw=None
        )


class WishList(models.Model):
    """The slots one candidate would like, the dearest first, until booking opens."""

    book = models.ForeignKey(EventBook, on_delete=models.PROTECT, related_name="wish_lists")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="wish_lists")
    # Whoever wrote it for the candidate; nobody where it was the candidate.
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    slot_numbers = models.JSONField()
    site = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()

    objects = WishListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "candidate"], name="wish_list_once"),
        ]

    def __str__(self) -> str:
        return f"Wishes of {self.candidate}"


class Draw(models.Model):
    """Lots drawn about the slots of one event, with all it takes to draw them once more."""

    book = models.OneToOneField(EventBook, on_delete=models.PROTECT, related_name="draw")
    at = models.DateTimeField("drawn")
    seed = models.CharField(max_length=64)
    # By number of the slot the places left before the draw; none where they are not limited.
    places = models.JSONField("places before the draw")
    inputs_hash = models.CharField("hash of what it was drawn from", max_length=64)

    class Meta:
        ordering = ["-at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"Draw for {self.book}"


class DrawLine(models.Model):
    """One candidate in a draw: their lot’s place in the order, their wishes, what they got."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="draw_lines")
    slot_numbers = models.JSONField("wishes")
    # Wishes that could not be met whatever the lot: number of the slot and why, as a code.
    passed_over = models.JSONField(default=list)
    slot_number = models.PositiveSmallIntegerField("got", null=True)
    booking = models.OneToOneField(
        Booking, null=True, on_delete=models.PROTECT, related_name="drawn"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "position"], name="draw_position_once"),
            models.UniqueConstraint(fields=["draw", "candidate"], name="draw_candidate_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.candidate}"
