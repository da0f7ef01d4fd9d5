import dataclasses
import datetime as dt
import secrets
from collections.abc import Iterator
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from elections.models import Election
from infolog.states import State, Told, state_of_outcomes
from pcc_portal.findings import Finding, Severity
from pcc_portal.proofreading import Claim, Passage, claims_of, plain
from pcc_portal.public_frame import PublicFrame
from releases.models import ReleasableItem, ReleasableQuerySet

from .citations import findings_in_citations, problems_of_citations
from .part import Part, Response

# No letter or digit that is taken for another one when it is read out on the telephone.
REFERENCE_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
TITLE_AT_MOST = 110


def new_reference(prefix: str = "IR") -> str:
    """A reference that tells neither the order nor the number of requests, as IR-7K4QX."""
    return f"{prefix}-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(5))


def reference_from(digest: bytes) -> str:
    """The same reference for the same ``digest``, which nobody can foresee."""
    letters = (REFERENCE_ALPHABET[byte % len(REFERENCE_ALPHABET)] for byte in digest[:5])
    return "IR-" + "".join(letters)


def title_from(text: str) -> str:
    """A title to begin with, from a question: its first words."""
    title = " ".join(text.split())
    if len(title) <= TITLE_AT_MOST:
        return title
    return title[:TITLE_AT_MOST].rpartition(" ")[0].rstrip(" ,;:–-") + " …"


def _unused_slug() -> str:
    """A new reference in small letters that no request ever had, deleted ones too. Two queries."""
    while True:
        slug = new_reference().lower()
        if not was_given(slug):
            return slug


def was_given(slug: str) -> bool:
    """Whether any request has this address, or had it and was deleted. Two queries."""
    had: Any = InformationRequest.history.filter(slug=slug)
    return InformationRequest.objects.filter(slug=slug).exists() or had.exists()


class Topic(PublicFrame):
    """What requests are about, so that readers find those on one subject together."""

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="topics")
    name = models.CharField(max_length=80)
    slug = models.SlugField("address", max_length=80)

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
        return self.filter(topics__election=F("election"), topics__slug=topic)

    def ever_about(self, topic: str) -> Self:
        """Every version of what was about it in public: its withdrawal has no topic of its own."""
        same = InformationRequest.objects.filter(
            audience=InformationRequest.Audience.PUBLIC,
            election=OuterRef("election"),
            slug=OuterRef("slug"),
            version__lte=OuterRef("version"),
        )
        return self.filter(Exists(same.about(topic)))

    def with_outcome(self, outcome: str) -> Self:
        """Those of which at least one part has the outcome."""
        return self.filter(Exists(Part.objects.filter(request=OuterRef("pk"), outcome=outcome)))

    def with_state(self) -> Self:
        """Each with ``state``: what it comes to, as ``state_of_outcomes`` works it out."""
        parts = Part.objects.filter(request=OuterRef("pk"))
        good = (Part.Outcome.ANSWERED, Part.Outcome.PARTLY)
        return self.annotate(
            state=Case(
                When(~Exists(parts), then=Value(State.NOT_ANSWERED)),
                When(~Exists(parts.exclude(outcome=good[0])), then=Value(State.ANSWERED)),
                When(Exists(parts.filter(outcome__in=good)), then=Value(State.PARTLY)),
                When(
                    ~Exists(parts.exclude(outcome=Part.Outcome.REFERRED)),
                    then=Value(State.REFERRED),
                ),
                default=Value(State.NOT_ANSWERED),
                output_field=models.CharField(),
            )
        )

    def asked_at(self, event: str) -> Self:
        """Those that were asked at the event of this address, whichever version of it."""
        return self.filter(event__election=F("election"), event__slug=event)

    def answered_by(self, responder: str) -> Self:
        return self.filter(
            Exists(Response.objects.filter(part__request=OuterRef("pk"), responder=responder))
        )

    def saying(self, words: str) -> Self:
        """Those that hold every one of the words somewhere, in capitals or not."""
        found = self
        for word in dict.fromkeys(words.lower().split()):
            parts = Part.objects.filter(
                Q(question__icontains=word) | Q(outcome_note__icontains=word),
                request=OuterRef("pk"),
            )
            responses = Response.objects.filter(
                Q(text__icontains=word) | Q(responder__icontains=word) | Q(role__icontains=word),
                part__request=OuterRef("pk"),
            )
            found = found.filter(
                Q(slug__icontains=word)
                | Q(title__icontains=word)
                | Q(introduction__icontains=word)
                | Q(note__icontains=word)
                | Exists(parts)
                | Exists(responses)
            )
        return found


