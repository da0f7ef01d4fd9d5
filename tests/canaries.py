"""Rows in which every piece of text is a word that stands nowhere else, as ``canary-draft-…``.

A canary says whose it is: ``canary-<mark>-<kind>-<field>``. What is found on a page shows which
row, and which of its fields, came through.
"""

import datetime as dt
import re
from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.db import models
from model_bakery import baker

from briefings.models import (
    ContactSection,
    Document,
    DocumentsSection,
    Figure,
    FiguresSection,
    Newsletter,
    ProgrammeSection,
    Statement,
    TableSection,
    TextSection,
)
from elections.models import Agent, Candidate, Election, Invitation, StandingRequest, User
from infolog.models import InformationRequest, Topic
from releases.models import ReleasableItem, ReleasedPart
from tests.conftest import NOON, give_status
from workshops.models import Event

CANARY = re.compile(r"canary-[a-z0-9]+(?:-[a-z0-9]+)*")
DAY = dt.date(2021, 4, 18)


def canaries_in(text: str) -> set[str]:
    return set(CANARY.findall(text.lower()))


def seed_items(election: Election, mark: str, audience: str) -> list[ReleasableItem]:
    """One draft of every kind that can be released, with every part it can have."""

    def say(kind: str, *names: str) -> dict[str, str]:
        return {name: f"canary-{mark}-{kind}-{name.replace('_', '-')}" for name in names}

    def frame(kind: str) -> dict[str, object]:
        slug = f"canary-{mark}-{kind}"
        note = f"{slug}-change-note"
        return {"election": election, "audience": audience, "slug": slug, "change_note": note}

    document = Document.objects.create(
        **frame("document"),
        **say("document", "title", "summary", "publisher"),
        published_on=DAY,
        category="plan",
        file=ContentFile(
            f"%PDF-1.4\n% canary-{mark}-document-content\n%%EOF\n".encode(),
            f"canary-{mark}-document-file.pdf",
        ),
    )
    link = Document.objects.create(
        **frame("link"),
        **say("link", "title", "summary", "publisher"),
        published_on=DAY,
        category="plan",
        link=f"https://www.example.org/canary-{mark}-link-link",
    )
    sourced = {"source": document, "as_at": DAY}
    figure = Figure.objects.create(
        **frame("figure"),
        **say("figure", "title", "topic", "unit", "per", "explanation", "source_place"),
        **sourced,
        value=1,
        basis="count",
    )
    statement = Statement.objects.create(
        **frame("table"),
        **say("table", "title", "summary", "row_heading", "notes", "source_place"),
        **sourced,
        has_chart=True,
    )
    statement.columns.create(**say("column", "heading", "unit"), role="value", basis="count")
    statement.columns.create(**say("words", "heading"), position=2, role="assessment", of_column=1)
    statement.lines.create(
        **say("line", "label"), position=1, cells=["17", f"canary-{mark}-line-cells"]
    )
    event = Event.objects.create(
        **frame("event"),
        **say("event", "title", "summary", "how_to_join", "source_note"),
        kind="workshop",
        takes_bookings=True,
        recording=f"https://www.example.org/canary-{mark}-event-recording",
    )
    event.hosts.create(**say("host", "name", "role"))
    event.agenda.create(**say("agenda", "title", "speaker"))
    event.slots.create(
        **say("slot", "venue"), starts_at=dt.datetime(2021, 4, 20, 9, 0, tzinfo=dt.UTC)
    )
    event.slots.create(
        **say("slot", "why"),
        status="postponed",
        starts_at=dt.datetime(2021, 4, 21, 9, 0, tzinfo=dt.UTC),
    )
    newsletter = Newsletter.objects.create(
        **frame("newsletter"),
        **say("newsletter", "title", "summary", "dated"),
        number=election.newsletters.count() + 1,
    )
    parent = {"parent": newsletter, "region": "main"}
    text = f"<p>canary-{mark}-text-text</p>"
    TextSection.objects.create(**parent, **say("text", "heading"), ordering=1, text=text)
    TableSection.objects.create(
        **parent, **say("tables", "heading"), ordering=2, statement=statement
    )
    ProgrammeSection.objects.create(
        **parent, **say("programme", "heading", "introduction"), ordering=3
    )
    FiguresSection.objects.create(**parent, **say("figures", "heading"), ordering=4).figures.add(
        figure
    )
    DocumentsSection.objects.create(
        **parent, **say("papers", "heading", "introduction"), ordering=5
    ).documents.add(document, link)
    ContactSection.objects.create(**parent, **say("contact", "heading", "introduction"), ordering=6)
    request = InformationRequest.objects.create(
        **frame("request"),
        **say("request", "title", "introduction", "note"),
        received_on=DAY,
        form="email",
        event=event,
    )
    request.documents.add(document)
    topic = say("topic", "name")
    request.topics.add(Topic.objects.create(election=election, slug=topic["name"], **topic))
    part = request.parts.create(**say("part", "question", "outcome_note"), outcome="partly")
    part.responses.create(**say("response", "responder", "role", "text"))
    part.figures.add(figure)
    part.statements.add(statement)
    return [document, link, figure, statement, event, newsletter, request]


