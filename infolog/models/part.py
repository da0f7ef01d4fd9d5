from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models import Q

from pcc_portal.proofreading import Passage, plain
from releases.models import ReleasedPart

from .citations import CITES


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

        @property
        def in_words(self) -> str:
            """As it stands after a number of parts."""
            return "not held" if self is Part.Outcome.NOT_HELD else self.label.lower()

        @property
        def explanation(self) -> str:
            """What the outcome means to a reader."""
            return _EXPLANATIONS[self]

    # Outcomes that promise a response, and those that owe the reader a reason.
    NEED_RESPONSE = (Outcome.ANSWERED, Outcome.PARTLY)
    NEED_NOTE = (Outcome.DECLINED, Outcome.REFERRED)
    # Those where an old log may record no reason.
    OWE_NOTE = (Outcome.PARTLY, Outcome.NOT_ANSWERED)

    request = models.ForeignKey(
        "infolog.InformationRequest", on_delete=models.CASCADE, related_name="parts"
    )
    position = models.PositiveSmallIntegerField("order", default=1)
    question = models.TextField(help_text="As it was asked. Leave out who asked it.")
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.ANSWERED)
    outcome_note = models.TextField(
        blank=True, help_text="Why it was declined or referred, or what is missing."
    )
    figures = models.ManyToManyField(
        "briefings.Figure",
        blank=True,
        related_name="+",
        help_text="The figures the answer rests on. Readers see each with its year, kind and "
        "source, and are told when it is corrected.",
    )
    statements = models.ManyToManyField(
        "briefings.Statement",
        blank=True,
        related_name="+",
        verbose_name="tables of figures",
        help_text="The tables the answer rests on.",
    )

    CITES = CITES
    # By relation what a reader may see of it: see infolog/citing.py.
    cites: dict[str, list[Any]]

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "position"],
                name="part_position_unique",
                violation_error_message="Two parts have the same position.",
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1),
                name="part_position_from_one",
                violation_error_message="Parts are counted from 1.",
            ),
        ]

    def __str__(self) -> str:
        return self.question[:80]

    @property
    def is_released(self) -> bool:
        """Costs queries unless ``request__release`` was selected with the row."""
        return self.request.is_released

    def passages(self, place: str, *, year: str) -> Iterator[Passage]:
        """What it says, and every response to it. ``place`` says which part it is."""
        yield plain(f"{place}, question", self.question, year=year)
        yield plain(f"{place}, reason", self.outcome_note, year=year)
        for number, response in enumerate(self.responses.all(), start=1):
            where = f"{place}, response {number} ({response.responder})"
            yield plain(where, response.text, year=year)
            yield plain(f"{where}, who says it", response.speaker, is_label=True)

    @property
    def outcome_explanation(self) -> str:
        return self.Outcome(self.outcome).explanation


_EXPLANATIONS = {
    Part.Outcome.ANSWERED: "The question was answered in full.",
    Part.Outcome.PARTLY: "Some of what was asked was answered, and some was not.",
    Part.Outcome.DECLINED: "The office or the force chose not to answer. The reason is given.",
    Part.Outcome.NOT_ANSWERED: "The log records no answer to this question.",
    Part.Outcome.NOT_HELD: "Neither the office nor the force holds this information.",
    Part.Outcome.REFERRED: "Someone else can answer this. It says who.",
}


class Response(ReleasedPart):
    """What one responder said to one part, in the order it was said."""

    part_of = "part"

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="responses")
    position = models.PositiveSmallIntegerField("order", default=1)
    responder = models.CharField(max_length=100, help_text="The person or body that answered.")
    role = models.CharField(
        max_length=100, blank=True, help_text="As in “Chief Executive”, if the name does not say."
    )
    text = models.TextField("what they said")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "position"],
                name="response_position_unique",
                violation_error_message="Two responses have the same position.",
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1),
                name="response_position_from_one",
                violation_error_message="Responses are counted from 1.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.responder}: {self.text[:60]}"

    @property
    def speaker(self) -> str:
        """Who said it, with the role if there is one."""
        return f"{self.responder}, {self.role}" if self.role else self.responder
