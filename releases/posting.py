"""Hands messages to the mail server over one connection, and says what surely became of each."""

import datetime as dt
import logging
import re
import smtplib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.module_loading import import_string

from .smtp import EmailBackend

logger = logging.getLogger(__name__)

# Mail servers end a connection that carries too much; ours is ended first, between two messages.
MESSAGES_A_CONNECTION = 100
SMTP = "django.core.mail.backends.smtp.EmailBackend"
REPLY_AT_MOST = 500
# Nobody’s “I am away” answers what a machine wrote.
BY_A_MACHINE = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def message_id(name: str, number: int, at: dt.datetime) -> str:
    """The same whenever it is sent: a mail server can tell that it had this message before.

    ``at`` is the moment of the act it tells of: a number may be given again when an old copy of
    the data was put back.
    """
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    return f"<{name}-{number}-{int(at.timestamp())}@{host}>"


def number_named(name: str, message_id: str, metadata: Mapping[str, str]) -> int | None:
    """The number in ``metadata``, else in a message’s own: nothing where it is none of ours."""
    number = str(metadata.get(name, ""))
    if not number.isascii() or not number.isdigit():
        found = re.match(rf"<?{name}-(\d{{1,18}})(?:-\d+)?@", message_id)
        number = found[1] if found else ""
    return int(number) if number and len(number) <= 18 else None


class Result(Enum):
    """What is certain after a try."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    # Surely not accepted, and worth another try.
    AGAIN = "again"
    # The server itself could not be reached: nothing was asked about this message.
    AWAY = "away"
    # It was handed over, and the answer was lost.
    UNCERTAIN = "uncertain"
    # It was not handed over: it is for nobody any more, or for somebody who cannot be reached.
    LEFT = "left"
    NO_ADDRESS = "no-address"


@dataclass(frozen=True)
class Outcome:
    result: Result
    reply: str


class Post:
    """The way out. Use it as a context: the connection is kept open between two messages."""

    def __init__(self) -> None:
        # The portal's own in place of Django's, which cannot tell what is certain.
        of_django = settings.EMAIL_BACKEND == SMTP
        self.backend: Any = EmailBackend() if of_django else get_connection()
        self.sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection. One that is broken already is no fault."""
        with suppress(Exception):
            self.backend.close()
        self.sent = 0

    def send(self, message: EmailMessage) -> Outcome:
        if self.sent >= MESSAGES_A_CONNECTION:
            self.close()
        try:
            self.backend.open()
        except Exception as error:  # whatever a mail backend raises
            self.close()
            return Outcome(Result.AWAY, told(error))
        self.sent += 1
        try:
            self.backend.send_messages([message])
        except Exception as error:  # whatever a mail backend raises
            logger.info("mail: %s", type(error).__name__)
            if isinstance(self.backend, EmailBackend):
                outcome = _by_smtp(error, self.backend.handed_over)
            else:
                outcome = _by_other(error)
            if not isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused):
                self.close()
            return outcome
        return Outcome(Result.ACCEPTED, _accepted(self.backend, message))


def _by_smtp(error: Exception, handed_over: bool) -> Outcome:
    code = _code(error)
    if 500 <= code < 600:
        return Outcome(Result.REFUSED, told(error))
    if 400 <= code < 500 or not handed_over:
        return Outcome(Result.AGAIN, told(error))
    return Outcome(Result.UNCERTAIN, told(error))


def _by_other(error: Exception) -> Outcome:
    """What a provider's answer means, as anymail raises it; without an answer nothing is sure."""
    if isinstance(error, import_string("anymail.exceptions.AnymailRecipientsRefused")):
        return Outcome(Result.REFUSED, told(error))
    status = getattr(error, "status_code", None) or 0
    if status in (400, 422):
        return Outcome(Result.REFUSED, told(error))
    if 400 <= status < 500:
        return Outcome(Result.AGAIN, told(error))
    return Outcome(Result.UNCERTAIN, told(error))


def _code(error: Exception) -> int:
    """The answer's number; 0 without an answer."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((int(code) for code, _ in error.recipients.values()), 0)
    return int(getattr(error, "smtp_code", 0))


def told(error: Exception) -> str:
    """The mail server's own words, without the address; else what happened."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers: list[tuple[int, bytes | str]] = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return f"{type(error).__name__}: {error}"[:REPLY_AT_MOST]
    return "; ".join(
        f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
        for code, words in answers
    )[:REPLY_AT_MOST]


def _accepted(backend: Any, message: EmailMessage) -> str:
    if isinstance(backend, EmailBackend):
        return backend.answer[:REPLY_AT_MOST]
    number = getattr(getattr(message, "anymail_status", None), "message_id", None)
    return f"Number at the provider: {number}"[:REPLY_AT_MOST] if number else ""