class InformationRequest(ReleasableItem):
    """A question somebody standing put to the office, with the answer everyone gets.

    It never holds who asked.
    """

    class Form(models.TextChoices):
        WRITING = "in-writing", "In writing"
        EMAIL = "email", "By e-mail"
        TELEPHONE = "telephone", "By telephone"
        VERBAL = "verbal", "Verbal (in person)"

    slug = models.SlugField(
        "address",
        max_length=80,
        blank=True,
        help_text="The reference in small letters. Leave empty to get a new one.",
    )
    title = models.CharField(max_length=150, help_text="The question in a few neutral words.")
    received_on = models.DateField("date of request")
    form = models.CharField("form of request", max_length=12, choices=Form)
    introduction = models.TextField(
        blank=True, help_text="What a reader must know first, such as where it was asked."
    )
    event = models.ForeignKey(
        "workshops.Event",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="asked at",
        help_text="The event it was asked at. Shown only to those who may see the event.",
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="requests")
    see_also = models.ManyToManyField(
        "self",
        blank=True,
        symmetrical=False,
        related_name="+",
        help_text="Requests that answer part of this one, or that it answers part of.",
    )
    documents = models.ManyToManyField(
        "briefings.Document",
        blank=True,
        related_name="+",
        help_text="The papers the question or the answer speaks of.",
    )
    note = models.TextField(
        blank=True, help_text="A note by the office to readers, shown under the answer."
    )

    objects = InformationRequestQuerySet.as_manager()

    class Meta(ReleasableItem.Meta):
        ordering = ["-received_on", "slug"]
        verbose_name = "information request"
        permissions = [("note_questions", "Can write down what is asked at an event")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug:
            self.slug = _unused_slug()
        super().save(*args, **kwargs)

    def subjects(self) -> set[str]:
        """The topics of this version and those before it: a withdrawal has none of its own."""
        versions = InformationRequest.objects.filter(
            election=self.election_id, slug=self.slug, version__lte=self.version
        )
        if self.audience == self.Audience.PUBLIC:
            versions = versions.filter(audience=self.Audience.PUBLIC)
        topics = Topic.objects.filter(election=self.election_id, requests__in=versions)
        return set(topics.values_list("slug", flat=True))

    @classmethod
    def subjects_to_follow(cls, election: Election, at: dt.datetime) -> list[tuple[str, str]]:
        """A topic that only hidden or withdrawn requests have is not told. One query."""
        known = cls.objects.visible_to(AnonymousUser(), at).newest(at)
        has_known = Exists(known.filter(topics=OuterRef("pk")))
        topics = Topic.objects.filter(has_known, election=election)
        return list(topics.values_list("slug", "name"))

    def check_ready(self) -> None:
        problems = list(self._problems())
        if problems:
            raise ValidationError(problems)

    def _problems(self) -> Iterator[str]:
        parts = list(self.parts.prefetch_related("responses"))
        if not parts:
            yield "It has no part yet. Add the question as a part."
        for part in parts:
            outcome = part.get_outcome_display()
            if part.outcome in Part.NEED_RESPONSE and not part.responses.all():
                yield (
                    f"Part {part.position} is marked “{outcome}” but has no response. "
                    "Write the response or choose another outcome."
                )
            if part.outcome in Part.NEED_NOTE and not part.outcome_note.strip():
                yield (
                    f"Part {part.position} is marked “{outcome}” without a reason. "
                    "Write it in the outcome note."
                )
        if self.event and self.event.is_for_one:
            yield (
                f"“{self.event}” is for one person alone, so it would tell who asked. Take the "
                "event out."
            )
        yield from problems_of_citations(self)
        for topic in self.topics.exclude(election=self.election_id):
            yield f"The topic “{topic}” belongs to another election. Take it out."

    def findings(self) -> list[Finding]:
        """Its texts, also held against the other requests of the election, and what it cites."""
        return [
            *self.findings_in_texts(others=self._claims_elsewhere()),
            *findings_in_citations(self),
            *self._findings_in_outcomes(),
        ]

    def _findings_in_outcomes(self) -> Iterator[Finding]:
        """What a part owes its reader: why it is missing, and what can be done next."""
        for part in self.parts.filter(outcome__in=Part.OWE_NOTE, outcome_note=""):
            yield Finding(
                code="no-ground",
                severity=Severity.WARNING,
                sentence=f"Part {part.position} is marked “{part.get_outcome_display()}”, and "
                "readers are not told why, or what they can do next. Put in a ground.",
            )

    def severity_of_name(self, passage: Passage) -> Severity:
        """An answer names nobody who stands, not even the one who asked."""
        return Severity.ERROR

    def passages(self) -> list[Passage]:
        """Costs two queries unless its parts and responses were fetched with it."""
        passages = [
            plain("Title", self.title, field="title", is_label=True),
            plain("Introduction", self.introduction, field="introduction"),
        ]
        parts = list(self.parts.all())
        models.prefetch_related_objects(parts, "responses")
        for part in parts:
            passages += part.passages(f"Part {part.position}", year=self.title)
        return [*passages, plain("Note", self.note, field="note", year=self.title)]

    def _claims_elsewhere(self) -> list[Claim]:
        """What other requests say of money; three queries."""
        money = Q(parts__question__contains="£") | Q(parts__responses__text__contains="£")
        others = (
            InformationRequest.objects.filter(money, election=self.election_id)
            .exclude(slug=self.slug)
            .newest(timezone.now())
            .prefetch_related("parts__responses")
            .distinct()
        )
        return [
            dataclasses.replace(claim, where=f"“{other.title}”, {claim.where}")
            for other in others
            for claim in claims_of(other.passages())
        ]

    @property
    def reference(self) -> str:
        """The public reference, as in IR-7K4QX; in the address it stands in small letters."""
        return self.slug.upper()

    @property
    def responders(self) -> list[str]:
        """Who answered, each once, in the order they spoke. Two queries unless prefetched."""
        return list(
            dict.fromkeys(
                response.responder for part in self.parts.all() for response in part.responses.all()
            )
        )

    @property
    def state_told(self) -> Told:
        """What it comes to, and what a reader can do next. A query unless prefetched."""
        return state_of_outcomes([part.outcome for part in self.parts.all()]).told

    @property
    def outcome_in_words(self) -> str:
        """As in “2 of 4 parts answered, 1 declined, 1 not held”. A query unless prefetched."""
        outcomes = [Part.Outcome(part.outcome) for part in self.parts.all()]
        if len(outcomes) < 2:
            return "".join(outcome.label for outcome in outcomes)
        counts = {outcome: outcomes.count(outcome) for outcome in Part.Outcome}
        said = [f"{count} {outcome.in_words}" for outcome, count in counts.items() if count]
        first, *others = said
        if not others:
            return f"All {len(outcomes)} parts {first.partition(' ')[2]}"
        count, _, words = first.partition(" ")
        return ", ".join([f"{count} of {len(outcomes)} parts {words}", *others])

    def get_absolute_url(self) -> str:
        return reverse("infolog:request", args=[self.election.slug, self.slug])
