"""Makes a database with one release that is to be mailed to many, for measuring and for killing.

``python -m bench.mail_out RECIPIENTS`` in the environment of the portal whose database it is.
"""

import sys

import django

CANDIDATES = 10


def main(recipients: int) -> None:
    """One newsletter, released to ``recipients``: ten candidates, the others subscribers."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    _fill(recipients)


def _fill(recipients: int) -> None:
    from django.utils import timezone

    from briefings.models import Newsletter, TextSection
    from elections.models import Candidate, Election, Office, StatusChange, User
    from releases.models import Subscriber
    from releases.neutrality import QUESTIONS
    from releases.releasing import release_items
    from releases.reviewing import approve

    now = timezone.now()
    office = Office.objects.create(
        name="Office of the Commissioner",
        short_name="The office",
        post="Commissioner",
        contact_name="The contact",
        contact_email="office@example.org",
    )
    election = Election.objects.create(
        office=office, name="Election", slug="poll", poll_date=timezone.localdate(now)
    )
    for number in range(min(CANDIDATES, recipients)):
        user = User.objects.create_user(f"candidate.{number}@example.org", f"Candidate {number}")
        candidate = Candidate.objects.create(
            election=election, user=user, surname=f"Surname{number}", other_names="Name"
        )
        StatusChange.objects.create(
            candidate=candidate, status="declared", effective_from="2016-01-01", recorded_at=now
        )
    Subscriber.objects.bulk_create(
        Subscriber(
            election=election,
            address=f"reader.{number}@example.org",
            asked_at=now,
            confirmed_at=now,
        )
        for number in range(recipients - CANDIDATES)
    )
    issue = Newsletter.objects.create(
        election=election, slug="issue-1", number=1, title="The budget", summary="What is new."
    )
    paragraph = "The office publishes its budget each February, after the panel has met. "
    for number in range(5):
        TextSection.objects.create(
            parent=issue,
            region="main",
            ordering=number,
            heading=f"Part {number + 1}",
            text=f"<p>{paragraph * 6}</p>" * 3,
        )
    approve(issue, by=None, at=now, checklist=[(question, "yes") for question in QUESTIONS])
    release_items([issue], election=election, title="Issue 1", at=now)


if __name__ == "__main__":
    main(int(sys.argv[1]))
