import datetime as dt
import gzip

import pytest
from django.core.cache import caches
from django.db import connection
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from briefings.models import Newsletter
from releases.page_cache import public_page
from tests.conftest import release_reviewed

pytestmark = pytest.mark.django_db
get = RequestFactory().get


@pytest.fixture
def view():
    """A view that counts how often it is asked."""

    @public_page
    def counting(request):
        counting.made += 1
        return HttpResponse(f"<p>Page {counting.made}</p>")

    counting.made = 0
    caches["pages"].clear()
    return counting


def release_something(election) -> None:
    issue = Newsletter.objects.create(
        election=election, slug="issue-1", number=1, title="One", summary="News"
    )
    release_reviewed([issue], election=election, title="Issue 1", at=timezone.now())


def test_page_is_made_once_for_visitors(view):
    pages = [view(get("/")).content for _ in range(3)]

    assert (pages, view.made) == ([b"<p>Page 1</p>"] * 3, 1)


def test_page_from_the_cache_costs_one_query(view):
    view(get("/"))

    with CaptureQueriesContext(connection) as queries:
        view(get("/"))

    assert len(queries) == 1


def test_page_is_made_again_after_a_release(view, election):
    view(get("/"))
    release_something(election)

    assert view(get("/")).content == b"<p>Page 2</p>"


def test_page_is_made_again_on_a_new_day_in_the_uk(view, time_machine):
    time_machine.move_to("2021-06-01 22:59:00+00:00")
    view(get("/"))
    time_machine.move_to("2021-06-01 23:01:00+00:00")  # 00:01 on 2 June, British Summer Time

    assert view(get("/")).content == b"<p>Page 2</p>"


def test_page_of_a_machine_whose_clock_is_behind_is_not_kept(view, election, time_machine):
    release_something(election)
    time_machine.move_to(timezone.now() - dt.timedelta(seconds=5))
    behind = view(get("/")).content
    time_machine.move_to(timezone.now() + dt.timedelta(seconds=10))

    assert (behind, view(get("/")).content) == (b"<p>Page 1</p>", b"<p>Page 2</p>")
    assert view(get("/")).content == b"<p>Page 2</p>"


@pytest.mark.parametrize("cookie", ["sessionid", "messages"])
def test_page_for_somebody_with_a_cookie_of_ours_is_their_own(view, cookie):
    view(get("/"))

    own = view(get("/", headers={"cookie": f"{cookie}=x"}))

    assert own.content == b"<p>Page 2</p>"
    assert own["Cache-Control"] == "private, no-cache"
    assert view(get("/")).content == b"<p>Page 1</p>"


def test_page_differs_by_address(view):
    assert view(get("/a/")).content != view(get("/b/")).content


def test_page_with_a_query_is_not_kept(view):
    """So nobody can fill the memory with addresses of their own making."""
    view(get("/"))

    assert view(get("/?topic=x")).content == b"<p>Page 2</p>"
    assert view(get("/?topic=x")).content == b"<p>Page 3</p>"
    assert view(get("/")).content == b"<p>Page 1</p>"


def test_other_methods_do_not_get_the_kept_page(view):
    view(get("/"))

    assert view(RequestFactory().options("/")).content == b"<p>Page 2</p>"


def test_page_is_sent_compressed_to_those_who_can_read_it(view):
    plain, zipped = view(get("/")), view(get("/", headers={"accept-encoding": "br, gzip"}))

    assert "Content-Encoding" not in plain
    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == b"<p>Page 2</p>"
    assert zipped["Vary"] == plain["Vary"] == "Accept-Encoding, Cookie"


def test_page_the_visitor_has_already_is_not_sent_again(view):
    etag = view(get("/"))["ETag"]

    again = view(get("/", headers={"if-none-match": etag}))

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)


def test_errors_are_not_kept():
    @public_page
    def missing(request):
        raise Http404

    for _ in range(2):
        with pytest.raises(Http404):
            missing(get("/"))


def test_nothing_is_kept_when_the_cache_is_off(view, settings):
    settings.PAGE_CACHE = False

    assert [view(get("/")).content for _ in range(2)] == [b"<p>Page 1</p>", b"<p>Page 2</p>"]
