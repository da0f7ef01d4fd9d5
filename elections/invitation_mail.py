"""The mail that invites, sent by the job worker: two hundred from one file keep nobody waiting."""

import logging

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from .models import Invitation

logger = logging.getLogger(__name__)


def send_invitation(pk: int, sign_in_url: str) -> str:
    """Send one invitation and record what the mail server said. Returns what was done.

    What was said stays said: the job may run twice. After a failure staff send another one.
    """
    invitations = Invitation.objects.select_related(
        "candidate__election__office", "agent__candidate__election__office"
    )
    invitation = invitations.filter(pk=pk).first()
    if invitation is None or invitation.accepted_at or invitation.failed_at:
        return "Done before."
    if invitation.revoked_at:
        return "Taken back meanwhile."
    try:
        _message(invitation, sign_in_url).send()
    except Exception as error:  # whatever a mail backend raises, staff have to know
        logger.exception("invitation %s could not be sent", pk)
        invitation.failed_at = timezone.now()
        invitation.failure = f"{type(error).__name__}: {error}"[:200]
    else:
        invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at", "failed_at", "failure"])
    return "Not sent." if invitation.failed_at else "Sent."


def _message(invitation: Invitation, sign_in_url: str) -> EmailMessage:
    candidate = invitation.invited_candidate
    context = {
        "agent": invitation.agent,
        "candidate": candidate,
        "election": candidate.election,
        "office": candidate.election.office,
        "sign_in_url": sign_in_url,
        "invitation": invitation,
    }
    subject = render_to_string("elections/email/invitation_subject.txt", context)
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string("elections/email/invitation_message.txt", context),
        to=[invitation.email],
        reply_to=[candidate.election.office.contact_email],
    )
