"""Django's SMTP backend, which also knows how far a message had come when something went wrong."""

import smtplib
import socket
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

END_OF_MESSAGE = b".\r\n"
ACCEPTED = 250


class _KnowsHowFar(smtplib.SMTP):
    """``handed_over`` from the moment the line that ends a message may have left.

    Until then no server can have accepted the message; from then on it may have, whatever becomes
    of its answer. ``answer`` is what it said.
    """

    handed_over = False
    answer = ""

    def _get_socket(self, *args: Any) -> Any:
        connection = super()._get_socket(*args)  # type: ignore[misc]
        # The last line is sent by itself: it must not wait until the server confirms the rest.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.putcmd("data")
        code, told = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, told)
        message = smtplib._quote_periods(msg)  # type: ignore[attr-defined]
        self.send(message if message.endswith(b"\r\n") else message + b"\r\n")
        self.handed_over = True
        self.send(END_OF_MESSAGE)
        code, told = self.getreply()
        self.answer = f"{code} {told.decode(errors='replace')}"
        # Any 2xx is a yes; the library knows one of them.
        return (ACCEPTED if 200 <= code < 300 else code), told


class _KnowsHowFarInSecret(_KnowsHowFar, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    connection: Any

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _KnowsHowFarInSecret if self.use_ssl else _KnowsHowFar

    @property
    def handed_over(self) -> bool:
        """Whether the last message may have been accepted."""
        return bool(self.connection and self.connection.handed_over)

    @property
    def answer(self) -> str:
        return str(self.connection.answer) if self.connection else ""

    def _send(self, email_message: EmailMessage) -> bool:
        self.connection.handed_over, self.connection.answer = False, ""
        return bool(super()._send(email_message))  # type: ignore[misc]
