import datetime as dt

import pytest
from django.contrib.messages import get_messages

from elections.models import Election, KeyDate, NonWorkingDay, Office
from elections.timetabling import set_out

OFFICE = {
    "kind": "pcc",
    "name": "Office of the Police and Crime Commissioner for Rutland",
    "short_name": "Rutland OPCC",
    "post": "Police and Crime Commissioner",
    "area": "Rutland",
    "force": "Rutland Police",
    "contact_name": "The election contact",
    "contact_email": "office@example.org",
    "colour": "teal",
}
NOTICE = {
    "confirmed_by": "Rita Returning",
    "confirmed_on": "26/03/2021",
    "notice_title": "Notice of election",
    "notice_url": "https://example.org/notice",
}


@pytest.fixture
def staff(client, editor):
    client.force_login(editor)
    return client


def _told(response) -> list[str]:
    return [
        str(message)
        for message in get_messages(response.wsgi_request)
        if "successfully" not in str(message)
    ]


def _save(staff, address: str, data: dict) -> list[str]:
    """Send a staff form, insist that it was taken, and hand back what the portal said."""
    response = staff.post(f"/admin/elections/{address}", data)
    assert response.status_code == 302, response.context["errors"]
    return _told(response)


def _election_form(office: Office, **changes) -> dict:
    values = {
        "office": office.pk,
        "kind": "ordinary",
        "name": "Election 2021",
        "slug": "pcc-2021",
        "poll_date": "06/05/2021",
        "key_dates-TOTAL_FORMS": 0,
        "key_dates-INITIAL_FORMS": 0,
    }
    return values | changes


def _with_rows(election: Election, **changes) -> dict:
    """The change form as the browser sends it: every date of the election stands in it."""
    data = _election_form(election.office)
    for number, row in enumerate(election.key_dates.all()):
        for name in ("id", "election_id", "title", "kind", "date", "time", *NOTICE):
            value = getattr(row, name)
            key = f"key_dates-{number}-{name.removesuffix('_id')}"
            data[key] = "" if value is None else value
    data["key_dates-TOTAL_FORMS"] = data["key_dates-INITIAL_FORMS"] = election.key_dates.count()
    return data | changes


# --- Offices


def test_office_is_added_and_changed(staff, db):
    _save(staff, "office/add/", OFFICE)
    office = Office.objects.get()
    _save(staff, f"office/{office.pk}/change/", OFFICE | {"colour": "plum"})

    office.refresh_from_db()
    assert (office.short_name, office.colour) == ("Rutland OPCC", "plum")


def test_office_of_another_kind_works_out_its_timetables_anew(staff, election, time_machine):
    time_machine.move_to("2021-03-01 12:00+00:00")
    set_out(election)

    told = _save(staff, f"office/{election.office.pk}/change/", OFFICE | {"kind": "mayor"})

    assert election.key_dates.get(kind="takes-office").date == dt.date(2021, 5, 10)
    assert told == ["Worked out anew: The elected person takes office (10 May 2021)."]


# --- Elections


def test_election_is_added_with_its_timetable(staff, office):
    told = _save(staff, "election/add/", _election_form(office))

    election = Election.objects.get()
    assert election.key_dates.get(kind="nominations-close").date == dt.date(2021, 4, 8)
    assert len(told) == 1
    assert "Nominations close (8 April 2021, 4pm)" in told[0]


def test_election_saved_unchanged_says_nothing(staff, election):
    set_out(election)

    told = _save(staff, f"election/{election.pk}/change/", _with_rows(election))

    assert told == []
    assert election.key_dates.count() == len(KeyDate.Kind)


def test_election_with_another_polling_day_says_what_became_of_its_dates(
    staff, election, timetable, confirm_it
):
    confirm_it(timetable["nominations-close"])
    form = _with_rows(election, poll_date="13/05/2021")

    told = _save(staff, f"election/{election.pk}/change/", form)

    row = election.key_dates.get(kind="nominations-close")
    assert (row.date, row.is_confirmed) == (dt.date(2021, 4, 15), False)
    assert told[0].startswith(
        "Worked out anew: Last day to publish the notice of election (7 April 2021)"
    )
    assert told[1] == (
        "These were confirmed from a notice about another polling day, so they are no longer "
        "confirmed: Nominations close (15 April 2021, 4pm). Confirm them from the new notice."
    )


def test_election_that_becomes_a_by_election_says_what_was_taken_out(staff, election):
    set_out(election)

    told = _save(staff, f"election/{election.pk}/change/", _with_rows(election, kind="by-election"))

    assert told == [
        "Taken out, the rules no longer give them: The elected person takes office (13 May 2021)."
    ]


def test_election_takes_the_confirmation_of_a_date(staff, election):
    set_out(election)
    form = _with_rows(election) | {f"key_dates-0-{name}": v for name, v in NOTICE.items()}

    _save(staff, f"election/{election.pk}/change/", form)

    row = election.key_dates.get(kind="notice")
    assert (row.confirmed_by, row.confirmed_on) == ("Rita Returning", dt.date(2021, 3, 26))


def test_election_refuses_another_date_without_a_notice(staff, election):
    set_out(election)
    form = _with_rows(election) | {"key_dates-0-date": "30/03/2021"}

    response = staff.post(f"/admin/elections/election/{election.pk}/change/", form)

    assert "This date is worked out from polling day." in response.content.decode()
    assert election.key_dates.get(kind="notice").date == dt.date(2021, 3, 29)


