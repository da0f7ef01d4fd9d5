"""The codes people type to sign in."""

import datetime as dt

from django.utils.crypto import salted_hmac

from .models import User

# Whoever asks for the same address within one such stretch of the clock gets the same code.
SAME_FOR = dt.timedelta(minutes=5)
# No vowels, so no words; and no letter that looks like another.
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH = 8


def code_for(email: str, user: User | None, at: dt.datetime) -> str:
    """The code of ``email`` at the moment ``at``; an address nobody has gets one that is not sent.

    All who ask within the same minutes share it, so that the owner of an address others keep
    asking for finds the right one in the mail that was sent already. It changes when the owner
    signs in, and cannot be told without the portal’s key.
    """
    stretch = int(at.timestamp() // SAME_FOR.total_seconds())
    who = f"{user.pk} {user.last_login}" if user else "nobody"
    said = f"{email.lower()} {who} {stretch}"
    number = int.from_bytes(salted_hmac(__name__, said, algorithm="sha256").digest(), "big")
    letters = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    half = LENGTH // 2
    return f"{''.join(letters[:half])}-{''.join(letters[half:])}"
