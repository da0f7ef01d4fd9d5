"""Staff read how lots were drawn, and that drawing once more gives the same."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from workshops.draws import holds
from workshops.models import Draw, DrawLine

from .bookings import ReadOnly


@admin.register(Draw)
class DrawAdmin(ReadOnly):
    """Each draw: the seed, what it was drawn from, and what everyone got."""

    list_display = ("book", "at", "asked", "election")
    list_filter = ("book__election",)
    list_select_related = ("book__election",)
    fieldsets = (
        (None, {"fields": ("book", "at", "result")}),
        (
            "To draw it once more",
            {
                "fields": ("seed", "inputs_hash", "places", "same"),
                "description": "The lot of each candidate is the SHA-256 of the seed, a space and "
                "their number. In the order of the lots, the lowest first, each gets the first of "
                "their wishes that is left. The ledger holds the seed and the hashes.",
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Draw]:
        rows = super().get_queryset(request).annotate(asked=Count("lines"))
        return rows.select_related("book__election")

    @admin.display(description="candidates who asked", ordering="asked")
    def asked(self, obj: Any) -> int:
        return int(obj.asked)

    @admin.display(description="election")
    def election(self, obj: Draw) -> str:
        return str(obj.book.election)

    @admin.display(description="result")
    def result(self, obj: Draw) -> SafeString:
        lines = obj.lines.select_related("candidate")
        rows = [
            (one.position, one.candidate, one.candidate_id, _wishes(one), one.slot_number or "none")
            for one in lines
        ]
        return format_html(
            '<div class="portal-wide"><table><caption class="visually-hidden">What each got'
            '</caption><thead><tr><th scope="col">Lot</th><th scope="col">Candidate</th>'
            '<th scope="col">Their number</th><th scope="col">Wishes</th><th scope="col">Slot they '
            "got</th></tr></thead><tbody>{}</tbody></table></div>",
            format_html_join(
                "",
                '<tr><td>{}</td><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>',
                rows,
            ),
        )

    @admin.display(description="drawn once more", boolean=False)
    def same(self, obj: Draw) -> str:
        return (
            "Gives the same result."
            if holds(obj)
            else "Does not give this result: what was recorded has been changed."
        )


def _wishes(line: DrawLine) -> str:
    """“3, 1 (passed over: one_to_one)”: by number of the slot, the dearest first."""
    why = {number: f" (passed over: {code})" for number, code in line.passed_over}
    return ", ".join(f"{number}{why.get(number, '')}" for number in line.slot_numbers)
