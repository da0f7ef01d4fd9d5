"""Answers held until the next time at which answers become known, all of them together."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from elections.models import User
from elections.refusals import Refused
from releases.models import Release

from .models import InformationRequest, LogRules


def hold(requests: Sequence[InformationRequest], *, by: User | None, at: dt.datetime) -> Release:
    """Put drafts of one election into the release of the next release time.

    What stands in it is approved and released as anything else. Raises ``Refused``: ``none``,
    ``elections``, ``released``.
    """
    if not requests:
        raise Refused("none", "Choose at least one request.")
    elections = {request.election_id: request.election for request in requests}
    if len(elections) != 1:
        raise Refused("elections", "Choose requests of one election: nothing was held.")
    [(election_id, election)] = elections.items()
    due_at = LogRules.of(election_id).next_release_time(at)
    with transaction.atomic():
        rows = InformationRequest.objects.select_for_update(of=("self",)).filter(
            pk__in=[request.pk for request in requests]
        )
        if rows.filter(release__released_at__isnull=False).exists():
            raise Refused("released", "One of them has been released already: nothing was held.")
        bundle, _ = Release.objects.get_or_create(
            election=election,
            due_at=due_at,
            released_at=None,
            title=f"Answers of {timezone.localtime(due_at):%-d %B %Y, %H:%M}",
            defaults={"created_by": by},
        )
        for request in rows:
            request.release = bundle
            request.save(update_fields=["release"])
    return bundle