def parts_of(items: list[ReleasableItem]) -> Iterator[models.Model]:
    """All the rows that are frozen with ``items``."""
    for model in ReleasedPart.__subclasses__():
        yield from _parts(model, items)


def _parts(model: type[ReleasedPart], items: list[models.Model]) -> Iterator[models.Model]:
    if model._meta.abstract:
        for kind in model.__subclasses__():
            yield from _parts(kind, items)
        return
    owner = model._meta.get_field(model.part_of).related_model
    if issubclass(owner, ReleasedPart):
        items = list(_parts(owner, items))
    owners = [item.pk for item in items if isinstance(item, owner)]
    yield from model._default_manager.filter(**{f"{model.part_of}__in": owners})


def fields_without_a_canary(rows: list[models.Model]) -> set[str]:
    """Fields for words, as ``model.field``, that hold no canary in any of ``rows``."""
    empty, full = set(), set()
    words = (models.CharField, models.TextField, models.FileField, models.JSONField)
    for row in rows:
        for field in row._meta.concrete_fields:
            if isinstance(field, words) and not field.choices:
                said = str(getattr(row, field.attname))
                name = f"{row._meta.model_name}.{field.name}"
                (full if canaries_in(said) else empty).add(name)
    return empty - full


def seed_people(election: Election, staff: User) -> list[models.Model]:
    """What the office knows of people, none of it public: ``canary-people-…``.

    A candidate before nominations are published, their agent, a request to be invited that was
    declined, and one member of staff.
    """

    def person(kind: str, **fields: object) -> User:
        return User.objects.create_user(
            f"canary-people-{kind}-email@example.org", f"canary-people-{kind}-name", **fields
        )

    neighbour = person("candidate")
    candidate = Candidate.objects.create(
        election=election,
        user=neighbour,
        surname="canary-people-candidate-surname",
        other_names="canary-people-candidate-other",
    )
    give_status(candidate, "declared")
    candidate.status_changes.update(notice_title="canary-people-status-notice")
    agent = Agent.objects.create(
        candidate=candidate,
        user=person("agent"),
        name="canary-people-agent-called",
        invited_at=NOON,
        invited_by=neighbour,
    )
    invitation = Invitation.objects.create(
        candidate=candidate,
        email="canary-people-invitation-email@example.org",
        failure="canary-people-invitation-failure",
        failed_at=NOON,
        sent_at=NOON,
        sent_by=staff,
    )
    request = StandingRequest.objects.create(
        election=election,
        name="canary-people-request-name",
        email="canary-people-request-email@example.org",
        phone="canary-people-phone",
        message="canary-people-request-message",
        asked_at=NOON,
        decided_at=NOON,
        decided_by=staff,
        outcome="declined",
        reason="canary-people-request-reason",
    )
    colleague = person("staff", is_staff=True)
    baker.make("elections.SignInRecord", user=neighbour, at=NOON, what="signed_in")
    return [neighbour, candidate, agent, agent.user, invitation, request, colleague]
