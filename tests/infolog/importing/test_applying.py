import pytest

from elections.refusals import Refused
from infolog.importing.applying import apply, make_drafts
from infolog.importing.deciding import accept
from infolog.models import InformationRequest, Part, Response, Topic
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def test_what_is_certain_becomes_a_draft_and_the_rest_waits(taken_in, editor):
    log_import = taken_in()

    assert apply(log_import, by=editor) == 1

    item = InformationRequest.objects.get()
    assert (item.title, str(item.received_on), item.form) == (
        "How many officers are there?",
        "2021-04-10",
        "email",
    )
    assert not item.is_released
    assert item.reference.startswith("IR-")
    said = Response.objects.order_by("position").values_list("responder", "text")
    assert list(said) == [
        ("PH", "2,242 officers."),
        ("Chief Constable", "The Chief Constable noted that there are more."),
    ]
    log_import.refresh_from_db()
    assert log_import.state == "review"
    assert log_import.requests.get(position=1).item == item


def test_drafts_are_recorded_as_made_by_whoever_made_them(taken_in, editor):
    log_import = taken_in()
    second = log_import.requests.get(position=2)
    accept(second, by=editor, at=NOON, reason="It is somebody else.")

    apply(log_import, by=editor)

    item = InformationRequest.objects.get(topics__name="Budget")
    record = item.history.get()
    assert (record.history_type, record.history_user) == ("+", editor)
    assert [link.topic.name for link in record.topics.all()] == ["Budget"]
    assert Part.history.count() == 2
    assert {row.history_user for row in Response.history.all()} == {editor}
    # An answer that names nobody is the office's.
    assert item.parts.get().responses.get().responder == "The office"


def test_all_is_done_when_nothing_waits_any_more(taken_in, editor):
    log_import = taken_in()
    for row in log_import.requests.waiting():
        accept(row, by=editor, at=NOON, reason="So it was.")

    assert apply(log_import, by=editor) == 3
    log_import.refresh_from_db()
    assert (log_import.state, log_import.work_done) == ("done", 3)
    assert InformationRequest.objects.count() == 3
    with pytest.raises(Refused) as refused:
        apply(log_import, by=editor)
    assert refused.value.code == "nothing"


def test_drafts_are_made_once_and_nothing_becomes_known(taken_in, editor, client):
    log_import = taken_in()
    apply(log_import, by=editor)

    assert make_drafts(log_import.pk) == "Nothing to make drafts of."
    assert InformationRequest.objects.count() == 1
    assert "How many officers" not in client.get("/pcc-2021/log/").content.decode()


def test_import_whose_rows_are_not_read_yet_is_refused(taken_in, editor):
    with pytest.raises(Refused) as refused:
        apply(taken_in(confirm=False), by=editor)

    assert refused.value.code == "working"


def test_topic_the_election_has_is_used_again(taken_in, election, editor):
    topic = Topic.objects.create(election=election, name="The budget", slug="budget")
    log_import = taken_in()
    accept(log_import.requests.get(position=2), by=editor, at=NOON, reason="So it was.")

    apply(log_import, by=editor)

    assert InformationRequest.objects.filter(topics=topic).count() == 1
    assert Topic.objects.count() == 1
