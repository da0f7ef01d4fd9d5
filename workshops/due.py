import datetime as dt

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from pcc_portal.desk import Matter, since
from releases.due import drafts

from .attending import with_something_to_give
from .models import Event, EventQuerySet, Slot, SlotQuerySet, start_of_day

Format = Event.Format


def due(at: dt.datetime) -> list[Matter]:
    today = timezone.localdate(at)
    slots = Slot.objects.upcoming(today)
    coming = _coming(today)

    def told(event: Event) -> str:
        when = since(event.lacks_at, at) if event.lacks_at else "by appointment"
        return f"{when}; {event.election}"

    def matter(code: str, what: str, rows: EventQuerySet, *, is_wrong: bool = True) -> Matter:
        return Matter(
            code=code,
            what=what,
            rows=rows.select_related("election").order_by(
                F("lacks_at").asc(nulls_last=True), "title", "pk"
            ),
            tell=told,
            first="Next",
            is_wrong=is_wrong,
        )

    return [
        matter(
            "room",
            "Events to come without a room",
            _with_a_slot(
                Event.objects.last_written().filter(format__in=(Format.IN_PERSON, Format.HYBRID)),
                slots.filter(venue=""),
            ),
        ),
        matter(
            "link",
            "Online events to come that do not say how to join",
            coming.filter(format__in=(Format.ONLINE, Format.HYBRID), how_to_join=""),
        ),
        matter(
            "format",
            "Events to come, online or in person still to be confirmed",
            coming.filter(format=Format.TO_BE_CONFIRMED),
            is_wrong=False,
        ),
        matter(
            "time",
            "Events to come of which only the day is known",
            _with_a_slot(Event.objects.last_written(), slots.filter(is_all_day=True)),
            is_wrong=False,
        ),
        matter(
            "afterwards",
            "Events that are over, of which those who were not there have been given nothing",
            _over(today, at).filter(takes_bookings=True).exclude(with_something_to_give()),
            is_wrong=False,
        ),
        drafts(Event, at),
    ]


def _over(today: dt.date, at: dt.datetime) -> EventQuerySet:
    """Events whose last slot is over, while the poll is to come; ``lacks_at`` is its start."""
    last = Slot.objects.filter(event=OuterRef("pk")).order_by("-starts_at")
    return (
        Event.objects.last_written()
        .released(at)
        .exclude(change=Event.Change.WITHDRAWAL)
        .annotate(lacks_at=Subquery(last.values("starts_at")[:1]))
        .filter(lacks_at__lt=start_of_day(today), election__poll_date__gte=today)
    )


def _coming(today: dt.date) -> EventQuerySet:
    """Events with a slot to come; those by appointment until the poll."""
    first = _first(Slot.objects.upcoming(today))
    return (
        Event.objects.last_written()
        .annotate(lacks_at=first)
        .filter(Q(lacks_at__isnull=False) | Q(by_appointment=True, election__poll_date__gte=today))
    )


def _with_a_slot(events: EventQuerySet, slots: SlotQuerySet) -> EventQuerySet:
    """Those of the events that one of the slots belongs to; ``lacks_at`` is its start."""
    return events.annotate(lacks_at=_first(slots)).filter(lacks_at__isnull=False)


def _first(slots: SlotQuerySet) -> Subquery:
    of_event = slots.filter(event=OuterRef("pk")).order_by("starts_at")
    return Subquery(of_event.values("starts_at")[:1])
