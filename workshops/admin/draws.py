"""Staff read how lots were drawn, and that drawing once more gives the same."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from workshops.draws import holds
from workshops.models import Draw, DrawLine, Slot
from workshops.wording import listed, time_of

from .bookings import ReadOnly
from .event_books import title_of

# Why a wish could not be met whatever the lot, by the code of the refusal.
PASSED_OVER = {
    "agent_ended": "their agent acts for them no longer",
    "booked_already": "they had as much as each may have",
    "called_off": "called off",
    "closed": "booking had closed",
    "first_window": "those without a place came first",
    "no_bookings": "not booked on the portal any more",
    "no_slot": "not on the programme any more",
    "not_open": "not open to them",
    "one_to_one": "they had another meeting then",
    "over": "it had begun",
    "too_many": "too few places in all",
    "waits_already": "they waited for a place there",
}


@admin.register(Draw)
class DrawAdmin(ReadOnly):
    """Each draw: the seed, what it was drawn from, and what everyone got."""

    list_display = ("event", "at", "asked", "election")
    list_filter = ("book__election",)
    list_select_related = ("book__election",)
    fieldsets = (
        (None, {"fields": ("event", "at", "result")}),
        (
            "To draw it once more",
            {
                "fields": ("seed", "inputs_hash", "places_before", "same"),
                "description": "The lot of each candidate is the SHA-256 of the seed, a space and "
                "their number. In the order of the lots, the lowest first, each gets the first of "
                "their wishes that is left. The ledger holds the seed and the hashes.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Draw]:
        title = title_of("book__election", "book__event_slug")
        rows = super().get_queryset(request).annotate(asked=Count("lines"), title=title)
        return rows.select_related("book__election")

    @admin.display(description="candidates who asked", ordering="asked")
    def asked(self, obj: Any) -> int:
        return int(obj.asked)

    @admin.display(description="event", ordering="title")
    def event(self, obj: Any) -> str:
        return str(obj.title)

    @admin.display(description="election")
    def election(self, obj: Draw) -> str:
        return str(obj.book.election)

    @admin.display(description="result")
    def result(self, obj: Draw) -> SafeString:
        times = _times(obj)
        rows = [
            (
                one.position,
                one.candidate,
                one.candidate_id,
                _wishes(one, times),
                _time(one.slot_number, times) if one.slot_number else "None",
            )
            for one in obj.lines.select_related("candidate")
        ]
        return format_html(
            '<div class="portal-wide" tabindex="0" role="group" aria-label="What each got"><table>'
            '<caption class="visually-hidden">What each got</caption>'
            '<thead><tr><th scope="col">Lot</th><th scope="col">Candidate</th>'
            '<th scope="col">Their number</th><th scope="col">Wishes</th><th scope="col">What they '
            "got</th></tr></thead><tbody>{}</tbody></table></div>",
            format_html_join(
                "",
                '<tr><td>{}</td><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>',
                rows,
            ),
        )

    @admin.display(description="places before the draw")
    def places_before(self, obj: Draw) -> str:
        times = _times(obj)
        return listed(
            f"{_time(int(number), times)}: {'not limited' if left is None else left}"
            for number, left in sorted(obj.places.items(), key=lambda one: int(one[0]))
        )

    @admin.display(description="drawn once more", boolean=False)
    def same(self, obj: Draw) -> str:
        return (
            "Gives the same result."
            if holds(obj)
            else "Does not give this result: what was recorded has been changed."
        )


def _times(draw: Draw) -> dict[int, str]:
    """By number of the slot: when it was as the lots were drawn, in the last version that had it.

    A slot whose version came later, or none, is not there.
    """
    slots = Slot.objects.filter(
        event__election=draw.book.election_id,
        event__slug=draw.book.event_slug,
        event__release__released_at__lte=draw.at,
    )
    known = slots.select_related("event").order_by("event__version")
    return {slot.number: time_of(slot) for slot in known}


def _time(number: int, times: dict[int, str]) -> str:
    """Lots are drawn by number, so that is told too."""
    return f"{times.get(number, 'Not on the programme')} (slot {number})"


def _wishes(line: DrawLine, times: dict[int, str]) -> str:
    """Each wish, the dearest first, and why it was passed over."""
    why = {number: f", passed over: {_reason(code)}" for number, code in line.passed_over}
    return listed(f"{_time(number, times)}{why.get(number, '')}" for number in line.slot_numbers)


def _reason(code: str) -> str:
    return PASSED_OVER.get(code, code.replace("_", " "))
