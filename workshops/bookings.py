"""The one place that decides who gets a place: for pages, staff, waiting list and commands alike.

Everything here is idempotent: the same wish twice gives the same booking, and an end ends once.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from elections.models import Candidate

from .emails import tell
from .handing_on import end, pass_on_slot
from .locks import lock_book, locked
from .models import Booking, BookingMail, BookingNeeds, Event, EventBook, Slot
from .own_bookings import given_up_for, slots_of
from .places import Places, SlotKey, Standing, free_slots, key_of, standing
from .refusing import BookingRefused, By, Wish, full, has_all, has_one, refuse_person, refuse_slot
from .wording import at_time, time_of

State, What = Booking.State, BookingMail.What

# Refusals of a time, not of the person: what is free at other times is told with them.
ANOTHER_TIME_HELPS = frozenset({"no_slot", "called_off", "over", "closed", "full", "one_to_one"})


def book(candidate: Candidate, wish: Wish, *, by: By, at: dt.datetime) -> Booking:
    """Give ``candidate`` what they wish for, or put them on the waiting list if they may wait.

    Also how an offer is accepted, and how a booking is moved to another slot: the old place is
    given up in the same moment, never before. Raises ``BookingRefused``: ``no_slot``,
    ``no_bookings``, ``no_reason``, ``called_off``, ``over``, ``not_yet``, ``not_drawn``,
    ``closed``, ``not_open``, ``too_many``, ``agent_ended``, ``booked_already``, ``changed``,
    ``first_window``, ``waits_already``, ``change_closed``, ``one_to_one``, ``lapsed``, ``full``.
    """
    try:
        return _book(candidate, wish, by, at)
    except BookingRefused as refused:
        if refused.code not in ANOTHER_TIME_HELPS:
            raise
        free = _free(candidate, wish, at)  # the locks are given back by now
        raise BookingRefused(refused.code, refused.sentence, free) from refused


def why_not(candidate: Candidate, wish: Wish, *, by: By, at: dt.datetime) -> BookingRefused | None:
    """Why ``book`` would refuse it whoever else asks; nothing where it has to be tried."""
    try:
        _look(candidate, wish, by, at)
    except BookingRefused as refused:
        return refused
    return None


def _look(candidate: Candidate, wish: Wish, by: By, at: dt.datetime) -> None:
    """The cheap refusals, before the lock."""
    early = _standing(candidate.election_id, wish.key, at, candidate.pk)
    refuse_slot(early.slot, wish, by, at)
    may_wait = wish.may_wait and early.slot.event.has_waiting_list
    if not (early.own or early.overdue or may_wait or early.places.fit(wish.places)):
        raise full(early.places)


def _book(candidate: Candidate, wish: Wish, by: By, at: dt.datetime) -> Booking:
    _look(candidate, wish, by, at)
    with locked(candidate.pk, wish.slug, at) as (row, book):
        now = _standing(row.election_id, wish.key, at, row.pk)
        refuse_slot(now.slot, wish, by, at)
        refuse_person(row, now.slot.event, by)
        mine = _live(book, row) if now.own else []
        here = next((one for one in mine if one.slot_number == wish.number), None)
        booked = [one for one in mine if one.state == State.BOOKED]
        if here and wish.is_met_by(here) and here.state != State.OFFERED:
            _say_needs(here, wish)
            return here
        return _Decision(row, book, wish, by, at, booked).of(now, here)


def _free(candidate: Candidate, wish: Wish, at: dt.datetime) -> list[Slot]:
    """The slots of the same event that ``candidate`` could book instead. Five queries at most."""
    free = free_slots(candidate.election, wish.slug, at, wish.places)
    live = Booking.objects.live().filter(candidate=candidate).select_related("book")
    has = {(one.book.event_slug, one.slot_number) for one in live}
    free = [slot for slot in free if key_of(slot) not in has and slot.number != wish.number]
    if not free or free[0].event.kind != Event.Kind.ONE_TO_ONE:
        return free
    meetings = _meetings([one for one in live if one.state == State.BOOKED], at)
    return [slot for slot in free if not any(one.overlaps(slot) for one in meetings)]


def _meetings(booked: Iterable[Booking], at: dt.datetime) -> list[Slot]:
    """Those of ``booked`` that are one-to-one meetings and take place."""
    slots = slots_of(booked, at).values()
    kind = Event.Kind.ONE_TO_ONE
    return [slot for slot in slots if slot and slot.is_on and slot.event.kind == kind]


def accept(booking: Booking, *, by: By, at: dt.datetime) -> Booking:
    """Take the place that is offered. Raises ``BookingRefused`` as ``book`` does; ``lapsed``."""
    wish = Wish(
        booking.book.event_slug, booking.slot_number, agents=booking.agents, guests=booking.guests
    )
    row = Booking.objects.get(pk=booking.pk)
    if row.state not in (State.OFFERED, State.BOOKED):
        raise BookingRefused("lapsed", "This place is no longer kept for you.")
    return book(booking.candidate, wish, by=by, at=at)


def decline(booking: Booking, *, by: By, at: dt.datetime) -> Booking:
    """Say no to an offer; the next on the waiting list gets it. Safe to call again."""
    with locked(booking.candidate_id, booking.book.event_slug, at) as (row, book):
        found = _reread(booking)
        if found.state == State.OFFERED:
            end(found, State.DECLINED, by=by, at=at)
            tell(found, What.DECLINED, at)
            pass_on_slot(book, row.election_id, found.slot_number, at)
        return found


def cancel(booking: Booking, *, by: By, at: dt.datetime) -> Booking:
    """Give up a place, or the wait for one; the next on the waiting list is offered it.

    Safe to call again. Raises ``BookingRefused``: ``cancel_closed``, ``no_reason``.
    """
    if by.is_office and not by.reason.strip():
        raise BookingRefused("no_reason", "Say why the office cancels it.")
    with locked(booking.candidate_id, booking.book.event_slug, at) as (row, book):
        found = _reread(booking)
        if not found.is_live:
            return found
        slot = slots_of([found], at)[found.pk]
        if found.state == State.BOOKED and slot and not _may_cancel(slot, by, at):
            raise BookingRefused(
                "cancel_closed",
                f"It could be cancelled until {at_time(slot.cancels_until)}. Please tell the "
                "office that you cannot come.",
            )
        end(found, State.CANCELLED, by=by, at=at)
        tell(found, What.CANCELLED, at)
        pass_on_slot(book, row.election_id, found.slot_number, at)
        return found


def call_off(booking: Booking, *, reason: str, at: dt.datetime) -> None:
    """End a place, or the wait for one, at a slot that does not take place. Safe to call again."""
    with held(booking, at) as found:
        if found.is_live:
            end_for_good(found, reason=reason, at=at)


def end_for_good(booking: Booking, *, reason: str, at: dt.datetime) -> None:
    """The portal’s own end of a booking that is ``held``; the next is offered what becomes free."""
    end(booking, State.CANCELLED, by=By(reason=reason), at=at)
    tell(booking, What.CANCELLED, at)
    pass_on_slot(booking.book, booking.book.election_id, booking.slot_number, at)


@contextmanager
def held(booking: Booking, at: dt.datetime) -> Iterator[Booking]:
    """The booking as it is now, while nobody else can change it."""
    with locked(booking.candidate_id, booking.book.event_slug, at):
        yield _reread(booking)


def pass_on(book: EventBook, at: dt.datetime) -> None:
    """Let the offers of an event that nobody answered lapse, and offer its free places.

    After the last moment to book, those who still wait are told that no place came free.
    """
    with transaction.atomic():
        row = lock_book(book.election_id, book.event_slug)
        live = row.bookings.filter(state__in=(State.OFFERED, State.WAITING)).order_by()
        for number in sorted(set(live.values_list("slot_number", flat=True))):
            pass_on_slot(row, row.election_id, number, at)


# --- the decision ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Decision:
    """One wish, decided while the rows of the candidate and of the event are locked."""

    candidate: Candidate
    book: EventBook
    wish: Wish
    by: By
    at: dt.datetime
    # What the candidate has of the same event.
    held: list[Booking]

    def of(self, now: Standing, here: Booking | None) -> Booking:
        if now.overdue or (now.places.waiting and not now.places.is_full):
            # Whoever waits comes before whoever asks just now.
            pass_on_slot(self.book, self.candidate.election_id, self.wish.number, self.at)
            now = _standing(self.candidate.election_id, self.wish.key, self.at)
            here = _reread(here) if here else None
        if here and not here.is_live:
            raise BookingRefused("lapsed", "This place is no longer kept for you.")
        if here and here.state == State.OFFERED:
            if not self.wish.is_met_by(here):
                raise BookingRefused(
                    "waits_already", "A place is offered to you there. Accept or decline it first."
                )
            booked = self._given_up_for(here, now.slot.event)
            self._refuse_clash(now.slot, booked)
            self._give_up(booked)
            return self._confirm(here, booked)
        if here and here.state == State.WAITING:
            raise BookingRefused(
                "waits_already", "You are on the waiting list there. Leave it first to ask anew."
            )
        return self._take_or_wait(now, here)

    def _take_or_wait(self, now: Standing, here: Booking | None) -> Booking:
        own = here.places if here else 0
        places = Places(now.places.capacity, now.places.taken - own, now.places.waiting)
        if places.fit(self.wish.places):
            if here and here.pk != self.wish.replaces:
                raise has_one()
            booked = self._replaced(now.slot.event)
            self._refuse_clash(now.slot, booked)
            self._give_up(booked)
            return self._write(State.BOOKED, moved_from=booked)
        if own or not (self.wish.may_wait and now.slot.event.has_waiting_list):
            raise full(places)
        return self._write(State.WAITING, instead_of=self._waits_instead_of(now.slot.event))

    def _waits_instead_of(self, event: Event) -> Booking | None:
        """What accepting a place will end: named by whoever has several and may have no more."""
        named = self._named()
        if named is None and len(self.held) > 1 and len(self.held) >= event.entitlement:
            raise has_all(event.entitlement)
        return named

    def _named(self) -> Booking | None:
        """The booking that the wish says it replaces."""
        named = next((one for one in self.held if one.pk == self.wish.replaces), None)
        if self.wish.replaces and not named:
            raise BookingRefused(
                "changed", "The booking you wanted to change is not yours any more. Look again."
            )
        return named

    def _given_up_for(self, offered: Booking, event: Event) -> Booking | None:
        """The booking that ends when an offer is accepted."""
        return given_up_for(offered, self.held, event, self.at) or self._replaced(event)

    def _replaced(self, event: Event) -> Booking | None:
        """The booking that ends when this one begins; nothing while the candidate may have more."""
        named = self._named()
        most = event.entitlement_at(self.at)
        if named or len(self.held) < most:
            return named
        if len(self.held) < event.entitlement and event.first_window_until:
            raise BookingRefused(
                "first_window",
                f"Until {at_time(event.first_window_until)} only those without a place here book. "
                "You have one: you can change it, or book another after that.",
            )
        raise has_one() if most == 1 else has_all(most)

    def _turn(self, replaced: Booking | None) -> int:
        """That of the place given up, else the lowest that is not taken: the database refuses two
        bookings of one turn.
        """
        if replaced:
            return replaced.turn
        taken = {one.turn for one in self.held}
        return next(turn for turn in range(1, len(taken) + 2) if turn not in taken)

    def _refuse_clash(self, slot: Slot, booked: Booking | None) -> None:
        """Nobody can be at two one-to-one meetings at once. Two queries for such a meeting."""
        if slot.event.kind != Event.Kind.ONE_TO_ONE:
            return
        others = Booking.objects.filter(candidate=self.candidate, state=State.BOOKED)
        if booked:
            others = others.exclude(pk=booked.pk)
        for other in _meetings(others.select_related("book"), self.at):
            if other.overlaps(slot):
                raise BookingRefused(
                    "one_to_one",
                    f"You have another meeting then: {other.event.title}, {time_of(other)}.",
                )

    def _give_up(self, booked: Booking | None) -> None:
        """The place held so far, for the new one. What is freed goes to the waiting list."""
        if booked is None:
            return
        slot = slots_of([booked], self.at)[booked.pk]
        if slot and slot.is_on and self.at >= slot.changes_until and not self.by.is_office:
            raise BookingRefused(
                "change_closed",
                f"Your booking could be changed until {at_time(slot.changes_until)}.",
            )
        end(booked, State.MOVED, by=self.by, at=self.at, keep_needs=True)
        if booked.slot_number != self.wish.number:
            pass_on_slot(self.book, self.candidate.election_id, booked.slot_number, self.at)

    def _confirm(self, offered: Booking, moved_from: Booking | None) -> Booking:
        """What somebody needs goes with them, unless they said it anew for this place."""
        if moved_from and not BookingNeeds.objects.filter(booking=offered).exists():
            BookingNeeds.objects.filter(booking=moved_from).update(booking=offered)
        BookingNeeds.objects.filter(booking=moved_from).delete()
        offered.state, offered.booked_at = State.BOOKED, self.at
        offered.turn = self._turn(moved_from)
        offered.moved_from = moved_from
        offered.began_as_id = moved_from.entry if moved_from else None
        fields = ["state", "booked_at", "turn", "moved_from", "began_as"]
        offered.save(update_fields=fields)
        tell(offered, What.BOOKED, self.at)
        return offered

    def _write(
        self,
        state: Booking.State,
        moved_from: Booking | None = None,
        instead_of: Booking | None = None,
    ) -> Booking:
        """No ``full_clean()``: under the lock all of it was asked, and it would ask once more for
        every constraint. The database has the last word all the same."""
        booking = Booking(
            book=self.book,
            slot_number=self.wish.number,
            candidate=self.candidate,
            turn=self._turn(moved_from),
            agents=self.wish.agents,
            guests=self.wish.guests,
            state=state,
            moved_from=moved_from,
            began_as_id=moved_from.entry if moved_from else None,
            instead_of=instead_of,
            site=self.by.site,
            made_at=self.at,
            made_by=self.by.user,
            agent=self.by.agent,
            reason=self.by.reason,
            booked_at=self.at if state == State.BOOKED else None,
        )
        booking.save(force_insert=True)
        self._keep_needs(booking, moved_from)
        tell(booking, What(state), self.at)
        return booking

    def _keep_needs(self, booking: Booking, moved_from: Booking | None) -> None:
        if moved_from:
            BookingNeeds.objects.filter(booking=moved_from).update(booking=booking)
        _say_needs(booking, self.wish)


def _say_needs(booking: Booking, wish: Wish) -> None:
    """Keep what somebody says they need, and forget what they take back."""
    said = {"access": wish.access, "diet": wish.diet}
    said = {name: words.strip() for name, words in said.items() if words is not None}
    if any(said.values()):
        BookingNeeds.objects.update_or_create(booking=booking, defaults=said)
    elif said:
        BookingNeeds.objects.filter(booking=booking).update(**said)
        BookingNeeds.objects.filter(booking=booking, access="", diet="").delete()


def _live(book: EventBook, candidate: Candidate) -> list[Booking]:
    rows = book.bookings.live().filter(candidate=candidate)
    return list(rows.select_related("candidate", "agent", "book"))


def _standing(election_id: int, key: SlotKey, at: dt.datetime, candidate: int = 0) -> Standing:
    found = standing(election_id, key, at, candidate)
    if found is None:
        raise BookingRefused("no_slot", "This time is not on the programme any more.")
    return found


def _may_cancel(slot: Slot, by: By, at: dt.datetime) -> bool:
    """A place at what is postponed can always be given up."""
    return not slot.is_on or at < (slot.starts_at if by.is_office else slot.cancels_until)


def _reread(booking: Booking) -> Booking:
    """As it is now, under the lock."""
    return Booking.objects.select_related("candidate", "agent", "book").get(pk=booking.pk)
