import datetime as dt

import pytest

from elections.refusals import Refused
from infolog.importing import deciding
from infolog.importing.applying import apply, begin
from infolog.importing.taking_in import match_columns
from infolog.models import InformationRequest
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(editor) -> dict:
    return {"by": editor, "at": NOON}


def test_request_in_doubt_is_accepted_for_a_reason_that_is_kept(taken_in, said, editor):
    row = taken_in().requests.get(position=2)
    with pytest.raises(Refused) as refused:
        deciding.accept(row, reason=" ", **said)
    assert refused.value.code == "reason"

    deciding.accept(row, reason="It is the chief officer.", **said)

    row.refresh_from_db()
    assert (row.decision, row.reason, row.decided_by) == (
        "accepted",
        "It is the chief officer.",
        editor,
    )


def test_request_without_a_date_cannot_be_accepted(taken_in, said):
    row = taken_in().requests.get(position=2)
    row.date, row.form = None, ""
    row.save()

    with pytest.raises(Refused, match="the date of request and the form of request") as refused:
        deciding.accept(row, reason="Yes.", **said)

    assert refused.value.code == "incomplete"


def test_request_is_left_out_for_a_reason_and_taken_back(taken_in, said):
    row = taken_in().requests.get(position=1)
    with pytest.raises(Refused):
        deciding.leave_out(row, reason="", **said)

    deciding.leave_out(row, reason="It was a test.", **said)
    assert not row.log_import.requests.to_apply().exists()

    deciding.reopen(row, **said)
    assert (row.is_waiting, row.reason) == (True, "")


def test_request_is_merged_with_the_one_before(taken_in, said):
    log_import = taken_in()

    before = deciding.merge(log_import.requests.get(position=3), **said)

    assert [part["question"] for part in before.parts] == ["how much is it?", "Why is that so?"]
    assert [row["number"] for row in before.rows] == [4, 5]
    assert {doubt["code"] for doubt in before.doubts} == {"I-04", "I-10"}
    assert log_import.requests.get(position=3).decision == "merged"


def test_answer_without_a_question_goes_on_where_the_last_one_ended(taken_in, said):
    log_import = taken_in()
    third = log_import.requests.get(position=3)
    answer = {"responder": "", "role": "", "text": "More of it."}
    third.parts = [
        {"question": "", "outcome": "answered", "outcome_note": "", "responses": [answer]}
    ]
    third.save()

    before = deciding.merge(third, **said)

    assert [response["text"] for response in before.responses][-1] == "More of it."
    assert len(before.parts) == 1


def test_first_request_has_none_before_it(taken_in, said):
    with pytest.raises(Refused) as refused:
        deciding.merge(taken_in().requests.get(position=1), **said)

    assert refused.value.code == "first"


def test_request_that_was_put_right_is_accepted(taken_in, said):
    row = taken_in().requests.get(position=2)
    part = dict(row.parts[0], responses=[{"responder": "", "role": "", "text": "It is £5m."}])

    left = deciding.change(row, {"parts": [part], "date": dt.date(2021, 4, 11)}, **said)

    assert (list(left), row.decision) == ([], "accepted")


def test_request_that_is_still_wrong_waits(taken_in, said):
    row = taken_in().requests.get(position=2)

    left = deciding.change(row, {"date": None}, **said)

    assert [doubt["code"] for doubt in left] == ["missing", "I-04"]
    assert row.is_waiting


def test_many_are_accepted_for_one_reason(taken_in, said):
    log_import = taken_in()

    with pytest.raises(Refused):
        deciding.accept_all(log_import, "I-09", reason="", **said)
    assert deciding.accept_all(log_import, "I-09", reason="None was given.", **said) == (1, 0)
    log_import.requests.filter(position=2).update(date=None)
    assert deciding.accept_all(log_import, "I-04", reason="So it was.", **said) == (0, 1)
    assert [row.position for row in log_import.requests.waiting()] == [2]


def test_nothing_is_decided_about_what_is_a_draft_already(taken_in, said):
    log_import = taken_in()
    apply(log_import, by=said["by"])
    row = log_import.requests.get(position=1)

    for act in (
        lambda: deciding.accept(row, reason="x", **said),
        lambda: deciding.leave_out(row, reason="x", **said),
        lambda: deciding.reopen(row, **said),
        lambda: deciding.change(row, {}, **said),
        lambda: deciding.merge(row, **said),
        lambda: deciding.merge(log_import.requests.get(position=2), **said),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "drafted"
    assert InformationRequest.objects.count() == 1


def test_merged_request_is_not_taken_back(taken_in, said):
    row = taken_in().requests.get(position=3)
    deciding.merge(row, **said)

    with pytest.raises(Refused) as refused:
        deciding.reopen(row, **said)

    assert refused.value.code == "merged"


FAR = {"code": "date-far", "sentence": "Far from the poll.", "row": 3, "waits": True}


def test_doubt_that_only_the_file_could_tell_outlives_a_merge(taken_in, said):
    log_import = taken_in()
    first, second = (log_import.requests.get(position=number) for number in (1, 2))
    first.doubts, second.doubts = [], [FAR]
    first.save(), second.save()

    before = deciding.merge(second, **said)

    assert FAR in before.doubts
    assert before.waits
    assert not log_import.requests.to_apply().filter(pk=before.pk).exists()


def test_doubt_about_a_date_is_settled_by_another_date_and_by_no_other_change(taken_in, said):
    row = taken_in().requests.get(position=1)
    row.doubts = [FAR]
    row.save()

    deciding.change(row, {"title": "Another title", "date": row.date}, **said)
    assert row.doubts == [FAR]
    assert row.is_waiting

    deciding.change(row, {"date": row.date + dt.timedelta(days=365)}, **said)
    assert FAR not in row.doubts


def test_stale_row_does_not_undo_that_a_draft_was_made(taken_in, said):
    log_import = taken_in()
    stale = log_import.requests.get(position=1)
    apply(log_import, by=said["by"])

    with pytest.raises(Refused) as refused:
        deciding.leave_out(stale, reason="A test.", **said)

    assert refused.value.code == "drafted"
    assert log_import.requests.get(position=1).item is not None


def test_row_that_was_read_anew_is_gone(taken_in, said):
    log_import = taken_in()
    stale = log_import.requests.get(position=1)
    log_import.requests.all().delete()

    with pytest.raises(Refused) as refused:
        deciding.accept(stale, **said)

    assert refused.value.code == "gone"


def test_columns_stay_while_drafts_are_made(taken_in):
    log_import = taken_in()
    begin(log_import)

    with pytest.raises(Refused) as refused:
        match_columns(log_import, log_import.uses, form="", responder="")

    assert refused.value.code == "working"
