"""The public who want the public releases of an election by mail: ask, confirm, end."""

import datetime as dt

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from elections.models import Election
from pcc_portal.jobs import hand_over

from .models import Delivery, Subscriber, releasable_models
from .posting import BY_A_MACHINE
from .sending import move
from .update_links import Asked, confirm_address


def subjects_to_follow(election: Election, at: dt.datetime) -> list[tuple[str, str]]:
    """Address and name of all that the public can follow, by name. A query a kind that has some."""
    kinds = [model.subjects_to_follow(election, at) for model in releasable_models()]
    return sorted((pair for kind in kinds for pair in kind), key=lambda pair: pair[1].lower())


def names_of(subjects: str, election: Election, at: dt.datetime) -> list[str]:
    """The names of subjects as they are kept; nothing for one that is not there any more."""
    wanted = set(subjects.split())
    return [name for slug, name in subjects_to_follow(election, at) if slug in wanted]


def ask(
    *, election: Election, address: str, is_daily: bool, subjects: str = "", at: dt.datetime
) -> None:
    """Have the address asked whether it meant it. The same happens whether or not it is known."""
    address = address.strip()
    with transaction.atomic():
        known = Subscriber.objects.filter(election=election, address__iexact=address)
        reader = known.first()
        if reader is None:
            try:
                with transaction.atomic():
                    reader = Subscriber.objects.create(
                        election=election, address=address, asked_at=at
                    )
            except IntegrityError:  # somebody asked for it in the same moment
                reader = known.get()
        elif reader.confirmed_at is None:
            reader.asked_at = at
            reader.save(update_fields=["asked_at"])
        pk = reader.pk
        transaction.on_commit(
            lambda: hand_over("releases.subscriptions.ask_to_confirm", pk, is_daily, subjects)
        )


def ask_to_confirm(pk: int, is_daily: bool, subjects: str = "") -> str:
    """Send the question. Returns what was done, for the worker's record."""
    reader = Subscriber.objects.filter(pk=pk).select_related("election__office").first()
    if reader is None:
        return "Nobody to ask any more."
    context = {
        "election": reader.election,
        "office": reader.election.office,
        "is_daily": is_daily,
        "about": names_of(subjects, reader.election, timezone.now()),
        "address": confirm_address(reader, is_daily=is_daily, subjects=subjects),
    }
    subject = render_to_string("releases/email/confirm_subject.txt", context)
    EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string("releases/email/confirm_message.txt", context).strip() + "\n",
        to=[reader.address],
        reply_to=[reader.election.office.contact_email],
        headers=dict(BY_A_MACHINE),
    ).send()
    return "Asked."


def confirm(asked: Asked, *, election: Election, at: dt.datetime) -> bool:
    """They meant it. Whether there is still somebody to confirm. Safe to call again."""
    with transaction.atomic():
        rows = Subscriber.objects.select_for_update().filter(pk=asked.subscriber, election=election)
        reader = rows.first()
        if reader is None:
            return False
        reader.confirmed_at = reader.confirmed_at or at
        reader.is_daily, reader.bounced_at = asked.is_daily, None
        reader.subjects = asked.subjects
        reader.save(update_fields=["confirmed_at", "is_daily", "subjects", "bounced_at"])
        return True


def stop(pk: int, *, at: dt.datetime) -> None:
    """End it: the row goes, and the address with it, wherever it stands. Safe to call again."""
    with transaction.atomic():
        reader = Subscriber.objects.select_for_update().filter(pk=pk).first()
        if reader is None:
            return
        theirs = Delivery.objects.filter(subscriber=reader)
        # Their rows before the head of the ledger, as whoever sends one locks them.
        list(theirs.select_for_update().order_by("pk").values_list("pk", flat=True))
        waiting = list(theirs.filter(state=Delivery.State.QUEUED).values_list("pk", flat=True))
        if waiting:
            move(
                waiting,
                Delivery.State.LEFT,
                at=at,
                reply="They ended these mails.",
                only="state = 'queued'",
                election=reader.election,
            )
        theirs.update(address="")
        reader.delete()
