import datetime as dt

from django.utils import timezone

from pcc_portal.desk import Matter, days_away

from .models import InformationRequest


def due(at: dt.datetime) -> list[Matter]:
    """A question waits from the day it was asked, whenever it was entered."""
    today = timezone.localdate(at)
    waiting = InformationRequest.objects.drafts().filter(release__due_at=None)
    return [
        Matter(
            code="draft",
            what="Information requests not released yet",
            rows=waiting.order_by("received_on", "pk"),
            tell=lambda request: f"received {days_away(request.received_on, today)}",
        )
    ]
