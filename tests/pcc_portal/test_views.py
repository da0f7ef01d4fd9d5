import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from model_bakery import baker

from briefings.models import Document, Figure, Newsletter
from elections.timetabling import set_out
from infolog.models import InformationRequest, Part, Response
from workshops.models import Event, Slot

DAY = "2021-04-01 12:00+00:00"


@pytest.fixture
def on_the_day(time_machine):
    time_machine.move_to(DAY, tick=False)


def fill(election, number: int, audience: str = "public", word: str = "Public") -> list:
    """One of each thing the first page shows."""
    newsletter = Newsletter.objects.create(
        election=election,
        slug=f"issue-{number}",
        number=number,
        title=f"{word} news {number}",
        summary=f"{word} summary",
        audience=audience,
    )
    source = baker.make(
        Document, election=election, slug=f"d{number}", link="https://example.org", category="plan"
    )
    figure = baker.make(
        Figure,
        election=election,
        slug=f"f{number}",
        title=f"{word} figure {number}",
        value=number,
        decimal_places=0,
        unit="officers",
        basis="count",
        source=source,
        audience=audience,
    )
    event = baker.make(
        Event,
        election=election,
        slug=f"e{number}",
        title=f"{word} event {number}",
        kind="workshop",
        audience=audience,
    )
    starts = dt.datetime(2021, 4, 10 + number % 10, 9, tzinfo=dt.UTC)
    Slot.objects.create(event=event, starts_at=starts, ends_at=starts + dt.timedelta(hours=1))
    answer = baker.make(
        InformationRequest,
        election=election,
        slug=f"ir-{number}",
        title=f"{word} answer {number}",
        audience=audience,
    )
    part = baker.make(Part, request=answer, outcome="answered")
    baker.make(Response, part=part)
    return [newsletter, source, figure, event, answer]


def test_home_without_an_election_says_so(client, db):
    page = client.get("/")

    assert page.status_code == 200
    assert "No election has been set up yet" in page.content.decode()


def test_home_shows_the_election_to_come(client, election, other_election, on_the_day):
    page = client.get("/").content.decode()

    assert "<h1" in page
    assert page.count(f"{election.name}</h1>") == 1
    assert f'href="{other_election.get_absolute_url()}"' in page


def test_overview_shows_what_is_next_and_new(client, election, release_now, on_the_day):
    set_out(election)
    release_now(*fill(election, 1))

    text = client.get("/pcc-2021/").content.decode()

    for expected in ("Public news 1", "Public event 1", "Public answer 1", "Public figure 1"):
        assert expected in text
    assert "Nominations close" in text
    assert "Expected, not yet confirmed" in text
    assert "Pre-election period" in text


def test_overview_keeps_what_is_for_candidates_and_drafts_from_others(
    client, election, candidate, other_candidate, release_now, on_the_day
):
    release_now(*fill(election, 1, "candidates", "Canary"))
    fill(election, 2, "public", "Drafted")

    def text_for(user) -> str:
        client.logout()
        if user:
            client.force_login(user)
        return client.get("/pcc-2021/").content.decode()

    assert "Canary" not in text_for(None) + text_for(other_candidate)
    own = text_for(candidate)
    assert all(f"Canary {noun} 1" in own for noun in ("news", "event", "answer", "figure"))
    assert "Drafted" not in own


def test_overview_costs_the_same_with_more_of_everything(
    client, election, candidate, release_now, on_the_day
):
    client.force_login(candidate)
    release_now(*fill(election, 1))
    with CaptureQueriesContext(connection) as one:
        client.get("/pcc-2021/")
    release_now(*fill(election, 2), *fill(election, 3))

    with CaptureQueriesContext(connection) as three:
        client.get("/pcc-2021/")

    assert len(three) == len(one), [q["sql"][:300] for q in three.captured_queries]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_overview_is_for_reading(client, election, method):
    assert getattr(client, method)("/pcc-2021/").status_code == 405


def test_unknown_election_is_not_found(client, db):
    assert client.get("/no-such-election/").status_code == 404
