"""What a member of staff has to have done before a staff page opens, in order: ``STAFF_GATES``.

A gate is a function: given the request it returns nothing when it is open, else the address of the
page where the person can open it. That page leads on to the address it is given as ``next``.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

Gate = Callable[[HttpRequest], str | None]


def closed_gate(request: HttpRequest, *, before: str = "") -> str | None:
    """Where the first closed gate sends the person, or nothing when the way is free.

    A gate's own page asks for those ``before`` it, so that they cannot be opened out of order.
    """
    for path in settings.STAFF_GATES:
        if path == before:
            break
        gate: Gate = import_string(path)
        if address := gate(request):
            return address
    return None
