import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from elections.models import NonWorkingDay
from elections.refusals import Refused
from infolog import asking, working
from infolog.clock import Clock
from infolog.holding import hold
from infolog.jobs import start_the_day
from infolog.models import Enquiry, InformationRequest, LogRules, Pause, Work
from infolog.models.rules import times_in
from infolog.states import STAGES, State, state_of_outcomes
from releases.models import Release
from tests.conftest import NOON

from .conftest import make_request

APRIL_12 = dt.datetime(2021, 4, 12, 11, 0, tzinfo=dt.UTC)
MONDAY = dt.date(2021, 4, 12)
DAY = dt.timedelta(days=1)


@pytest.fixture
def work(election) -> Work:
    return working.begin(make_request(election, "Officers", received_on=MONDAY), at=APRIL_12)


def refusal(act, *args, **more) -> str:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act(*args, **more)
    return refused.value.code


# --- states ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_sentence_and_a_next_step(state):
    assert state.told.sentence.endswith(".")
    assert state.told.next_step.endswith(".")


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        (["answered"], State.ANSWERED),
        (["answered", "declined"], State.PARTLY),
        (["partly"], State.PARTLY),
        (["declined", "not-held"], State.NOT_ANSWERED),
        (["referred", "declined"], State.NOT_ANSWERED),
        (["referred", "referred"], State.REFERRED),
    ],
)
def test_answer_comes_to_what_its_parts_come_to(outcomes, state):
    assert state_of_outcomes(outcomes) == state


def test_work_begins_once_and_is_due_five_working_days_later(work):
    again = working.begin(work.request, at=APRIL_12 + DAY)

    assert again == work
    assert (again.stage, again.since) == (State.RECEIVED, APRIL_12)
    assert again.due_on == dt.date(2021, 4, 19)


def test_stage_keeps_the_time_since_when(work):
    working.move_to(work, State.WITH_FORCE, at=APRIL_12 + DAY, with_whom="Force Finance")
    row = working.move_to(work, State.WITH_FORCE, at=APRIL_12 + 3 * DAY)

    assert (row.since, row.with_whom) == (APRIL_12 + DAY, "Force Finance")


def test_what_follows_from_the_answer_cannot_be_said(work, release_now):
    outside = [state for state in State if state not in STAGES]
    assert {refusal(working.move_to, work, state, at=APRIL_12) for state in outside} == {"stage"}

    release_now(work.request)

    assert refusal(working.move_to, work, State.ANSWERING, at=APRIL_12) == "released"


# --- the clock -------------------------------------------------------------------------------


def test_clock_is_stopped_and_started(work):
    working.pause(work, about="Which year?", on=dt.date(2021, 4, 13))
    assert Work.objects.get().due_on is None
    assert list(Work.objects.paused()) == [work]
    assert refusal(working.pause, work, about="Again?", on=dt.date(2021, 4, 14)) == "paused"

    working.resume(work, on=dt.date(2021, 4, 15))

    assert Work.objects.get().due_on == dt.date(2021, 4, 21)
    assert refusal(working.resume, work, on=dt.date(2021, 4, 15)) == "running"


def test_explanation_cannot_come_before_it_was_asked_for(work):
    working.pause(work, about="Which year?", on=dt.date(2021, 4, 13))

    assert refusal(working.resume, work, on=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.update(answered_on=MONDAY)


def test_second_open_pause_is_refused_by_the_database(work):
    working.pause(work, about="Which year?", on=MONDAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.create(work=work, asked_on=MONDAY, about="Again?")


def test_freedom_of_information_has_a_clock_of_its_own(election):
    item = make_request(election, "Officers", received_on=MONDAY)

    work = working.begin(item, at=APRIL_12, clock=Clock.FOI, foi="FOI/1")

    assert work.due_on == dt.date(2021, 5, 11)
    with pytest.raises(IntegrityError), transaction.atomic():
        Work.objects.update(clock=Clock.OFFICE)


def test_due_dates_follow_the_rules_and_the_days_left_out(work, election):
    LogRules.objects.create(election=election, answer_within=3)
    NonWorkingDay.objects.create(date=dt.date(2021, 4, 13), reason="Mourning")

    assert working.reckon_all() == 1

    assert Work.objects.get().due_on == dt.date(2021, 4, 16)


@pytest.mark.parametrize("text", ["", "ten", "10:00,", "25:00", "10"])
def test_no_time_of_day_is_refused_with_the_word(election, text):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError) as refused:
        LogRules(election=election, release_times=text).full_clean()

    assert "release_times" in refused.value.message_dict


def test_times_are_read_in_order():
    assert times_in("16:00, 9.30,16:00") == [dt.time(9, 30), dt.time(16)]


# --- holding ---------------------------------------------------------------------------------


def test_answers_are_held_together_until_the_next_time(election, editor):
    first, second = (make_request(election, title) for title in ("First", "Second"))

    bundle = hold([first], by=editor, at=APRIL_12)
    again = hold([second], by=editor, at=APRIL_12)

    assert bundle == again
    assert bundle.due_at == dt.datetime(2021, 4, 12, 15, 0, tzinfo=dt.UTC)
    assert set(bundle.informationrequests.all()) == {first, second}


def test_nothing_is_held_that_cannot_be(election, other_election, release_now):
    mine, other = make_request(election, "Mine"), make_request(other_election, "Other")
    assert refusal(hold, [], by=None, at=APRIL_12) == "none"
    assert refusal(hold, [mine, other], by=None, at=APRIL_12) == "elections"
    release_now(mine)
    assert refusal(hold, [mine], by=None, at=APRIL_12) == "released"
    assert Release.objects.filter(due_at__isnull=False).count() == 0


# --- passing on, joining, taking back --------------------------------------------------------


@pytest.fixture
def enquiry(election, candidate) -> Enquiry:
    return ask(election, candidate)


def ask(election, user, text="Why, dear office?") -> Enquiry:
    row = Enquiry(
        election=election,
        asker=user.candidacies.first(),
        form="telephone",
        received_on=MONDAY,
    )
    return asking.take_in(row, [text], at=APRIL_12)


def test_enquiry_is_passed_on_in_neutral_words(enquiry):
    request = asking.pass_on(
        enquiry, title="Officers", parts=["How many?", " "], clock="foi", foi="F1", at=APRIL_12
    )

    enquiry.refresh_from_db()
    assert enquiry.request == request
    assert (request.received_on, request.form, request.title) == (MONDAY, "telephone", "Officers")
    assert [part.question for part in request.parts.all()] == ["How many?"]
    assert (request.work.clock, request.work.foi_reference) == ("foi", "F1")
    assert refusal(asking.pass_on, enquiry, title="X", parts=["Y"], at=APRIL_12) == "passed_on"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"title": "", "parts": ["Why?"]}, "blank"),
        ({"title": "Why", "parts": ["", " "]}, "empty"),
        ({"title": "x" * 151, "parts": ["Why?"]}, "max_length"),
    ],
)
def test_nothing_is_passed_on_that_is_not_finished(enquiry, words, code):
    assert refusal(asking.pass_on, enquiry, **words, at=APRIL_12) == code
    assert InformationRequest.objects.count() == Work.objects.count() == 0


