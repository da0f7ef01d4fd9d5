"""From what was accepted to drafts. Nothing here makes anything known."""

import time
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from simple_history.utils import bulk_create_with_history

from elections.models import User
from elections.refusals import Refused
from infolog.models import ImportedRequest, InformationRequest, LogImport, Part, Response, Topic
from pcc_portal.jobs import hand_over

AT_A_TIME = 250
# Well within the time a job has; what is left then is handed over again.
SECONDS_AT_MOST = 30
APPLYING = "infolog.importing.applying.make_drafts"


def apply(log_import: LogImport, *, by: User | None) -> int:
    """Have drafts made of all that is certain or accepted. Returns of how many.

    Raises as ``begin``.
    """
    with transaction.atomic():
        count = begin(log_import)
        hand_over(APPLYING, log_import.pk, by.pk if by else None)
    return count


def begin(log_import: LogImport) -> int:
    """Raises ``Refused``: ``working`` while other work on it goes on, ``nothing``."""
    with transaction.atomic():
        log_import = LogImport.objects.select_for_update().get(pk=log_import.pk)
        if log_import.is_working or log_import.state == LogImport.State.MATCHING:
            raise Refused("working", "The rows are not read yet. Try again in a moment.")
        count = log_import.requests.to_apply().count()
        if not count:
            raise Refused("nothing", "There is nothing to make a draft of: decide on a row first.")
        log_import.state = LogImport.State.APPLYING
        log_import.work_done, log_import.work_total = 0, count
        log_import.save()
    return count


def make_drafts(pk: int, by: int | None = None) -> str:
    """What the job worker does. Called twice it makes nothing twice."""
    log_import = LogImport.objects.filter(pk=pk, state=LogImport.State.APPLYING).first()
    if log_import is None:
        return "Nothing to make drafts of."
    user = User.objects.filter(pk=by).first() if by else None
    until = time.monotonic() + SECONDS_AT_MOST
    try:
        while made := _some_drafts(log_import, user):
            log_import.work_done += made
            LogImport.objects.filter(pk=pk).update(work_done=log_import.work_done)
            if time.monotonic() > until:
                hand_over(APPLYING, pk, by)
                return f"{log_import.work_done} drafts so far."
    except Exception:
        LogImport.objects.filter(pk=pk).update(state=LogImport.State.FAILED)
        raise
    state = LogImport.State
    waiting = log_import.requests.waiting().exists()
    log_import.state = state.REVIEW if waiting else state.DONE
    log_import.save()
    return f"{log_import.work_done} drafts made."


@transaction.atomic
def _some_drafts(log_import: LogImport, by: User | None) -> int:
    """Drafts of the next few, their parts and what was said, with the record of each."""
    rows = list(
        log_import.requests.to_apply()
        .select_for_update(of=("self",))
        .order_by("position")[:AT_A_TIME]
    )
    if not rows:
        return 0
    items = _requests(log_import, rows, by)
    parts = _parts(log_import, rows, items, by)
    _responses(log_import, rows, parts, by)
    for row, item in zip(rows, items, strict=True):
        row.item = item
    ImportedRequest.objects.bulk_update(rows, ["item"])
    return len(rows)


def _requests(
    log_import: LogImport, rows: list[ImportedRequest], by: User | None
) -> list[InformationRequest]:
    made: list[Any] = [
        InformationRequest(
            election=log_import.election,
            slug=row.slug,
            title=row.title,
            received_on=row.date,  # type: ignore[misc]  # none without a date gets here
            form=row.form,
            introduction=row.introduction,
            note=row.note,
        )
        for row in rows
    ]
    items: list[InformationRequest] = _recorded(made, InformationRequest, by)
    _add_topics(log_import, rows, items)
    return items


def _add_topics(
    log_import: LogImport, rows: list[ImportedRequest], items: list[InformationRequest]
) -> None:
    """The topics proposed, made where the election has none of that name, with their record."""
    wanted = {slugify(row.topic)[:80]: row.topic for row in rows if slugify(row.topic)}
    topics = {
        slug: Topic.objects.get_or_create(
            election=log_import.election, slug=slug, defaults={"name": name}
        )[0]
        for slug, name in wanted.items()
    }
    through = InformationRequest.topics.through
    pairs = [
        (item, topics[slug])
        for row, item in zip(rows, items, strict=True)
        if (slug := slugify(row.topic)[:80])
    ]
    links = through.objects.bulk_create(
        through(informationrequest=item, topic=topic) for item, topic in pairs
    )
    _record_topics(links, items)


def _record_topics(links: list[Any], items: list[InformationRequest]) -> None:
    """As a topic that is added one by one is recorded."""
    history: Any = InformationRequest.history
    records = dict(
        history.filter(id__in=[item.pk for item in items]).values_list("id", "history_id")
    )
    kept: Any = apps.get_model("infolog", "HistoricalInformationRequest_topics")
    fields = [field.name for field in type(links[0])._meta.fields] if links else []
    kept._default_manager.bulk_create(
        kept(
            history_id=records[link.informationrequest_id],
            **{name: getattr(link, name) for name in fields},
        )
        for link in links
    )


def _parts(
    log_import: LogImport,
    rows: list[ImportedRequest],
    items: list[InformationRequest],
    by: User | None,
) -> list[Part]:
    made = [
        Part(
            request=item,
            position=position,
            question=part["question"],
            outcome=part["outcome"],
            outcome_note=part["outcome_note"],
        )
        for row, item in zip(rows, items, strict=True)
        for position, part in enumerate(row.parts, start=1)
    ]
    return _recorded(made, Part, by)


def _responses(
    log_import: LogImport, rows: list[ImportedRequest], parts: list[Part], by: User | None
) -> None:
    said = [part["responses"] for row in rows for part in row.parts]
    made = [
        Response(
            part=part,
            position=position,
            responder=(response["responder"] or log_import.responder)[:100],
            role=response["role"][:100],
            text=response["text"],
        )
        for part, responses in zip(parts, said, strict=True)
        for position, response in enumerate(responses, start=1)
    ]
    _recorded(made, Response, by)


def _recorded(rows: list[Any], model: Any, by: User | None) -> list[Any]:
    if not rows:
        return []
    made: list[Any] = bulk_create_with_history(
        rows, model, default_user=by, default_date=timezone.now()
    )
    return made
