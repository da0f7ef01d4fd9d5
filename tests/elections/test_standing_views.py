import datetime as dt
import re

import pytest
from django.core import mail
from django.utils.html import strip_tags

from elections.models import StandingRequest

STANDING = "/pcc-2021/candidates/standing/"
RECEIVED = "/pcc-2021/candidates/standing/received/"
AMARA = {
    "name": "Amara Ellison",
    "email": "amara@example.org",
    "phone": "0116 496 0000",
    "message": "I announced it last week.",
}


@pytest.fixture(autouse=True)
def _before_nominations(time_machine, election, settings):
    settings.PAGE_CACHE = False
    time_machine.move_to("2021-03-20 12:00+00:00", tick=False)


def _text(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def test_request_is_noted_and_thanked_for(client):
    response = client.post(STANDING, AMARA)

    assert (response.status_code, response.url) == (302, RECEIVED)
    asked = StandingRequest.objects.get()
    assert {name: getattr(asked, name) for name in AMARA} == AMARA
    assert asked.asked_at == dt.datetime(2021, 3, 20, 12, tzinfo=dt.UTC)
    assert "We have your request" in _text(client.get(RECEIVED))
    assert mail.outbox == []


def test_page_says_what_is_kept_and_for_how_long(client):
    text = _text(client.get(STANDING))

    assert "We store your name, e-mail address and, if you give them, telephone number" in text
    assert "We delete them 90 days after polling day." in text


def test_second_click_makes_one_request(client):
    for _ in range(2):
        assert client.post(STANDING, AMARA).url == RECEIVED

    assert StandingRequest.objects.count() == 1


@pytest.mark.parametrize(
    "email", ["candidate@example.org", "editor@example.org", "new@example.org"]
)
def test_answer_does_not_tell_whom_the_office_knows(client, candidate, editor, email):
    response = client.post(STANDING, AMARA | {"email": email})

    assert (response.status_code, response.url) == (302, RECEIVED)
    assert email not in _text(client.get(RECEIVED))


def test_form_says_what_to_do(client):
    content = client.post(STANDING, {"name": "", "email": ""}).content.decode()

    assert '<a href="#id_name">Enter your name.</a>' in content
    assert '<a href="#id_email">Enter an e-mail address.</a>' in content


def test_machine_that_fills_everything_in_is_thanked_and_forgotten(client):
    assert client.post(STANDING, AMARA | {"homepage": "https://spam.example"}).url == RECEIVED

    assert not StandingRequest.objects.exists()


def test_trap_is_out_of_everybodys_way(client):
    content = client.get(STANDING).content.decode()

    trap = re.search(
        r'<div class="govuk-visually-hidden" aria-hidden="true">(.*?)</div>\s*</div>',
        content,
        re.DOTALL,
    ).group(1)
    assert 'name="homepage"' in trap
    assert 'tabindex="-1"' in trap


def test_many_requests_from_one_network_are_stopped_and_told_what_to_do(client, time_machine):
    for number in range(5):
        client.post(STANDING, AMARA | {"email": f"a{number}@example.org"})

    response = client.post(STANDING, AMARA)

    assert response.status_code == 429
    assert "Wait an hour, or write to office@example.org." in _text(response)
    assert StandingRequest.objects.count() == 5
    elsewhere = client.post(STANDING, AMARA, REMOTE_ADDR="192.0.2.9")
    assert elsewhere.url == RECEIVED
    time_machine.move_to("2021-03-20 13:01+00:00")
    assert client.post(STANDING, AMARA).url == RECEIVED


def test_many_requests_for_one_address_are_forgotten_without_a_word(client, editor):
    for number in range(4):
        response = client.post(STANDING, AMARA, REMOTE_ADDR=f"192.0.2.{number}")
        assert response.url == RECEIVED
        StandingRequest.objects.update(
            outcome="declined", reason="Again", decided_at="2021-03-20 12:00+00:00"
        )

    assert StandingRequest.objects.count() == 3


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2021-04-09 12:00+00:00", "has published who stands"),
        ("2021-06-01 12:00+00:00", "This election is over."),
    ],
)
def test_page_closes_once_it_is_known_who_stands(client, election, time_machine, moment, told):
    if "over" not in told:
        election.nominations_published_on = dt.date(2021, 4, 9)
        election.save()
    time_machine.move_to(moment)

    response = client.post(STANDING, AMARA)

    assert told in _text(response)
    assert "<form method" not in response.content.decode().partition("<main")[2]
    assert not StandingRequest.objects.exists()
    assert STANDING not in client.get("/pcc-2021/candidates/").content.decode()


def test_candidates_page_leads_there_while_it_is_open(client):
    assert f'href="{STANDING}"' in client.get("/pcc-2021/candidates/").content.decode()


def test_reading_changes_nothing_and_other_elections_are_not_there(client):
    assert client.head(STANDING).status_code == 200
    assert client.post(RECEIVED).status_code == 405
    assert client.get("/nowhere/candidates/standing/").status_code == 404
    assert not StandingRequest.objects.exists()
