import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from pcc_portal.desk import Matter, since
from releases.due import drafts

from .attending import with_more_to_give
from .models import (
    Booking,
    BookingMail,
    Event,
    EventBook,
    EventQuerySet,
    Joining,
    Meeting,
    Slot,
    SlotQuerySet,
    start_of_day,
)
from .models.booking import LATE

Format = Event.Format
A_WEEK = dt.timedelta(days=7)


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
            _with_nothing_given(_over(today, at).filter(takes_bookings=True)),
            is_wrong=False,
        ),
        matter(
            "joining",
            "Events within a week that candidates have booked to join online, without a link",
            _with_a_slot(
                coming.filter(
                    format__in=(Format.ONLINE, Format.HYBRID), release__released_at__lte=at
                ),
                _booked_without_a_link(slots.filter(starts_at__lte=at + A_WEEK)),
            ),
        ),
        _untold(at),
        _not_drawn(at),
        drafts(Event, at),
        _not_entered(at),
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


def _with_nothing_given(events: EventQuerySet) -> EventQuerySet:
    """Those that give nothing which was not there before their first slot."""
    first = events.annotate(began=_first(Slot.objects.all()))
    return with_more_to_give(first, OuterRef("began")).filter(gives_more=False)


def _booked_without_a_link(slots: SlotQuerySet) -> SlotQuerySet:
    here = {
        "book__election": OuterRef("event__election"),
        "book__event_slug": OuterRef("event__slug"),
        "slot_number": OuterRef("number"),
    }
    return slots.filter(
        Exists(Booking.objects.filter(state=Booking.State.BOOKED, **here)),
        ~Exists(Joining.objects.exclude(link="").filter(**here)),
    )


def _untold(at: dt.datetime) -> Matter:
    """Those of whom nobody knows that a mail about their booking arrived, until it is over."""
    mails = BookingMail.objects.in_doubt(at)
    rows = Booking.objects.with_slot().filter(
        Q(slot_ends__gt=at), Q(pk__in=mails.values("booking"))
    )
    return Matter(
        code="untold",
        what="Bookings with a mail that failed, came back, was missed or is in doubt: ring them",
        rows=rows.select_related("candidate").order_by("slot_starts", "pk"),
        tell=lambda booking: f"{booking.slot_title}, {since(booking.slot_starts, at)}",
        first="Next",
        is_wrong=True,
    )


def _not_drawn(at: dt.datetime) -> Matter:
    """Events somebody asked for beforehand, booking of which is open and waits for the lots."""
    opened = (
        Event.objects.released(at)
        .newest(at)
        .filter(
            election=OuterRef("election"),
            slug=OuterRef("event_slug"),
            takes_bookings=True,
            bookable_from__lte=at - LATE,
        )
    )
    asked = EventBook.objects.filter(draw=None, wish_lists__isnull=False).distinct()
    return Matter(
        code="not-drawn",
        what="Events nobody can book, because the lots about them are not drawn yet",
        rows=asked.filter(Exists(opened.order_by())).order_by("pk"),
        tell=lambda book: str(book.election),
        is_wrong=True,
    )


def _not_entered(at: dt.datetime) -> Matter:
    """Meetings that were booked and are over, and that the register of meetings held lacks."""
    kinds = Event.objects.released(at).filter(
        election=OuterRef("book__election"), slug=OuterRef("book__event_slug")
    )
    entered = Meeting.objects.filter(booking=OuterRef("pk"), struck_at=None)
    over = (
        Booking.objects.filter(~Exists(entered), state=Booking.State.BOOKED)
        .with_slot()
        .with_attendance()
        .filter(Q(came=True) | Q(came=None))
    )
    over = over.annotate(kind=Subquery(kinds.order_by("-version").values("kind")[:1]))
    return Matter(
        code="not-entered",
        what="One-to-one meetings that are over, to be entered as held",
        rows=over.filter(kind=Event.Kind.ONE_TO_ONE, slot_ends__lte=at)
        .select_related("candidate")
        .order_by("slot_ends", "pk"),
        tell=lambda booking: f"{booking.slot_title}, {since(booking.slot_ends, at)}",
        may="workshops.add_meeting",
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
