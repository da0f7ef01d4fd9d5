import datetime as dt
import re
import uuid

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from elections.models import Agent, Candidate, User
from infolog import asking
from infolog.models import Enquiry, InformationRequest, Receipt
from tests.conftest import NOON, give_status
from tests.infolog.conftest import make_request

ASK = "/pcc-2021/ask/"
APRIL_12 = dt.datetime(2021, 4, 12, 11, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(APRIL_12)


@pytest.fixture
def form(client, candidate):
    client.force_login(candidate)
    return {"token": str(uuid.uuid4()), "part_1": "How many officers are there?"}


@pytest.fixture
def send(client, form, django_capture_on_commit_callbacks):
    def _send(**more):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(ASK, form | {"send": "yes"} | more)

    return _send


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- writing ---------------------------------------------------------------------------------


def test_page_says_that_it_is_published_without_the_name_and_when_it_is_due(client, form):
    text = text_of(client.get(ASK))

    assert "are published for everyone, at the same moment, without your name." in text
    assert "we mean to answer by Monday 19 April 2021 (5 working days)" in text


def test_another_box_is_added_without_a_script_and_nothing_is_lost(client, form):
    page = client.post(ASK, form | {"add": "yes"}).content.decode()

    assert page.count("<textarea") == 2
    assert "How many officers are there?" in page
    assert form["token"] in page
    assert "There is a problem" not in page
    assert Enquiry.objects.count() == 0


def test_boxes_end_at_ten(client, form):
    boxes = {f"part_{n}": f"Question {n}?" for n in range(1, 11)}

    page = client.post(ASK, form | boxes | {"add": "yes"}).content.decode()

    assert page.count("<textarea") == 10
    assert "Add another question" not in page


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("  ", "Write your question."),
        ("x" * 4001, "is too long: 4001 characters. Use at most 4000"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_stays(client, form, said, sentence):
    page = client.post(ASK, form | {"part_1": said, "part_2": "", "continue": "yes"})

    assert sentence in text_of(page)
    assert Enquiry.objects.count() == 0
    assert said.strip() in page.content.decode()


@pytest.mark.parametrize("token", ["", "no token", "0" * 500])
def test_lost_token_loses_nothing(client, form, token):
    page = client.post(ASK, form | {"token": token, "continue": "yes"})

    assert "Check your question" in text_of(page)


# --- checking --------------------------------------------------------------------------------


def test_published_answers_that_match_are_shown_before_it_is_sent(client, form, election, released):
    released(election, "Number of officers")
    make_request(election, "Officers in a draft")
    released(election, "Buildings")

    page = text_of(client.post(ASK, form | {"continue": "Continue"}))

    assert "Has it been answered already?" in page
    assert "Number of officers" in page
    assert "Officers in a draft" not in page
    assert "Buildings" not in page
    assert "without your name" in page
    assert Enquiry.objects.count() == 0


def test_change_leads_back_with_all_that_was_written(client, form):
    page = client.post(ASK, form | {"part_2": "And\r\nspecials?", "change": "yes"})

    assert "Ask a question" in text_of(page)
    assert [f"part_{n}" in page.content.decode() for n in (1, 2, 3)] == [True, True, False]
    assert "specials?" in page.content.decode()


# --- sending ---------------------------------------------------------------------------------


def test_question_is_taken_in_with_a_receipt_on_the_page_and_by_mail(client, send, candidate):
    response = send(part_2="And specials?")

    enquiry = Enquiry.objects.get()
    assert re.fullmatch(r"EQ-[2-9B-Z]{5}", enquiry.reference)
    assert response["Location"] == f"/pcc-2021/questions/{enquiry.reference.lower()}/"
    assert (enquiry.asker.user, enquiry.asked_by) == (candidate, candidate)
    assert (enquiry.signed, enquiry.form) == ("Candidate Surname", "in-writing")
    assert enquiry.received_on == dt.date(2021, 4, 12)
    assert [part.text for part in enquiry.parts.all()] == [
        "How many officers are there?",
        "And specials?",
    ]
    page = text_of(client.get(response["Location"]))
    assert f"We have your question. Its reference is {enquiry.reference}." in page
    assert "Received since Monday 12 April 2021." in page
    assert "We mean to answer by Monday 19 April 2021" in page
    assert "Receipt by mail to candidate@example.org: accepted by the mail server." in page
    [message] = mail.outbox
    assert message.to == ["candidate@example.org"]
    assert message.subject == f"We have your question ({enquiry.reference})"
    assert "by Monday 19 April 2021" in message.body
    assert f"http://127.0.0.1:8000{response['Location']}" in message.body
    assert "officers" not in message.body


def test_sent_twice_it_is_one(send):
    first, second = send(), send()

    assert first["Location"] == second["Location"]
    assert Enquiry.objects.count() == Receipt.objects.count() == len(mail.outbox) == 1


def test_agent_asks_for_the_candidate_and_both_see_it(client, candidate, agent, election):
    client.force_login(agent)

    response = client.post(ASK, {"token": str(uuid.uuid4()), "part_1": "How many?", "send": "yes"})

    enquiry = Enquiry.objects.get()
    assert enquiry.signed == "Adam Agent, agent for Candidate Surname"
    assert enquiry.asked_by == agent
    assert Receipt.objects.get().address == "agent@example.org"
    for user in (agent, candidate):
        client.force_login(user)
        assert client.get(response["Location"]).status_code == 200
    Agent.objects.update(revoked_at=NOON)
    client.force_login(agent)
    assert client.get(response["Location"]).status_code == 404


def test_eleventh_question_within_a_day_is_kept_on_the_page(client, send, time_machine):
    for _ in range(asking.A_DAY_AT_MOST):
        send(token=str(uuid.uuid4()))

    page = send(token=str(uuid.uuid4()))

    assert page.status_code == 200
    assert "10 questions came from you within a day, so this one was not sent." in text_of(page)
    assert "How many officers are there?" in page.content.decode()
    assert Enquiry.objects.count() == 10
    time_machine.move_to(APRIL_12 + dt.timedelta(days=1, minutes=1))
    assert send(token=str(uuid.uuid4())).status_code == 302


def test_question_sent_just_before_midnight_in_uk_time_is_of_that_day(send, time_machine):
    time_machine.move_to(dt.datetime(2021, 4, 12, 23, 30, tzinfo=dt.UTC))  # 0.30 BST

    send()

    assert Enquiry.objects.get().received_on == dt.date(2021, 4, 13)


# --- who may not -----------------------------------------------------------------------------


def test_stranger_is_led_to_sign_in(client):
    assert client.get(ASK)["Location"].startswith("/account/login/")


def test_only_those_who_are_briefed_ask(
    client, election, other_candidate, withdrawn_candidate, editor
):
    for user in (other_candidate, withdrawn_candidate, editor):
        client.force_login(user)
        for response in (client.get(ASK), client.post(ASK, {"part_1": "Lost?", "send": "yes"})):
            assert response.status_code == 403
            assert "Only candidates of this election and their agents ask here." in text_of(
                response
            )
        assert "Lost?" in text_of(response)
    assert Enquiry.objects.count() == 0


def test_archived_log_refuses_in_words(client, form, election):
    election.declared_on = dt.date(2021, 5, 8)
    election.poll_date = dt.date(2021, 2, 1)
    election.archived_on = dt.date(2021, 4, 1)
    election.declared_on = dt.date(2021, 2, 2)
    election.save()

    page = client.post(ASK, form | {"send": "yes"})

    assert "Election 2021 is over and its log is closed." in text_of(page)
    assert "How many officers are there?" in text_of(page)
    assert Enquiry.objects.count() == 0


def test_question_of_another_is_found_by_nobody(client, send, election, editor):
    address = send()["Location"]
    rival = User.objects.create_user("rival@example.org", "Rival")
    row = Candidate.objects.create(election=election, user=rival, surname="R", other_names="R")
    give_status(row, "declared")

    for user in (rival, editor):
        client.force_login(user)
        assert client.get(address).status_code == 404
        assert client.post(f"{address}withdraw/").status_code == 404


def test_staff_who_look_as_a_candidate_see_the_page_and_send_nothing(client, election, editor):
    client.force_login(editor)
    client.post("/admin/looking/", {"election": election.pk})

    assert "Ask a question" in text_of(client.get(ASK))
    assert client.post(ASK, {"part_1": "What?", "send": "yes"}).status_code == 403
    assert Enquiry.objects.count() == 0


# --- what becomes of it ----------------------------------------------------------------------


@pytest.fixture
def passed_on(send):
    send()
    enquiry = Enquiry.objects.get()
    request = asking.pass_on(enquiry, title="Officers", parts=["How many officers?"], at=APRIL_12)
    enquiry.refresh_from_db()
    return enquiry, request


def test_answer_is_linked_only_once_everyone_has_it(client, passed_on, release_now):
    enquiry, request = passed_on
    address = f"/pcc-2021/questions/{enquiry.reference.lower()}/"
    request.parts.get().responses.create(responder="Chief Constable", text="1,242.")

    before = text_of(client.get(address))
    release_now(request)
    after = client.get(address)

    assert "1,242" not in before
    assert request.reference not in before
    assert "Answered since Tuesday 30 March 2021." in text_of(after)
    assert f'href="{request.get_absolute_url()}"' in after.content.decode()
    assert "Take back this question" not in text_of(after)


def test_question_is_taken_back(client, passed_on):
    enquiry, request = passed_on
    address = f"/pcc-2021/questions/{enquiry.reference.lower()}/"

    page = client.post(f"{address}withdraw/", follow=True)

    assert f"You have taken back the question {enquiry.reference}." in text_of(page)
    assert "Withdrawn since Monday 12 April 2021." in text_of(page)
    request.work.refresh_from_db()
    assert request.work.stage == "received"  # until the next day: its time would tell who it was


def test_own_questions_are_on_my_page_with_their_state(client, passed_on):
    text = text_of(client.get("/my-page/"))

    assert f"Question {passed_on[0].reference} of 12 April 2021" in text
    assert "Received since Monday 12 April 2021. The office has the question" in text
    assert "We mean to answer by Monday 19 April 2021" in text


def test_number_of_queries_of_my_page_does_not_grow_with_what_was_asked(
    client, send, passed_on, release_now
):
    def queries() -> int:
        client.get("/my-page/")
        with CaptureQueriesContext(connection) as found:
            client.get("/my-page/")
        return len(found)

    with_one = queries()
    for number in range(3):
        send(token=str(uuid.uuid4()))
        newest = Enquiry.objects.first()
        asking.pass_on(newest, title=f"Question {number}", parts=["Why?"], at=APRIL_12)

    assert queries() == with_one


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_writes_nothing(client, form, method):
    getattr(client, method)(ASK)

    assert (Enquiry.objects.count(), InformationRequest.objects.count()) == (0, 0)
