import datetime as dt

import pytest
from django.apps import apps
from django.db import IntegrityError

from elections.candidacies import FOLLOWS, add_candidate, record_status
from elections.models import Candidate, StatusChange
from elections.refusals import Refused
from tests.conftest import NOON, give_status

POLL = dt.date(2021, 5, 6)
STATEMENT = dt.date(2021, 4, 9)
EARLY = dt.date(2021, 3, 1)
NOTICE = "Statement of persons nominated"


@pytest.fixture
def amara(election) -> Candidate:
    """Nobody in particular yet: a candidate without any status."""
    return Candidate.objects.create(election=election, surname="Ellison", other_names="Amara")


@pytest.fixture
def record(editor):
    def _record(candidate: Candidate, status: str, day: dt.date, **fields) -> StatusChange:
        values = {"notice_title": NOTICE} | fields
        return record_status(
            candidate, status=status, effective_from=day, by=editor, at=NOON, **values
        )

    return _record


def _code(record, *args, **fields) -> str:
    before = StatusChange.objects.count()
    with pytest.raises(Refused) as refused:
        record(*args, **fields)
    assert StatusChange.objects.count() == before
    return refused.value.code


def test_status_is_the_one_of_the_day(record, amara):
    record(amara, "interested", EARLY)
    record(amara, "nominated", STATEMENT)
    record(amara, "elected", POLL)

    days = [EARLY - dt.timedelta(1), EARLY, STATEMENT - dt.timedelta(1), STATEMENT, POLL]
    assert [amara.status_on(day) for day in days] == [
        None,
        "interested",
        "interested",
        "nominated",
        "elected",
    ]
    assert [
        Candidate.objects.with_status(day).get().status for day in (EARLY, STATEMENT, POLL)
    ] == ["interested", "nominated", "elected"]


def test_later_row_for_the_same_day_counts(record, amara):
    record(amara, "interested", EARLY)
    record(amara, "withdrawn", STATEMENT)
    record(amara, "declared", STATEMENT)

    assert amara.status_on(STATEMENT) == "declared"
    assert amara.status_changes.count() == 3


def test_row_recorded_later_for_an_earlier_day_does_not_undo_what_follows(record, amara):
    record(amara, "interested", EARLY)
    record(amara, "nominated", STATEMENT)
    record(amara, "declared", dt.date(2021, 3, 20))

    assert amara.status_on(dt.date(2021, 3, 20)) == "declared"
    assert amara.status_on(STATEMENT) == "nominated"


def test_record_keeps_who_when_and_from_which_notice(record, amara, editor):
    change = record(amara, "nominated", STATEMENT, notice_url="https://example.org/notice")

    change.refresh_from_db()
    assert (change.recorded_by, change.recorded_at) == (editor, NOON)
    assert (change.notice_title, change.notice_url) == (NOTICE, "https://example.org/notice")


def _path(status: str | None) -> list[str]:
    """Statuses that lead to ``status``."""
    nominated = ["nominated"]
    return {
        None: [],
        "elected": [*nominated, "elected"],
        "not-elected": [*nominated, "not-elected"],
        "withdrawn": ["interested", "withdrawn"],
        "not-nominated": ["interested", "not-nominated"],
    }.get(status, [status])


@pytest.mark.parametrize("before", [None, *Candidate.Status.values])
@pytest.mark.parametrize("after", Candidate.Status.values)
def test_order_is_that_of_an_election(record, amara, before, after):
    for number, status in enumerate(_path(before)):
        give_status(amara, status, POLL + dt.timedelta(number))
    allowed = [str(status) for status in FOLLOWS[before and Candidate.Status(before)]]

    day = POLL + dt.timedelta(10)
    if after in allowed:
        record(amara, after, day)
        assert amara.status_on(day) == after
    else:
        expected = "unchanged" if after == before else "order"
        assert _code(record, amara, after, day) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "elected"),
        ("declared", "elected"),
        ("declared", "not-elected"),
        ("withdrawn", "elected"),
        ("elected", "withdrawn"),
        ("not-nominated", "declared"),
    ],
)
def test_order_refuses_what_no_election_knows(record, amara, before, after):
    for number, status in enumerate(_path(before)):
        give_status(amara, status, POLL + dt.timedelta(number))

    assert _code(record, amara, after, POLL + dt.timedelta(10)) == "order"


def test_somebody_who_withdrew_may_come_back_until_nominations_close(record, amara):
    record(amara, "declared", EARLY)
    record(amara, "withdrawn", dt.date(2021, 3, 10))
    record(amara, "nominated", STATEMENT)

    assert amara.status_on(STATEMENT) == "nominated"


def test_order_looks_at_what_is_recorded_for_later(record, amara):
    record(amara, "nominated", STATEMENT)
    record(amara, "elected", POLL)

    assert _code(record, amara, "withdrawn", dt.date(2021, 4, 20)) == "order"


def test_mistake_is_undone_by_the_right_status_for_the_same_day(record, amara):
    record(amara, "nominated", STATEMENT)
    record(amara, "not-elected", POLL)
    record(amara, "nominated", POLL)

    assert amara.status_on(POLL) == "nominated"


@pytest.mark.parametrize("status", ["nominated", "not-nominated", "elected", "not-elected"])
def test_notice_is_needed_from_the_nomination_on(record, amara, status):
    give_status(amara, "nominated" if "elected" in status else "declared", EARLY)

    assert _code(record, amara, status, POLL, notice_title="  ") == "no_notice"


