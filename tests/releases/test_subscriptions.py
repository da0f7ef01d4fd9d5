import datetime as dt
import re

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from releases.models import Delivery, Subscriber
from releases.update_links import confirm_address, stop_address
from tests.conftest import PortalClient

URL = "/pcc-2021/updates/"
ASKED = {"email": "reader@example.org", "often": "each"}


def path_in(text: str) -> str:
    return re.search(r"http://127\.0\.0\.1:8000(/\S+)", text)[1]


@pytest.fixture
def ask(client, election, django_capture_on_commit_callbacks):
    def _ask(**data):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(URL, ASKED | data)

    return _ask


@pytest.fixture
def reader(election) -> Subscriber:
    return Subscriber.objects.create(
        election=election,
        address="reader@example.org",
        asked_at=timezone.now(),
        confirmed_at=timezone.now(),
    )


def test_nothing_begins_before_the_button_in_the_mail(ask, client, mailoutbox):
    response = ask(often="daily")
    assert response.headers["Location"] == f"{URL}received/"
    (message,) = mailoutbox
    assert message.to == ["reader@example.org"]
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    link = path_in(message.body)

    assert "Yes, send me these mails" in client.get(link).content.decode()
    assert Subscriber.objects.get().confirmed_at is None

    assert client.post(link).headers["Location"] == f"{URL}confirmed/"
    reader = Subscriber.objects.get()
    assert (reader.confirmed_at is not None, reader.is_daily) == (True, True)


def test_answer_and_mail_are_the_same_for_a_known_address(ask, mailoutbox, reader):
    known = ask(email="Reader@Example.org")
    unknown = ask(email="other@example.org")

    assert known.headers["Location"] == unknown.headers["Location"]
    assert [message.subject for message in mailoutbox] == [mailoutbox[0].subject] * 2
    assert Subscriber.objects.count() == 2


def test_known_reader_is_not_changed_by_who_only_knows_the_address(ask, reader):
    ask(often="daily")

    reader.refresh_from_db()
    assert reader.is_daily is False


def test_one_address_is_asked_three_times_a_day_at_most(ask, mailoutbox):
    answers = {ask().headers["Location"] for _ in range(5)}

    assert (len(mailoutbox), answers) == (3, {f"{URL}received/"})


def test_one_network_asks_for_ten_addresses_an_hour_at_most(ask, mailoutbox):
    codes = [ask(email=f"reader.{number}@example.org").status_code for number in range(11)]

    assert codes == [302] * 10 + [429]
    assert len(mailoutbox) == 10


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"email": ""}, "Enter an e-mail address."),
        ({"email": "no"}, "Enter an e-mail address in the right form"),
        ({"often": "never"}, "Select a valid choice"),
        ({"often": ""}, "Choose how often you want mail."),
    ],
)
def test_what_cannot_be_used_is_said(ask, data, sentence):
    response = ask(**data)

    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not Subscriber.objects.exists()


def test_link_works_for_seven_days(client, election, reader):
    link = path_in(confirm_address(reader, is_daily=False))

    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        response = client.post(link)
    assert response.status_code == 404
    assert "This link does not work" in response.content.decode()


@pytest.mark.parametrize("name", ["updates:confirm", "updates:stop"])
def test_changed_link_is_refused_in_words(client, election, name):
    args = ["pcc-2021", "1:x"] if name == "updates:confirm" else ["1:x"]

    response = client.post(reverse(name, args=args))
    assert (response.status_code, "too old" in response.content.decode()) == (404, True)


def test_link_of_one_election_confirms_none_of_another(client, reader, other_election):
    link = path_in(confirm_address(reader, is_daily=True)).replace("pcc-2021", "pcc-2024")

    assert client.post(link).status_code == 404


def test_one_post_without_session_or_token_ends_it(reader, deliver):
    deliver()
    link = path_in(stop_address(reader.pk))
    mail_program = PortalClient(enforce_csrf_checks=True)

    assert "End these mails" in mail_program.get(link).content.decode()
    assert Subscriber.objects.exists()
    response = mail_program.post(link, {"List-Unsubscribe": "One-Click"})

    assert response.status_code == 200
    assert not Subscriber.objects.exists()
    mail = Delivery.objects.get(role="subscriber")
    assert (mail.address, mail.state) == ("", "left")
    assert "These mails have ended" in mail_program.post(link).content.decode()


def test_unconfirmed_are_deleted_after_seven_days(election, reader):
    Subscriber.objects.create(election=election, address="new@example.org", asked_at=timezone.now())
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        call_command("apply_retention")

    assert list(Subscriber.objects.all()) == [reader]


def test_mail_to_a_closed_account_keeps_no_address(deliver, candidate, election):
    delivery = deliver()
    Delivery.objects.update(state="refused", reply="550 <candidate@example.org> unknown")
    election.declared_on = dt.date(2021, 5, 7)
    election.save()
    call_command("apply_retention")

    delivery.refresh_from_db()
    assert (delivery.address, delivery.reply, delivery.state) == ("", "", "refused")


# --- feeds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["/updates.atom", "/pcc-2021/updates.atom"])
def test_feed_has_what_is_public_and_nothing_else(client, make_issue, release_now, candidate, url):
    release_now(make_issue(1, title="For everyone"))
    release_now(make_issue(2, title="For candidates", audience="candidates"))
    client.force_login(candidate)

    response = client.get(url)
    feed = response.content.decode()
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    assert "Newsletter: Issue 1: For everyone" in feed
    assert "/pcc-2021/newsletters/issue-1/" in feed
    assert "For candidates" not in feed


def test_feed_says_why_something_was_corrected(client, make_issue, release_now):
    release_now(make_issue())
    release_now(make_issue(1, version=2, change="correction", change_note="The sum was wrong."))

    feed = client.get("/pcc-2021/updates.atom").content.decode()
    assert "Correction: newsletter: Issue 1: Number 1" in feed
    assert "What changed, and why: The sum was wrong." in feed


def test_pages_name_the_feed_and_the_mail(client, election):
    page = client.get("/pcc-2021/").content.decode()

    assert 'type="application/atom+xml" title="Election 2021" href="/pcc-2021/updates.atom"' in page
    assert f'href="{URL}"' in page
