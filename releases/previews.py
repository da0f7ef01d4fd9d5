"""What an item will look like once it is released: the release itself, looked at and undone.

The public page's own view draws the page, so the preview is exactly what readers will get. Nothing
of it is kept, and what it shows cannot be used to send anything.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import resolve

from elections.looking import StandIn
from elections.refusals import Refused
from pcc_portal.rehearsing import rehearsal

from .mails import GREETING, compose
from .models import Reader, ReleasableItem, Release


@dataclass(frozen=True)
class Way:
    """A way to look at what is not released: as whom, and on what."""

    code: str
    label: str
    reader: Callable[[ReleasableItem], Reader]
    is_print: bool = False
    is_mail: bool = False

    @property
    def told(self) -> str:
        return self.label.lower()


def _public(item: ReleasableItem) -> Reader:
    return AnonymousUser()


def _candidate(item: ReleasableItem) -> Reader:
    return StandIn(item.election_id)


def _first_reader(item: ReleasableItem) -> Reader:
    return (_public if item.audience == item.Audience.PUBLIC else _candidate)(item)


WAYS = {
    way.code: way
    for way in (
        Way("public", "As the public", _public),
        Way("candidate", "As a candidate", _candidate),
        Way("mail", "As mail to candidates", _candidate, is_mail=True),
        Way("print", "In print", _first_reader, is_print=True),
    )
}


def ways_for(item: ReleasableItem) -> list[Way]:
    """The public is not shown what is for candidates only."""
    is_public = item.audience == item.Audience.PUBLIC
    return [way for way in WAYS.values() if is_public or way.code != "public"]


def drawn_as_released(request: HttpRequest, item: Any, way: Way, at: dt.datetime) -> HttpResponse:
    """The public page of a draft as it will be. Raises ``Refused`` (``not_ready``) if it cannot be.

    What stands in the same release is known in it too.
    """
    with rehearsal():
        bundle = item.release or Release(election=item.election, title=str(item))
        if item.release is None:
            bundle.save()
            item.release = bundle
            item.save(update_fields=["release"])
        _refuse_unready(item)
        bundle.released_at = at
        bundle.save()
        if way.is_mail:
            return _mail(bundle, way)
        response: HttpResponse = _answer(_asked(request, item, way))
        return response


def _mail(bundle: Release, way: Way) -> HttpResponse:
    """The letter of the release, marked as a preview."""
    html = compose([bundle], is_public=False).html.replace(GREETING, "Dear candidate,")
    marked = render_to_string("components/preview.html", {"preview": way})
    return HttpResponse(re.sub(r"<body[^>]*>", lambda body: body[0] + marked, html, count=1))


def _refuse_unready(item: Any) -> None:
    try:
        item.full_clean()
        if not item.is_withdrawal:
            item.check_ready()
    except ValidationError as error:
        told = " ".join(error.messages)
        raise Refused("not_ready", f"This cannot be shown yet: {told}") from error


def _asked(request: HttpRequest, item: Any, way: Way) -> Any:
    """A request for the page of ``item``, from somebody who is nobody in particular."""
    asked: Any = HttpRequest()
    asked.method = "GET"
    asked.path = asked.path_info = item.get_absolute_url()
    asked.META = {
        name: request.META[name]
        for name in ("SERVER_NAME", "SERVER_PORT", "HTTP_HOST", "REMOTE_ADDR", "wsgi.url_scheme")
        if name in request.META
    }
    asked.user = way.reader(item)
    asked.preview = way
    return asked


def _answer(asked: Any) -> Any:
    match = resolve(asked.path)
    asked.resolver_match = match
    response = match.func(asked, *match.args, **match.kwargs)
    # A page that is drawn later would be drawn without what is released only here.
    return response.render() if hasattr(response, "render") else response