def test_election_keeps_its_address(staff, election):
    set_out(election)

    _save(staff, f"election/{election.pk}/change/", _with_rows(election, slug="other"))

    election.refresh_from_db()
    assert election.slug == "pcc-2021"


def test_election_form_shows_phases_and_where_a_date_differs(
    staff, election, timetable, confirm_it
):
    confirm_it(timetable["notice"], date=dt.date(2021, 3, 22))
    election.pre_election_starts_on = election.poll_date
    election.save()

    html = staff.get(f"/admin/elections/election/{election.pk}/change/").content.decode()

    assert "<p>Before the notice of election: until 5 May 2021</p>" in html
    assert "<p>Pre-election period: no day of its own</p>" in html
    assert "<p>After the declaration: 7 May 2021 to 15 July 2021</p>" in html
    assert "<p>Archived: from 16 July 2021</p>" in html
    assert html.count("The date above is another one: check it against the notice.") == 1
    assert "29 March 2021. The date above" in html


def test_election_form_without_an_election_promises_phases(staff, db):
    html = staff.get("/admin/elections/election/add/").content.decode()

    assert "Shown once the election is saved." in html


def test_election_list_shows_phase_and_dates_to_confirm(
    staff, election, timetable, confirm_it, time_machine
):
    time_machine.move_to("2021-04-01 12:00+00:00")
    staff.force_login(staff.get("/admin/").wsgi_request.user)
    confirm_it(timetable["notice"])

    html = staff.get("/admin/elections/election/").content.decode()

    assert '<td class="field-phase_now">Pre-election period</td>' in html
    assert f'<td class="field-to_confirm">{len(KeyDate.Kind) - 1}</td>' in html


# --- Key dates


def test_key_date_is_added_and_confirmed(staff, election):
    form = {"election": election.pk, "title": "Group briefing", "date": "22/04/2021"}
    _save(staff, "keydate/add/", form)
    row = KeyDate.objects.get(title="Group briefing")

    _save(staff, f"keydate/{row.pk}/change/", form | NOTICE)

    row.refresh_from_db()
    assert (row.kind, row.confirmed_by) == ("", "Rita Returning")


def test_key_date_names_the_rule_it_was_worked_out_by(staff, timetable):
    row = timetable["nominations-close"]

    html = staff.get(f"/admin/elections/keydate/{row.pk}/change/").content.decode()

    assert "8 April 2021, 4pm, the same" in html
    assert "19 working days before polling day. Police and Crime Commissioner Elections" in html


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("", "None: a date of the office’s own."), ("poll", "None that counts working days.")],
)
def test_key_date_without_a_rule_says_so(staff, election, kind, sentence):
    row = election.key_dates.create(kind=kind, title="Some day", date=election.poll_date)

    html = staff.get(f"/admin/elections/keydate/{row.pk}/change/").content.decode()

    assert sentence in html
    assert "No rule: entered by hand" in html


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", {"A", "B", "C"}), ("?state=expected", {"A"}), ("?state=confirmed", {"B", "C"})],
)
def test_key_date_list_finds_those_to_confirm(staff, election, confirm_it, query, shown):
    day = dt.date(2021, 4, 1)
    rows = [election.key_dates.create(title=title, date=day) for title in "ABC"]
    confirm_it(rows[1])
    rows[2].kind, rows[2].worked_out_date = "notice", dt.date(2021, 4, 2)
    rows[2].save()
    confirm_it(rows[2])

    response = staff.get(f"/admin/elections/keydate/{query}")

    assert {row.title for row in response.context["cl"].result_list} == shown
    states = {
        "A": "Expected, not confirmed",
        "B": ">Confirmed</td>",
        "C": "Confirmed, differs from the rule",
    }
    html = response.content.decode().partition('id="result_list"')[2].partition("</table>")[0]
    assert {title for title, state in states.items() if state in html} == shown


# --- Days left out


def test_day_left_out_moves_the_dates_of_elections_to_come(staff, election, time_machine):
    time_machine.move_to("2021-04-01 12:00+00:00")
    staff.force_login(staff.get("/admin/").wsgi_request.user)
    set_out(election)

    told = _save(staff, "nonworkingday/add/", {"date": "13/04/2021", "reason": "Mourning"})

    assert told == [
        "Worked out anew: Last day to publish the notice of election (26 March 2021); "
        "Nominations close (7 April 2021, 4pm); "
        "Last day to publish the statement of persons nominated (8 April 2021, 4pm)."
    ]
    day = NonWorkingDay.objects.get()
    _save(staff, f"nonworkingday/{day.pk}/change/", {"date": "10/03/2021", "reason": "Mourning"})
    assert election.key_dates.get(kind="nominations-close").date == dt.date(2021, 4, 8)


@pytest.mark.parametrize("by", ["button", "action"])
def test_day_no_longer_left_out_moves_them_back(staff, election, time_machine, by):
    time_machine.move_to("2021-04-01 12:00+00:00")
    staff.force_login(staff.get("/admin/").wsgi_request.user)
    day = NonWorkingDay.objects.create(date=dt.date(2021, 4, 13), reason="Mourning")
    set_out(election)

    if by == "button":
        _save(staff, f"nonworkingday/{day.pk}/delete/", {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": day.pk, "post": "yes"}
        _save(staff, "nonworkingday/", chosen)

    assert not NonWorkingDay.objects.exists()
    assert election.key_dates.get(kind="nominations-close").date == dt.date(2021, 4, 8)
