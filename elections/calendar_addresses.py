"""The private address of a person's dates: made by them, and made anew when others know it."""

import datetime as dt

from .models import CalendarAddress, User
from .models.calendar_address import new_key


def make_anew(user: User, *, at: dt.datetime) -> CalendarAddress:
    """Give ``user`` a new address. The one before leads nowhere from now on."""
    address, _ = CalendarAddress.objects.update_or_create(
        user=user, defaults={"key": new_key(), "made_at": at}
    )
    return address


def owner_of(key: str) -> User | None:
    """Whose address it is; nobody’s if it was made anew or its owner’s access has ended."""
    found = CalendarAddress.objects.select_related("user").filter(key=key).first()
    if found is None or not found.user.is_active or found.user.is_staff:
        return None
    return found.user
