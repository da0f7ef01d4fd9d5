import re
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend as FileBackend


class FolderBackend(FileBackend):
    """Mail outside production: written to a folder and announced on the console, never sent."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            code = re.search(r"^\s*([A-Z0-9]{4}-?[A-Z0-9]{4})\s*$", str(message.body), re.MULTILINE)
            told = f" Code: {code.group(1)}" if code else ""
            print(f"Mail to {', '.join(message.to)}: {message.subject}.{told}", flush=True)
        return super().send_messages(email_messages) or 0
