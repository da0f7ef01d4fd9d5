"""The mark on a browser: whose it is only the portal can tell, and it lets nobody in."""

import datetime as dt

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from elections.known_browsers import COOKIE, KEPT, knows, mark
from elections.models import User
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def _marked(*people: User, request: HttpRequest | None = None) -> HttpRequest:
    """A request of a browser in which they have signed in, in this order."""
    request = request or HttpRequest()
    for user in people:
        response = HttpResponse()
        mark(request, response, user)
        request.COOKIES[COOKIE] = response.cookies[COOKIE].value
    return request


def test_browser_knows_those_who_signed_in_with_it(candidate, other_candidate, editor):
    request = _marked(candidate, other_candidate)

    assert [knows(request, user) for user in (candidate, other_candidate, editor, None)] == [
        True,
        True,
        False,
        False,
    ]


def test_browser_knows_the_last_five(db):
    people = [User.objects.create_user(f"p{number}@example.org", "P") for number in range(6)]

    request = _marked(*people, people[-1])

    assert [knows(request, user) for user in people] == [False, True, True, True, True, True]


def test_mark_is_void_when_the_address_changes(candidate):
    request = _marked(candidate)

    candidate.email = "new@example.org"

    assert not knows(request, candidate)


def test_mark_that_was_made_up_or_is_too_old_is_none(candidate, other_candidate, time_machine):
    time_machine.move_to(NOON, tick=False)
    request = _marked(candidate)
    time_machine.shift(KEPT + dt.timedelta(seconds=1))
    assert not knows(request, candidate)

    for made_up in ("", "x", "a.b.c", request.COOKIES[COOKIE].replace("a", "b"), "é\0"):
        request.COOKIES[COOKIE] = made_up
        assert not knows(request, candidate)


def test_mark_tells_nothing_and_no_script_reads_it(candidate, settings):
    settings.SESSION_COOKIE_SECURE = True
    response = HttpResponse()

    mark(HttpRequest(), response, candidate)

    cookie = response.cookies[COOKIE]
    assert "example.org" not in cookie.value
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["max-age"]) == (reverse("my-account"), 365 * 24 * 60 * 60)


def test_mark_alone_opens_nothing(client, candidate):
    client.cookies[COOKIE] = _marked(candidate).COOKIES[COOKIE]

    assert client.get(reverse("my-account")).status_code == 302