@pytest.mark.parametrize("status", ["interested", "declared"])
def test_notice_is_not_needed_before(record, amara, status):
    record(amara, status, EARLY, notice_title="")

    assert amara.status_on(EARLY) == status


def test_notice_is_needed_for_a_withdrawal_only_after_nomination(record, amara):
    record(amara, "declared", EARLY)
    record(amara, "withdrawn", dt.date(2021, 3, 2), notice_title="")
    record(amara, "nominated", STATEMENT)

    assert _code(record, amara, "withdrawn", dt.date(2021, 4, 20), notice_title="") == "no_notice"
    record(amara, "withdrawn", dt.date(2021, 4, 20))


def test_database_insists_on_the_notice(amara):
    with pytest.raises(IntegrityError, match="status_change_has_notice"):
        StatusChange.objects.create(
            candidate=amara, status="elected", effective_from=POLL, recorded_at=NOON
        )


@pytest.mark.parametrize("status", ["nominated", "not-nominated"])
def test_nomination_does_not_come_before_the_statement(record, amara, election, status):
    election.nominations_published_on = STATEMENT
    election.save()
    record(amara, "declared", EARLY)

    day = STATEMENT - dt.timedelta(1)
    assert _code(record, amara, status, day) == "before_statement"
    record(amara, status, STATEMENT)


def test_result_does_not_come_before_the_poll(record, amara, election, stand):
    stand(election, "Rival")
    record(amara, "nominated", STATEMENT)

    day = POLL - dt.timedelta(1)
    assert _code(record, amara, "not-elected", day) == "before_poll"
    assert _code(record, amara, "elected", day) == "before_poll"


def test_one_who_is_left_alone_is_elected_without_a_poll(record, amara, election, stand):
    stand(election, "Gone", "withdrawn")
    record(amara, "nominated", STATEMENT)

    record(amara, "elected", STATEMENT + dt.timedelta(1))

    assert amara.status_on(POLL) == "elected"


def test_one_is_elected_and_a_court_may_turn_it_round(record, amara, election, stand):
    rival = stand(election, "Rival")
    record(rival, "elected", POLL)
    record(amara, "nominated", STATEMENT)

    assert _code(record, amara, "elected", POLL) == "elected"
    record(rival, "not-elected", dt.date(2021, 7, 1), notice_title="Order of the court")
    record(amara, "elected", dt.date(2021, 7, 1), notice_title="Order of the court")


def test_staff_cannot_come_into_the_contest(record, election, editor):
    mine = Candidate.objects.create(
        election=election, surname="Norwood", other_names="E", user=editor
    )

    assert _code(record, mine, "interested", EARLY) == "staff"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"notice_url": "not a link"}, "invalid"),
        ({"notice_title": "x" * 201}, "max_length"),
    ],
)
def test_odd_notice_is_refused(record, amara, fields, code):
    assert _code(record, amara, "interested", EARLY, **fields) == code


def test_unknown_status_is_refused(record, amara):
    assert _code(record, amara, "king", EARLY) == "invalid_choice"


# --- The description on the ballot paper


def test_nomination_is_kept_for_the_description(record, amara):
    record(amara, "interested", EARLY)
    amara.refresh_from_db()
    assert amara.nominated_on is None
    record(amara, "nominated", STATEMENT)
    record(amara, "elected", POLL)

    amara.refresh_from_db()
    assert amara.nominated_on == STATEMENT


def test_description_stays_of_somebody_who_withdraws_after_nomination(record, amara, election):
    record(amara, "nominated", STATEMENT)
    amara.refresh_from_db()
    amara.ballot_description = "Independent"
    amara.save()

    record(amara, "withdrawn", dt.date(2021, 4, 20))

    amara.refresh_from_db()
    assert amara.ballot_description == "Independent"


def test_description_stops_a_correction_that_there_was_no_nomination(record, amara):
    record(amara, "declared", EARLY)
    record(amara, "nominated", STATEMENT)
    amara.refresh_from_db()
    amara.ballot_description = "Independent"
    amara.save()

    assert _code(record, amara, "not-nominated", STATEMENT) == "description"
    amara.ballot_description = ""
    amara.save()
    record(amara, "not-nominated", STATEMENT)
    amara.refresh_from_db()
    assert amara.nominated_on is None


# --- Somebody new


def test_candidate_is_added_with_the_first_status(election, editor):
    candidate = add_candidate(
        election=election,
        surname=" Ellison ",
        other_names="Amara",
        status="interested",
        effective_from=EARLY,
        by=editor,
        at=NOON,
    )

    assert (candidate.surname, candidate.status_on(EARLY)) == ("Ellison", "interested")


def test_candidate_with_an_impossible_first_status_is_not_added(election, editor):
    with pytest.raises(Refused) as refused:
        add_candidate(
            election=election,
            surname="Ellison",
            other_names="Amara",
            status="elected",
            effective_from=POLL,
            notice_title="Declaration of result",
            by=editor,
            at=NOON,
        )

    assert (refused.value.code, refused.value.field) == ("order", "status")
    assert not Candidate.objects.exists()


def test_no_home_address_is_kept_anywhere():
    kept = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("elections").get_models()
        for field in model._meta.concrete_fields
        if not model.__name__.startswith("Historical")
        and any(word in field.name for word in ("address", "postcode", "street", "home", "town"))
    }
    # The office's own, and addresses of mail and of networks.
    assert kept == {"Office.address", "CodeMail.address", "SignInRecord.network_address"}
