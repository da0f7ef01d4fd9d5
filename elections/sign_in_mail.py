"""The mail with the sign-in code, sent by the job worker so that asking takes the same time for
an address the office knows and one it does not."""

import datetime as dt

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from pcc_portal.jobs import hand_over

from .models import CodeMail

TEMPLATE = "account/email/login_code"


def queue_code(*, code: str, address: str = "", at: dt.datetime) -> None:
    """Keep the code and let the worker send it. Without an address nothing will be sent."""
    with transaction.atomic():
        mail = CodeMail.objects.create(address=address, code=code, asked_at=at)
        # The number of the row only: the worker's tables are kept, and must not hold a code.
        hand_over("elections.sign_in_mail.send_code", mail.pk)


def send_code(pk: int) -> str:
    """Send one code, then forget it. Returns what was done, for the worker's record.

    A mail server that refuses raises; the worker tries again until the code is too old.
    """
    mail = CodeMail.objects.filter(pk=pk).first()
    if mail is None:
        return "Done before."
    told = "Nothing to send."
    if mail.is_worth_sending(timezone.now()):
        # Should the process die before the row goes, the same code is sent twice: no harm.
        EmailMessage(
            subject=render_to_string(f"{TEMPLATE}_subject.txt").strip(),
            body=render_to_string(f"{TEMPLATE}_message.txt", {"code": mail.code}).strip(),
            to=[mail.address],
        ).send()
        told = "Sent."
    mail.delete()
    return told