def test_same_question_of_two_is_one_request(election, enquiry, candidate, other_election):
    request = asking.pass_on(enquiry, title="Officers", parts=["How many?"], at=APRIL_12)
    other = ask(election, candidate, "How many, please?")
    before = InformationRequest.history.filter(id=request.pk).count()

    asking.join(other, request, at=APRIL_12)

    assert Enquiry.objects.filter(request=request).count() == 2
    assert InformationRequest.history.filter(id=request.pk).count() == before
    elsewhere = make_request(other_election, "Elsewhere")
    third = ask(election, candidate)
    assert refusal(asking.join, third, elsewhere, at=APRIL_12) == "elsewhere"


def test_work_ends_only_when_nobody_who_asked_is_left(election, enquiry, candidate):
    request = asking.pass_on(enquiry, title="Officers", parts=["How many?"], at=APRIL_12)
    other = ask(election, candidate)
    asking.join(other, request, at=APRIL_12)

    asking.withdraw(enquiry, at=APRIL_12)
    assert working.end_of_withdrawn(at=APRIL_12) == 0
    asking.withdraw(other, at=APRIL_12)
    asking.withdraw(other, at=APRIL_12 + DAY)
    assert Work.objects.get().stage == State.RECEIVED

    assert working.end_of_withdrawn(at=APRIL_12 + DAY) == 1
    assert working.end_of_withdrawn(at=APRIL_12 + DAY) == 0

    assert Work.objects.get().stage == State.WITHDRAWN
    assert Enquiry.objects.get(pk=other.pk).withdrawn_at == APRIL_12
    third = ask(election, candidate)
    asking.join(third, request, at=APRIL_12)
    assert Work.objects.get().stage == State.RECEIVED
    assert refusal(asking.join, other, request, at=APRIL_12) == "withdrawn"


def test_answered_question_is_not_taken_back(enquiry, release_now):
    request = asking.pass_on(enquiry, title="Officers", parts=["How many?"], at=APRIL_12)
    request.parts.get().responses.create(responder="Chief Constable", text="1,242.")
    release_now(request, at=NOON)

    assert refusal(asking.withdraw, enquiry, at=APRIL_12) == "answered"


def test_draft_that_is_deleted_gives_its_enquiry_back_to_the_keeper(enquiry):
    request = asking.pass_on(enquiry, title="Officers", parts=["How many?"], at=APRIL_12)

    request.delete()

    assert list(Enquiry.objects.waiting()) == [enquiry]


def test_too_many_parts_and_none_are_refused(election):
    row = Enquiry(election=election, form="email", received_on=MONDAY)

    assert refusal(asking.take_in, row, ["?"] * 11, at=APRIL_12) == "too_many"
    assert refusal(asking.take_in, row, [" "], at=APRIL_12) == "empty"
    assert Enquiry.objects.count() == 0


# --- the list of the day ---------------------------------------------------------------------


def test_answering_officers_are_told_each_morning_once(work, make_staff, time_machine):
    officer = make_staff("answering")
    make_staff("editor"), make_staff("keeper")
    time_machine.move_to(dt.datetime(2021, 4, 20, 6, 30, tzinfo=dt.UTC))

    assert start_the_day() == "Told 1 of 1 answering officers."
    assert start_the_day() == "Told 0 of 1 answering officers."

    [message] = mail.outbox
    assert message.to == [officer.email]
    assert message.subject == "Requests that are overdue: 1"
    assert "- Officers (received since 8 days ago; due yesterday)" in message.body


def test_nobody_is_told_on_a_day_off_or_when_nothing_is_due(work, make_staff, time_machine):
    make_staff("answering")
    time_machine.move_to(dt.datetime(2021, 4, 25, 6, 30, tzinfo=dt.UTC))
    assert start_the_day() == "Nobody is told anything today."
    time_machine.move_to(dt.datetime(2021, 4, 12, 6, 30, tzinfo=dt.UTC))
    assert start_the_day() == "Nothing is due."
    assert mail.outbox == []
