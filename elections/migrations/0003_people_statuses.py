import datetime as dt

from django.db import migrations
from django.utils import timezone

LISTED = ("nominated", "elected", "not-elected")
NOTICE = "Taken over from before the portal kept dates"


def keep_by_date(apps, schema_editor):
    """Each status becomes the first line of a history; nobody gains or loses access by it."""
    candidates = apps.get_model("elections", "Candidate").objects.select_related("election")
    changes = apps.get_model("elections", "StatusChange").objects
    now = timezone.now()
    today = timezone.localdate(now)

    def record(candidate, status: str, day: dt.date) -> None:
        changes.create(
            candidate=candidate,
            status=status,
            effective_from=day,
            notice_title=NOTICE,
            recorded_at=now,
        )

    for candidate in candidates:
        election = candidate.election
        if candidate.status not in LISTED:
            record(candidate, candidate.status, today)
            continue
        nominated_on = min(election.nominations_published_on or today, today)
        record(candidate, "nominated", nominated_on)
        candidate.nominated_on = nominated_on
        candidate.save(update_fields=["nominated_on"])
        if candidate.status != "nominated":
            declared_on = min(election.declared_on or today, today)
            record(candidate, candidate.status, max(declared_on, nominated_on))


def keep_as_a_column(apps, schema_editor):
    today = timezone.localdate()
    changes = apps.get_model("elections", "StatusChange").objects.filter(effective_from__lte=today)
    for candidate in apps.get_model("elections", "Candidate").objects.all():
        newest = changes.filter(candidate=candidate).order_by("-effective_from", "-id").first()
        candidate.status = newest.status if newest else "interested"
        if candidate.status not in LISTED:
            candidate.ballot_description = ""
        candidate.save(update_fields=["status", "ballot_description"])


class Migration(migrations.Migration):

    dependencies = [
        ("elections", "0002_people_tables"),
    ]

    operations = [migrations.RunPython(keep_by_date, keep_as_a_column)]
