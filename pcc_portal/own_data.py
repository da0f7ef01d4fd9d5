"""What the office holds about one person, as the person may have it: theirs, and nobody else's.

Each room says in a module named in ``settings.OWN_DATA`` what it holds about people: ``HELD`` names
every column that leads to a person or describes one, with the part of the file it is in;
``LEFT_OUT`` those that are in none, with the reason (an empty one: it names no person); and
``held(user, at=...)`` gives the parts.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def own_data(user: Any, *, at: dt.datetime) -> dict[str, Any]:
    """All that is held about ``user`` at the moment ``at``, ready to be written as JSON.

    A fixed number of queries.
    """
    file: dict[str, Any] = {"made_at": at}
    for module in settings.OWN_DATA:
        file |= import_string(f"{module}.held")(user, at=at)
    return file | {
        "left_out": sorted({reason for reason in columns("LEFT_OUT").values() if reason})
    }


def columns(which: str) -> dict[str, str]:
    """``HELD`` or ``LEFT_OUT`` of every room, by column as in "elections.User.email"."""
    return {
        column: told
        for module in settings.OWN_DATA
        for column, told in import_string(f"{module}.{which}").items()
    }
