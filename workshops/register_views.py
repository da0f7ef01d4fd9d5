"""The register of meetings held, as everyone reads it: day, officer and subject."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from elections.addresses import election_at
from elections.models import Election
from pcc_portal.downloads import csv_response, licence_row
from releases.models import Reader
from releases.page_cache import public_page

from .models import Meeting, MeetingQuerySet


@public_page
@require_safe
def register(request: HttpRequest, election_slug: str) -> HttpResponse:
    election = election_at(election_slug)
    context = {
        "election": election,
        "section": "programme",
        "meetings": _meetings(election, request.user, timezone.now()),
        "days": settings.MEETINGS_PUBLIC_AFTER_DAYS,
    }
    return render(request, "workshops/register.html", context)


@public_page
@require_safe
def register_csv(request: HttpRequest, election_slug: str) -> HttpResponse:
    election = election_at(election_slug)
    rows = [["Date", "Officer", "Subject", "Remark"]]
    for meeting in _meetings(election, request.user, timezone.now()):
        date = f"{meeting.held_on:%Y-%m-%d}"
        rows.append([date, meeting.officer, meeting.subject, meeting.remark])
    rows += [[], licence_row(election.office.name)]
    return csv_response(f"{election.slug}-meetings-held.csv", rows)


def _meetings(election: Election, user: Reader, at: dt.datetime) -> MeetingQuerySet:
    return Meeting.objects.visible_to(user, at).filter(election=election)
