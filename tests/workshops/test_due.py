import datetime as dt

import pytest

from tests.conftest import NOON
from tests.workshops.booking_cast import stands, take
from tests.workshops.cast import uk
from workshops.due import due
from workshops.joining import Details, say_how_to_join
from workshops.models import BookingMail

NOW = dt.datetime(2021, 3, 30, 11, tzinfo=dt.UTC)
COMING, PAST = "2021-04-08 10:00", "2021-03-18 10:00"


def found(code: str) -> list[str]:
    return [row.title for row in next(m for m in due(NOW) if m.code == code).rows]


def line(code: str):
    return next(m for m in due(NOW) if m.code == code).line()


def at(starts: str, **fields) -> dict:
    return {"starts_at": uk(starts), **fields}


def test_events_without_a_room_are_those_to_come_in_person(make_event):
    in_person = {"format": "in-person"}
    make_event(title="Has a room", slots=[at(COMING, venue="Hall")], **in_person)
    make_event(title="Later", slots=[at("2021-04-20 10:00")], **in_person)
    make_event(
        title="Half", slots=[at("2021-04-01 10:00", venue="Hall"), at(COMING)], format="hybrid"
    )
    make_event(title="Over", slots=[at(PAST)], **in_person)
    make_event(title="Online", slots=[at(COMING)], format="online")

    assert found("room") == ["Half", "Later"]
    told = line("room")
    assert (told.count, told.told, told.is_wrong) == (2, "in 9 days; Election 2021", True)


def test_online_events_say_how_to_join(make_event):
    make_event(title="Says", slots=[at(COMING)], how_to_join="We write to you.")
    make_event(title="Does not", slots=[at(COMING)])
    make_event(title="Hybrid", slots=[at("2021-04-20 10:00", venue="Hall")], format="hybrid")
    make_event(title="By arrangement", by_appointment=True)
    make_event(title="Over", slots=[at(PAST)])

    assert found("link") == ["Does not", "Hybrid", "By arrangement"]


def test_an_event_by_appointment_is_over_with_the_poll(make_event, election):
    make_event(title="By arrangement", by_appointment=True)
    assert line("link").told == "by appointment; Election 2021"
    election.poll_date = dt.date(2021, 3, 29)
    election.save()

    assert found("link") == []


def test_format_and_time_still_to_be_confirmed_are_told_and_not_called_wrong(
    make_event, make_day_event
):
    make_event(title="Where?", slots=[at(COMING)], format="to-be-confirmed")
    make_day_event("2021-04-08", title="When?", how_to_join="By telephone.")
    make_day_event("2021-03-18", title="Over")

    assert (found("format"), found("time")) == (["Where?"], ["When?"])
    assert [line(code).is_wrong for code in ("format", "time")] == [False, False]


def test_only_the_version_staff_work_on_counts(make_event, release_now):
    first = make_event(title="First", slots=[at(COMING)], format="in-person")
    release_now(first)
    assert found("room") == ["First"]

    make_event(
        title="Second",
        slug=first.slug,
        version=2,
        slots=[at(COMING, venue="Hall")],
        format="in-person",
    )

    assert (found("room"), found("draft")) == ([], ["Second"])


def test_online_events_within_a_week_have_a_link_for_those_booked(
    make_event, release_now, election, editor
):
    for title, start in (("Soon", "2021-04-06 10:00"), ("Later", COMING), ("Nobody comes", COMING)):
        event = make_event(
            title=title,
            slug=title.lower().replace(" ", "-"),
            takes_bookings=True,
            starts=start,
            ends=None,
        )
        release_now(event)
        if title != "Nobody comes":
            take(stands(election, title), event, at=NOON)

    assert found("joining") == ["Soon"]
    say_how_to_join(
        election, "soon", 1, Details(link="https://meet.example.org"), by=editor, at=NOON
    )
    assert found("joining") == []


@pytest.mark.parametrize(
    ("fields", "is_untold"),
    [
        ({}, False),
        ({"failed_at": NOON, "accepted_at": None}, True),
        ({"missed_at": NOON, "begun_at": None, "accepted_at": None}, True),
        ({"begun_at": NOW - dt.timedelta(minutes=11), "accepted_at": None}, True),
        ({"begun_at": NOW - dt.timedelta(minutes=9), "accepted_at": None}, False),
        ({"begun_at": None, "accepted_at": None, "queued_at": NOW - dt.timedelta(hours=1)}, True),
        ({"came_back_at": NOW}, True),
        ({"came_back_at": NOW, "told_at": NOW}, False),
    ],
)
def test_bookings_with_a_mail_that_may_not_have_arrived(
    make_event, release_now, election, client, editor, time_machine, fields, is_untold
):
    time_machine.move_to(NOW, tick=False)
    event = make_event(title="Budget", takes_bookings=True, starts=COMING, ends=None)
    release_now(event)
    take(stands(election, "Ada"), event, at=NOW)
    BookingMail.objects.update(**fields)

    rows = list(next(m for m in due(NOW) if m.code == "untold").rows)
    client.force_login(editor)
    page = client.get("/admin/workshops/booking/?due=untold").content.decode()

    assert bool(rows) == is_untold == ("Ada" in page)
    if is_untold:
        assert (line("untold").name, line("untold").told) == (
            "Alex Ada: Booked",
            "Budget, in 9 days",
        )
