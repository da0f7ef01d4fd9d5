"""What this room holds about one person (see ``pcc_portal/own_data.py``)."""

import datetime as dt
from typing import Any

from elections.models import User
from elections.own_data import WORK

from .models import CatchUp, Delivery

HELD = {
    "releases.CatchUp.candidate": "caught_up",
    "releases.CatchUp.user": "caught_up",
    "releases.Delivery.address": "mail",
    "releases.Delivery.candidate": "mail",
    "releases.Delivery.user": "mail",
}
LEFT_OUT = {
    "releases.Delivery.told_by": WORK,
    "releases.Release.created_by": WORK,
    "releases.Release.released_by": WORK,
    "releases.Review.by": WORK,
    "releases.Subscriber.address": "Whether this address gets the public releases by mail: every "
    "such mail says so, and how to end it.",
    "releases.Waiver.by": WORK,
}


def held(user: User, *, at: dt.datetime) -> dict[str, Any]:
    """The mail that went to ``user``, and what became of it; what they were given on joining."""
    mail = Delivery.objects.filter(user=user).select_related("release", "catch_up")
    return {
        "mail": [_mail(delivery) for delivery in mail],
        "caught_up": list(CatchUp.objects.filter(user=user).values("at")),
    }


def _mail(delivery: Delivery) -> dict[str, Any]:
    return {
        "what": str(delivery.release or "Everything released before you joined"),
        "as": delivery.get_role_display(),
        "to": delivery.address,
        "state": delivery.get_state_display(),
        "since": delivery.state_at,
        "mail_server_said": delivery.reply,
        "told_in_another_way_at": delivery.told_at,
        "how": delivery.told_how,
        "acknowledged_at": delivery.acknowledged_at,
    }
