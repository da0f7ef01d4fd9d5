"""The keeper's pages, the work on requests, addresses for the force, wording and disclosures."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from elections.models import User
from elections.roles import Role
from infolog import asking, force, working
from infolog.models import (
    Disclosure,
    Enquiry,
    ForceAddress,
    InformationRequest,
    LogRules,
    Pause,
    Proposal,
    Wording,
    Work,
)
from infolog.retention import FORGOTTEN
from pcc_portal.retention import apply_rules
from releases.models import Release
from tests.conftest import NOON

from .conftest import make_part, make_request
from .test_admin import _change, _formset, _part_row, _response_row

APRIL_12 = dt.datetime(2021, 4, 12, 11, 0, tzinfo=dt.UTC)
MONDAY = dt.date(2021, 4, 12)
PAGES = "/admin/infolog"
ENQUIRIES, WORK, DISCLOSURES = (f"{PAGES}/{name}/" for name in ("enquiry", "work", "disclosure"))


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(APRIL_12)


@pytest.fixture
def keeper(client, make_staff) -> User:
    user = make_staff(Role.KEEPER)
    client.force_login(user)
    return user


@pytest.fixture
def officer(client, make_staff) -> User:
    user = make_staff(Role.ANSWERING)
    client.force_login(user)
    return user


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- the keeper ------------------------------------------------------------------------------


def enter(client, election, **more):
    return client.post(
        f"{ENQUIRIES}add/",
        {
            "election": election.pk,
            "received_on": "12/04/2021",
            "form": "telephone",
            "asker": "",
            "signed": "",
            "notes": "",
            **_formset("parts", [{"text": "How many officers do I get?", "position": ""}], 0),
            **more,
        },
    )


def test_keeper_enters_what_came_by_telephone_on_one_page(client, keeper, election, candidate):
    row = candidate.candidacies.get()

    response = enter(client, election, asker=row.pk)

    enquiry = Enquiry.objects.get()
    assert response["Location"] == f"{ENQUIRIES}{enquiry.pk}/pass-on/"
    assert (enquiry.asker, enquiry.signed, enquiry.form) == (row, "Candidate Surname", "telephone")
    assert [part.text for part in enquiry.parts.all()] == ["How many officers do I get?"]
    page = client.get(f"{ENQUIRIES}{enquiry.pk}/change/")
    assert "Pass on without the name" in text_of(page)
    assert "19 April 2021" in text_of(page)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"received_on": "13/04/2021"}, "That day is still to come."),
        ({"received_on": "31/02/2021"}, "Enter a valid date."),
        ({"parts-0-text": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said(client, keeper, election, more, sentence):
    page = enter(client, election, **more)

    assert sentence in text_of(page)
    assert Enquiry.objects.count() == 0


def test_candidate_of_another_election_did_not_ask_here(client, keeper, election, other_candidate):
    page = enter(client, election, asker=other_candidate.candidacies.get().pk)

    assert "Other Surname stands in another election." in text_of(page)


@pytest.fixture
def enquiry(client, keeper, election) -> Enquiry:
    enter(client, election)
    return Enquiry.objects.get()


def test_enquiry_is_passed_on_in_other_words(client, enquiry):
    address = f"{ENQUIRIES}{enquiry.pk}/pass-on/"
    assert "How many officers do I get?" in client.get(address).content.decode()

    data = {"title": "Officers", "part_1": "How many officers are there?", "clock": "office"}
    page = client.post(address, data | {"foi": "", "pass-on": "yes"}, follow=True)

    item = InformationRequest.objects.get()
    assert f"is passed on as {item.reference}." in text_of(page)
    assert [part.question for part in item.parts.all()] == ["How many officers are there?"]
    assert item.work.due_on == dt.date(2021, 4, 19)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"title": ""}, "Write a title in a few neutral words."),
        ({"part_1": " "}, "Write the question in neutral words."),
        ({"foi": "F1"}, "Only a request under that Act has one"),
        ({"join": "yes"}, "Choose the request it is the same as."),
    ],
)
def test_unfinished_words_are_not_passed_on(client, enquiry, data, sentence):
    full = {"title": "Officers", "part_1": "How many?", "clock": "office", "foi": ""}

    page = client.post(f"{ENQUIRIES}{enquiry.pk}/pass-on/", full | data)

    assert sentence in text_of(page)
    assert InformationRequest.objects.count() == 0


def test_same_question_is_answered_together(client, enquiry, election):
    item = make_request(election, "Officers")
    address = f"{ENQUIRIES}{enquiry.pk}/pass-on/"

    client.post(address, {"join": "yes", "request": item.pk})
    again = client.post(address, {"join": "yes", "request": item.pk})

    enquiry.refresh_from_db()
    assert enquiry.request == item
    assert "It has been passed on already." in text_of(again)


def test_who_asked_is_corrected_and_nothing_is_written_over(client, enquiry, candidate):
    row = candidate.candidacies.get()
    data = {
        "received_on": "12/04/2021",
        "form": "telephone",
        "asker": row.pk,
        "signed": "",
        "notes": "",
        **_formset(
            "parts",
            [{"id": enquiry.parts.get().pk, "text": "How many?", "position": "1"}],
            1,
        ),
    }

    client.post(f"{ENQUIRIES}{enquiry.pk}/change/", data)

    enquiry.refresh_from_db()
    assert (enquiry.asker, enquiry.signed) == (row, "Candidate Surname")


# --- the work --------------------------------------------------------------------------------


@pytest.fixture
def work(election) -> Work:
    return working.begin(make_request(election, "Officers", received_on=MONDAY), at=APRIL_12)


def change_work(client, work, pauses=(), **more):
    rows = [{"work": work.pk, **pause} for pause in pauses]
    data = {
        "stage": "received",
        "with_whom": "",
        "officer": "",
        "clock": "office",
        "foi_reference": "",
        **_formset("pauses", rows, sum("id" in row for row in rows)),
    }
    return client.post(f"{WORK}{work.pk}/change/", data | more)


def test_officer_says_how_far_it_is(client, officer, work, time_machine):
    time_machine.move_to(APRIL_12 + dt.timedelta(days=1))

    client.force_login(officer)

    refused = change_work(client, work, stage="with-force")
    change_work(client, work, stage="with-force", with_whom="Force Finance", officer=officer.pk)

    assert "Say with whom in the force it is." in text_of(refused)
    work.refresh_from_db()
    assert (work.stage, work.officer) == ("with-force", officer)
    assert timezone.localdate(work.since) == dt.date(2021, 4, 13)


def test_clock_is_stopped_and_started_on_the_page(client, officer, work):
    pause = {"asked_on": "12/04/2021", "answered_on": "", "about": "Which year?"}
    change_work(client, work, [pause])
    work.refresh_from_db()
    assert work.due_on is None

    client.post(WORK, {"action": "explanation_came", "_selected_action": work.pk})

    work.refresh_from_db()
    assert work.due_on == dt.date(2021, 4, 19)


def test_only_one_pause_can_be_open_and_the_next_may_begin_as_one_ends(client, officer, work):
    open_one = {"asked_on": "12/04/2021", "answered_on": "", "about": "Which year?"}
    refused = change_work(client, work, [open_one, open_one | {"about": "Which force?"}])
    assert "Only one of them can be open" in text_of(refused)
    assert not Pause.objects.exists()
    change_work(client, work, [open_one])

    closed = {"id": Pause.objects.get().pk, **open_one, "answered_on": "13/04/2021"}
    saved = change_work(client, work, [closed, open_one | {"asked_on": "14/04/2021"}])

    assert saved.status_code == 302
    assert [pause.answered_on is None for pause in work.pauses.order_by("asked_on")] == [
        False,
        True,
    ]


@pytest.mark.parametrize("said", ["²", "x", "1" * 30])
def test_odd_number_of_a_row_breaks_nothing(client, keeper, said):
    client.force_login(keeper)

    assert client.get(f"{ENQUIRIES}{said}/change/").status_code == 302
    assert client.get(f"/admin/workshops/booking/{said}/change/").status_code in (302, 403)


def test_freedom_of_information_clock_is_chosen(client, officer, work):
    refused = change_work(client, work, foi_reference="FOI/1")
    change_work(client, work, clock="foi", foi_reference="FOI/1")

    assert "Choose that clock too." in text_of(refused)
    work.refresh_from_db()
    assert work.due_on == dt.date(2021, 5, 11)


def test_list_says_how_each_stands(client, officer, work, election, time_machine):
    told = []
    for day in (12, 15, 20):
        time_machine.move_to(dt.datetime(2021, 4, day, 11, tzinfo=dt.UTC))
        client.force_login(officer)
        told.append(text_of(client.get(WORK)))

    assert ["In time" in told[0], "Due soon" in told[1], "Overdue" in told[2]] == [True] * 3


def test_officer_takes_what_is_chosen(client, officer, work):
    client.post(WORK, {"action": "being_answered", "_selected_action": work.pk})

    work.refresh_from_db()
    assert (work.stage, work.officer) == ("answering", officer)


def test_rules_of_an_election_move_what_is_due(client, officer, work, election):
    rules = "/admin/infolog/logrules/"
    data = {"election": election.pk, "answer_within": 3, "amber_days": 1, "release_times": "9:30"}

    wrong = client.post(f"{rules}add/", data | {"release_times": "half past nine"})
    client.post(f"{rules}add/", data)

    assert "“half past nine” is no time of day." in text_of(wrong)
    work.refresh_from_db()
    assert work.due_on == dt.date(2021, 4, 15)
    row = LogRules.objects.get()
    client.post(f"{rules}{row.pk}/delete/", {"post": "yes"})
    work.refresh_from_db()
    assert work.due_on == dt.date(2021, 4, 19)


def test_draft_an_officer_begins_has_a_clock(client, officer, election):
    client.post(
        "/admin/infolog/informationrequest/add/",
        {
            "election": election.pk,
            "title": "Officers",
            "received_on": "12/04/2021",
            "form": "verbal",
            "introduction": "",
            **_formset("parts", [_part_row()], 0),
        },
    )

    item = InformationRequest.objects.get()
    assert item.work.due_on == dt.date(2021, 4, 19)
    page = client.get(f"/admin/infolog/informationrequest/{item.pk}/change/")
    assert "Received , due on 19 April 2021" in text_of(page)
    client.post(f"/admin/infolog/informationrequest/{item.pk}/delete/", {"post": "yes"})
    assert Work.objects.count() == 0


def test_new_day_of_receipt_moves_the_due_date(client, officer, work):
    item = work.request
    rows = [_part_row(part, part.position) for part in item.parts.all()]

    _change(client, item, rows, received_on="09/04/2021")

    work.refresh_from_db()
    assert work.due_on == dt.date(2021, 4, 16)


# --- held back -------------------------------------------------------------------------------


def test_approver_holds_answers_until_the_next_time(client, make_staff, work):
    client.force_login(make_staff(Role.APPROVER))
    page = client.post(
        "/admin/infolog/informationrequest/",
        {"action": "hold_back", "_selected_action": work.request.pk},
        follow=True,
    )

    assert "Held until then: Answers of 12 April 2021, 16:00." in text_of(page)
    work.request.refresh_from_db()
    assert work.request.release == Release.objects.get(due_at__isnull=False)


def test_officer_holds_nothing(client, officer, work):
    chosen = {"action": "hold_back", "_selected_action": work.request.pk}

    client.post("/admin/infolog/informationrequest/", chosen)

    assert Release.objects.count() == 0


# --- approved wording ------------------------------------------------------------------------


@pytest.fixture
def ground(db) -> Wording:
    return Wording.objects.create(
        kind="ground",
        name="Not ours",
        text="This is for the Chief Constable.",
        next_step="Ask the force.",
    )


def test_only_approved_wording_is_put_in_and_once(client, make_staff, officer, work, ground):
    item, part = work.request, work.request.parts.get()
    row = _part_row(part, 1, outcome="declined", outcome_note="First this.", wording=ground.pk)
    refused = _change(client, item, [row])
    assert "That wording is not approved" in text_of(refused)

    client.force_login(make_staff(Role.APPROVER))
    chosen = {"action": "approve", "_selected_action": ground.pk}
    client.post("/admin/infolog/wording/", chosen)
    client.force_login(officer)
    _change(client, item, [row])
    part.refresh_from_db()
    whole = "First this.\n\nThis is for the Chief Constable.\n\nAsk the force."
    assert part.outcome_note == whole
    _change(client, item, [row | {"outcome_note": whole.replace("\n", "\r\n")}])

    part.refresh_from_db()
    assert part.outcome_note.replace("\r\n", "\n") == whole


def test_changed_wording_has_to_be_approved_anew(client, officer, ground):
    Wording.objects.filter(pk=ground.pk).update(approved_at=NOON)
    data = {"kind": "ground", "name": "Ours", "text": ground.text, "next_step": "Ask the force."}
    client.post(f"/admin/infolog/wording/{ground.pk}/change/", data)
    assert Wording.objects.approved().filter(pk=ground.pk).exists()

    client.post(f"/admin/infolog/wording/{ground.pk}/change/", data | {"text": "Other words."})

    assert not Wording.objects.approved().filter(pk=ground.pk).exists()


def test_ground_says_what_can_be_done_next(client, officer):
    data = {"kind": "ground", "name": "Bare", "text": "No.", "next_step": ""}

    page = client.post("/admin/infolog/wording/add/", data)

    assert "A ground says what can be done next." in text_of(page)


def test_standard_paragraph_is_put_into_a_response(client, officer, work):
    paragraph = Wording.objects.create(
        kind="paragraph", name="Audited", text="These figures are audited.", approved_at=NOON
    )
    part = work.request.parts.get()
    row = _response_row(part.responses.get(), 1, wording=paragraph.pk, part=part.pk)

    client.post(
        f"/admin/infolog/part/{part.pk}/change/",
        {
            "question": part.question,
            "outcome": "answered",
            "outcome_note": "",
            **_formset("responses", [row], 1),
        },
    )

    assert part.responses.get().text.endswith("\n\nThese figures are audited.")


def test_first_grounds_wait_for_an_approver(db):
    grounds = Wording.objects.filter(kind="ground")

    assert {"Operational", "Commercial", "Personal", "Security"} <= set(
        grounds.values_list("name", flat=True)
    )
    assert Wording.objects.approved().count() == 0


# --- the force -------------------------------------------------------------------------------


def test_officer_makes_an_address_and_takes_over_what_comes(client, officer, work):
    page = client.post(
        "/admin/infolog/forceaddress/add/",
        {
            "request": work.request.pk,
            "for_whom": "Force Finance",
            "expires_at": "2021-04-19T17:00",
        },
        follow=True,
    )
    row = ForceAddress.objects.get()
    assert f"http://testserver{force.path_of(row)}" in text_of(page)
    part = work.request.parts.get()
    force.propose(row, name="Pat", role="Head", texts={part.pk: "1,242."}, at=APRIL_12)

    chosen = {"action": "take_over", "_selected_action": Proposal.objects.get().pk}
    client.post("/admin/infolog/proposal/", chosen)

    assert part.responses.last().speaker == "Pat, Head"


def test_time_that_is_over_is_refused_in_words(client, officer, work):
    page = client.post(
        "/admin/infolog/forceaddress/add/",
        {"request": work.request.pk, "for_whom": "X", "expires_at": "2021-04-12T09:00"},
    )

    assert "Choose a time that is still to come." in text_of(page)


def test_only_those_who_answer_see_the_address(client, officer, make_staff, work):
    row = force.make(
        work.request, for_whom="X", expires_at=APRIL_12 + dt.timedelta(days=1), at=APRIL_12
    )
    page = f"/admin/infolog/forceaddress/{row.pk}/change/"
    assert force.path_of(row) in text_of(client.get(page))

    client.force_login(make_staff(Role.EDITOR))

    assert force.path_of(row) not in text_of(client.get(page))


def test_addresses_are_taken_back(client, officer, work):
    row = force.make(
        work.request, for_whom="X", expires_at=APRIL_12 + dt.timedelta(days=1), at=APRIL_12
    )

    client.post("/admin/infolog/forceaddress/", {"action": "take_back", "_selected_action": row.pk})

    row.refresh_from_db()
    assert row.state(timezone.now()) == "Taken back"


# --- disclosures -----------------------------------------------------------------------------


def disclose(client, election, **more):
    return client.post(
        f"{DISCLOSURES}add/",
        {
            "election": election.pk,
            "told_at": "2021-04-12T09:00",
            "how": "in-passing",
            "told_by": "Chief Executive",
            "told_to": "Ann Lowe",
            "what": "That the precept report comes on Friday.",
            **more,
        },
        follow=True,
    )


def test_officer_writes_down_what_was_said_and_reads_it_no_more(client, officer, election):
    form = client.get(f"{DISCLOSURES}add/")
    assert "candidate" not in form.context["adminform"].form.fields

    page = disclose(client, election)

    row = Disclosure.objects.get()
    assert page.status_code == 200
    assert "Ann Lowe" not in text_of(page)
    assert client.get(f"{DISCLOSURES}{row.pk}/change/").status_code == 403


def test_keeper_decides_and_links_what_was_released(client, keeper, election, candidate):
    row = Disclosure.objects.create(
        election=election,
        told_at=APRIL_12,
        how="visit",
        told_by="Chief Executive",
        told_to="A candidate",
        what="A date.",
    )
    assert "Disclosures outside the log to decide about: 1" in text_of(client.get("/admin/"))
    bundle = Release.objects.create(election=election, title="The date")
    data = {
        "election": election.pk,
        "told_at": "2021-04-12T09:00",
        "how": "visit",
        "told_by": "Chief Executive",
        "told_to": "A candidate",
        "what": "A date.",
        "candidate": candidate.candidacies.get().pk,
        "decision": "nothing",
        "reason": "",
        "released_in": "",
    }
    address = f"{DISCLOSURES}{row.pk}/change/"

    without_reason = client.post(address, data)
    client.post(address, data | {"decision": "release", "released_in": bundle.pk})

    assert "Say why nothing has to be released." in text_of(without_reason)
    row.refresh_from_db()
    assert (row.decision, row.released_in) == ("release", bundle)
    assert "Disclosures that everyone still has to be told: 1" in text_of(client.get("/admin/"))


# --- roles, time, lists ----------------------------------------------------------------------


def test_nobody_keeps_the_log_and_answers_too(client, editor, make_staff):
    person = make_staff(Role.KEEPER)
    client.force_login(editor)
    groups = [
        group.pk
        for group in type(person.groups.get()).objects.filter(name__in=["keeper", "answering"])
    ]

    page = client.post(
        f"/admin/elections/user/{person.pk}/change/",
        {
            "email": person.email,
            "name": person.name,
            "is_active": "on",
            "is_staff": "on",
            "groups": groups,
        },
    )

    assert "The keeper of the log sees who asked, and whoever answers must not" in text_of(page)
    assert person.groups.count() == 1


def test_who_asked_is_forgotten_when_its_time_is_over(client, enquiry, candidate, election):
    Enquiry.objects.update(asker=candidate.candidacies.get(), signed="Candidate", notes="Tel.")
    Disclosure.objects.create(
        election=election, told_at=NOON, how="visit", told_by="C", told_to="Ann", what="W"
    )
    election.declared_on = dt.date(2021, 5, 8)
    election.save()

    for _ in range(2):
        apply_rules(at=dt.datetime(2021, 8, 17, 2, tzinfo=dt.UTC))

    enquiry.refresh_from_db()
    assert (enquiry.asker, enquiry.asked_by, enquiry.signed) == (None, None, FORGOTTEN)
    assert enquiry.parts.get().text == FORGOTTEN
    assert set(Enquiry.history.values_list("signed", "notes")) == {("", "")}
    assert set(Disclosure.history.values_list("told_to", flat=True)) == {""}


@pytest.mark.parametrize(
    "model", ["enquiry", "work", "disclosure", "forceaddress", "proposal", "wording", "logrules"]
)
def test_number_of_queries_of_a_list_does_not_grow(client, editor, election, office, model):
    def fill(number: int) -> None:
        item = make_request(election, f"Request {number}", received_on=MONDAY)
        working.begin(item, at=APRIL_12)
        part = make_part(item, position=2)
        row = Enquiry(election=election, form="email", received_on=MONDAY)
        asking.take_in(row, ["Why?"], at=APRIL_12)
        asking.join(row, item, at=APRIL_12)
        address = force.make(
            item, for_whom="X", expires_at=APRIL_12 + dt.timedelta(days=1), at=APRIL_12
        )
        force.propose(address, name="P", role="R", texts={part.pk: "1."}, at=APRIL_12)
        Disclosure.objects.create(
            election=election, told_at=NOON, how="visit", told_by="C", told_to="Ann", what="W"
        )
        Wording.objects.create(
            kind="paragraph", name=f"W{number}", text=".", approved_at=NOON, approved_by=editor
        )

    def queries() -> int:
        client.get(f"/admin/infolog/{model}/")
        with CaptureQueriesContext(connection) as found:
            assert client.get(f"/admin/infolog/{model}/").status_code == 200
        return len(found)

    client.force_login(editor)
    LogRules.objects.create(election=election)
    fill(0)
    with_one = queries()
    fill(1)
    fill(2)

    assert queries() == with_one
