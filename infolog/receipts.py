"""The mail to whoever asked, and to nobody else: the office has the question."""

import datetime as dt
import logging

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from pcc_portal.jobs import hand_over

from .models import Enquiry, Receipt
from .standing import due_of

logger = logging.getLogger(__name__)
TEMPLATE = "infolog/email/receipt"


def queue_receipt(enquiry: Enquiry, *, address: str, at: dt.datetime) -> Receipt:
    """Write the receipt down, in the transaction of the asking, and let the worker send it."""
    receipt = Receipt.objects.create(enquiry=enquiry, address=address, state_at=at)
    # The number of the row only: the worker's tables are kept, and must not hold who asked.
    transaction.on_commit(lambda: hand_over("infolog.receipts.send_receipt", receipt.pk))
    return receipt


def send_receipt(pk: int) -> str:
    """Send one receipt, once. Returns what was done, for the worker's record: without a name.

    It is claimed before it is sent: should the process die in between, it stays uncertain and is
    not sent again. The question is safe either way.
    """
    mine = Receipt.objects.filter(pk=pk, state=Receipt.State.WAITING)
    if not mine.update(state=Receipt.State.SENDING, state_at=timezone.now()):
        return "Done before."
    receipt = Receipt.objects.select_related("enquiry__election__office", "enquiry__request").get(
        pk=pk
    )
    try:
        _message(receipt).send()
    except Exception as error:  # whatever a mail backend raises; its words would name the person
        logger.warning("receipt %s could not be sent: %s", pk, type(error).__name__)
        receipt.state = Receipt.State.REFUSED
    else:
        receipt.state = Receipt.State.ACCEPTED
    receipt.state_at = timezone.now()
    receipt.save(update_fields=["state", "state_at"])
    return receipt.get_state_display()


def _message(receipt: Receipt) -> EmailMessage:
    enquiry = receipt.enquiry
    path = reverse("infolog:question", args=[enquiry.election.slug, enquiry.reference.lower()])
    page = settings.PUBLIC_ADDRESS + path
    office = enquiry.election.office
    context = {"enquiry": enquiry, "office": office, "due": due_of(enquiry), "page": page}
    return EmailMessage(
        subject=" ".join(render_to_string(f"{TEMPLATE}_subject.txt", context).split()),
        body=render_to_string(f"{TEMPLATE}_message.txt", context).strip(),
        to=[receipt.address],
        reply_to=[office.contact_email],
    )
