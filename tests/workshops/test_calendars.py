import datetime as dt

import pytest
from icalendar import Calendar

from elections.models import KeyDate
from tests.workshops.cast import READERS, uk

pytestmark = pytest.mark.django_db

FEED = "/pcc-2021/programme.ics"


@pytest.fixture
def read_feed(client):
    """The entries of the feed, by their title."""

    def _read() -> dict:
        calendar = Calendar.from_ical(client.get(FEED).content)
        return {str(entry["summary"]): entry for entry in calendar.walk("VEVENT")}

    return _read


def test_feed_is_a_calendar(client, election):
    response = client.get(FEED)

    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(response.content)
    assert calendar["version"] == "2.0"
    assert calendar["x-wr-calname"] == "Election 2021: programme"
    assert calendar["prodid"]


def test_feed_of_an_unknown_election_is_not_found(client, election):
    assert client.get("/pcc-1999/programme.ics").status_code == 404


def test_feed_says_everything_public_of_a_slot(make_event, release_now, read_feed):
    released = uk("2021-03-01 09:15")
    release_now(
        make_event(
            slug="strategy",
            title="Strategy team",
            slots=[
                {
                    "starts_at": uk("2021-03-18 10:00"),
                    "ends_at": uk("2021-03-18 12:00"),
                    "venue": "County Hall, Glenfield",
                }
            ],
        ),
        at=released,
    )

    entry = read_feed()["Strategy team"]

    assert entry["uid"] == "pcc-2021.event.strategy.1@leicestershire-opcc"
    assert entry["dtstamp"].dt == released
    assert entry["last-modified"].dt == released
    assert entry["sequence"] == 0
    assert entry["status"] == "CONFIRMED"
    assert entry["categories"].cats == ["Workshop"]
    assert entry["location"] == "County Hall, Glenfield"
    assert entry["url"] == "http://testserver/pcc-2021/programme/strategy/"
    assert entry["description"] == (
        "What it is about.\n\nLed by: Paul Hindson, Chief Executive.\n\n"
        "Who may attend: All candidates."
    )
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (
        dt.datetime(2021, 3, 18, 10, tzinfo=dt.UTC),
        dt.datetime(2021, 3, 18, 12, tzinfo=dt.UTC),
    )


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [
        ("2021-03-27", 10),
        ("2021-03-28", 9),  # the clocks went forward at 1am
        ("2021-10-30", 9),
        ("2021-10-31", 10),  # the clocks went back at 2am
    ],
)
def test_feed_is_right_around_both_clock_changes(
    client, make_event, release_now, read_feed, day, utc_hour
):
    release_now(make_event(starts=f"{day} 10:00", ends=f"{day} 11:00"))

    starts = read_feed()["Event 1"]["dtstart"].dt

    assert starts == dt.datetime.fromisoformat(f"{day}T{utc_hour:02}:00:00+00:00")
    stamp = f"DTSTART:{day.replace('-', '')}T{utc_hour:02}0000Z\r\n"
    assert stamp.encode() in client.get(FEED).content


@pytest.mark.parametrize("day", ["2021-03-28", "2021-06-01", "2021-10-31"])
def test_feed_has_a_whole_day_where_only_the_day_is_known(
    make_day_event, release_now, read_feed, day
):
    release_now(make_day_event(day))

    entry = read_feed()["Event 1"]

    date = dt.date.fromisoformat(day)
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (date, date + dt.timedelta(days=1))


def test_feed_has_the_dates_of_the_election_as_whole_days(election, poll, read_feed):
    KeyDate.objects.create(
        election=election,
        kind=KeyDate.Kind.NOMINATIONS_CLOSE,
        title="Nominations close",
        date=dt.date(2021, 4, 8),
        time=dt.time(16),
        confirmed_by="A person, Returning Officer",
        confirmed_on=dt.date(2021, 3, 1),
        notice_title="Notice of election",
    )

    entries = read_feed()

    assert list(entries) == ["Nominations close, 4pm", "Polling day (expected)"]
    close, expected = entries.values()
    assert close["uid"] == "pcc-2021.date.nominations-close@leicestershire-opcc"
    assert (close["dtstart"].dt, close["dtend"].dt) == (dt.date(2021, 4, 8), dt.date(2021, 4, 9))
    assert close["categories"].cats == ["Statutory date"]
    assert (close["status"], expected["status"]) == ("CONFIRMED", "TENTATIVE")
    assert close["description"] == "Official notice: Notice of election."
    assert expected["description"] == "Not confirmed from an official notice yet."
    assert close["url"] == "http://testserver/pcc-2021/dates/"
    assert expected["dtstamp"].dt == poll.changed_at.replace(microsecond=0)


def test_feed_is_the_same_until_something_changes(
    client, make_event, release_now, poll, settings, time_machine
):
    settings.PAGE_CACHE = False
    release_now(make_event(), make_event(by_appointment=True))

    time_machine.move_to("2021-04-14 09:00 +0000")
    first = client.get(FEED).content
    time_machine.move_to("2021-09-14 09:00 +0000")
    second = client.get(FEED).content

    assert first == second


def test_correction_keeps_the_uid_and_raises_the_sequence(make_event, release_now, read_feed):
    release_now(make_event(slug="moved", title="At ten"))
    before = read_feed()["At ten"]
    moved = make_event(
        slug="moved", title="At two", version=2, change_note="The room is taken.", slots=[]
    )
    moved.slots.create(starts_at=uk("2021-03-18 14:00"), number=1)
    release_now(moved, at=uk("2021-04-01 10:00"))

    entries = read_feed()

    assert list(entries) == ["At two"]
    after = entries["At two"]
    assert after["uid"] == before["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after["last-modified"].dt == uk("2021-04-01 10:00")
    assert "dtend" not in after


def test_feed_never_tells_what_is_not_public(make_event, release_now, open_as):
    release_now(make_event(title="Canary for candidates", slug="canary", audience="candidates"))
    release_now(
        make_event(title="Everyone", how_to_join="Canary code 4711", by_appointment=False),
        make_event(title="Canary by appointment", by_appointment=True),
    )
    make_event(title="Canary draft", slug="canary-draft")

    feeds = {reader: open_as(reader, FEED).content for reader in READERS}

    assert len(set(feeds.values())) == 1
    assert b"SUMMARY:Everyone" in feeds["anonymous"]
    assert b"anary" not in feeds["anonymous"]
