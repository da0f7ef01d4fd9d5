import datetime as dt

import pytest
from django.core import mail

from elections.candidate_files import (
    KILOBYTES_AT_MOST,
    ROWS_AT_MOST,
    UnreadableFile,
    decode,
    read,
    take_in,
    template,
)
from elections.models import Candidate, Invitation, User
from tests.conftest import NOON

HEAD = "Surname,Other names,E-mail,Status,Effective from,Notice title,Notice link"
AMARA = "ELLISON,Amara,amara@example.org,Interested,1 March 2021,,"
GARETH = "PYM,Gareth,gareth@example.org,Declared,02/03/2021,,"


@pytest.fixture
def take(election, editor, django_capture_on_commit_callbacks):
    def _take(*lines: str, keep: bool = True) -> list:
        with django_capture_on_commit_callbacks(execute=True):
            return take_in(
                read("\n".join((HEAD, *lines))),
                election=election,
                sign_in_url="https://portal.example.org/",
                by=editor,
                at=NOON,
                keep=keep,
            )

    return _take


def _code(call, *args) -> str:
    with pytest.raises(UnreadableFile) as unreadable:
        call(*args)
    return unreadable.value.code


# --- Reading


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\n{AMARA}\n",
        f"{HEAD}\r\n{AMARA}\r\n\r\n,,,,,,\r\n",
        f"{HEAD}\n{AMARA}\n".replace(",", ";"),
        f"{HEAD}\n{AMARA}\n".replace(",", "\t"),
        "status, EMAIL ,effective   FROM,first names,surname\n"
        "Interested,amara@example.org,1 March 2021,Amara,ELLISON",
    ],
)
def test_file_is_read_whatever_its_separators_and_order(text):
    [row] = read(text)

    assert row.number == 2
    assert row.values == {
        "surname": "ELLISON",
        "other_names": "Amara",
        "email": "amara@example.org",
        "status": "Interested",
        "effective_from": "1 March 2021",
        "notice_title": "",
        "notice_url": "",
    }


def test_columns_nobody_asked_for_are_left_out():
    [row] = read(f"{HEAD},Home address\n{AMARA},1 High Street")

    assert "1 High Street" not in row.values.values()


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252"])
def test_letters_are_read_as_spreadsheets_save_them(coding):
    text = "surname\nO’Brién – Müller"

    assert decode(text.encode(coding)) == text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("surname".encode("utf-16"), "not_csv"),
        (b"PK\x03\x04 a workbook", "not_csv"),
        (b"a\x00b", "not_csv"),
        (b"\x81\x8d", "not_csv"),
        (b"a" * (KILOBYTES_AT_MOST * 1024 + 1), "too_big"),
    ],
)
def test_other_files_are_refused(content, code):
    assert _code(decode, content) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (HEAD, "empty"),
        ("Surname,Status\nA,B", "headings"),
        (f"{HEAD},email\n{AMARA},x", "headings"),
        ("\n".join([HEAD] + [AMARA] * (ROWS_AT_MOST + 1)), "too_long"),
        (f'{HEAD}\n"{"x" * 200_000}",b', "not_csv"),
    ],
)
def test_text_that_is_no_such_table_is_refused(text, code):
    assert _code(read, text) == code


def test_missing_headings_are_named():
    with pytest.raises(UnreadableFile) as unreadable:
        read("Surname,Status\nA,B")

    assert "lacks these headings: Other names, E-mail, Effective from." in unreadable.value.sentence


def test_template_can_be_taken_in_as_it_is():
    [row] = read(template())

    assert row.values["email"] == "amara@example.org"


# --- Doing


def test_dry_run_says_what_happens_and_writes_nothing(take, other_candidate):
    outcomes = take(AMARA, GARETH.replace("gareth@", "other@"), keep=False)

    assert [outcome.sentence for outcome in outcomes] == [
        "Add Amara ELLISON, “Interested” from 1 March 2021. Make a sign-in and invite: "
        "amara@example.org.",
        "Add Gareth PYM, “Declared” from 2 March 2021. Invite with the sign-in they have: "
        "other@example.org.",
    ]
    assert not Candidate.objects.filter(election__slug="pcc-2021").exists()
    assert not Invitation.objects.exists()
    assert not User.objects.filter(email="amara@example.org").exists()
    assert mail.outbox == []


def test_rows_are_taken_in(take, election, other_candidate):
    take(AMARA, GARETH.replace("gareth@", "other@"))

    assert {
        (c.surname, c.user.email, c.status_on(dt.date(2021, 3, 2)))
        for c in election.candidates.all()
    } == {
        ("ELLISON", "amara@example.org", "interested"),
        ("PYM", "other@example.org", "declared"),
    }
    assert sorted(message.to[0] for message in mail.outbox) == [
        "amara@example.org",
        "other@example.org",
    ]


def test_file_may_be_taken_in_twice(take):
    take(AMARA)

    [outcome] = take(AMARA)

    assert outcome.does_nothing
    assert (Candidate.objects.count(), len(mail.outbox)) == (1, 1)


def test_row_about_somebody_who_stands_records_the_status(take, election):
    take(AMARA)
    notice = "Statement of persons nominated,https://example.org/notice"
    row = f"ELLISON,Amara,AMARA@example.org,Nominated,9 April 2021,{notice}"

    [outcome] = take(row)

    assert outcome.sentence == "Amara ELLISON stands already. Record “Nominated” from 9 April 2021."
    assert election.candidates.get().status_on(dt.date(2021, 4, 9)) == "nominated"
    assert len(mail.outbox) == 1


def test_one_bad_row_stops_every_row(take):
    outcomes = take(AMARA, GARETH.replace("Declared", "King"))

    assert [outcome.code for outcome in outcomes] == ["", "status"]
    assert not Candidate.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("row", "code", "told"),
    [
        (",Amara,a@example.org,Interested,1 March 2021,,", "empty", "“Surname” is empty."),
        ("E,A,,Interested,1 March 2021,,", "empty", "“E-mail” is empty."),
        ("E,A,nonsense,Interested,1 March 2021,,", "invalid", "Enter a valid email address."),
        ("E,A,a@example.org,King,1 March 2021,,", "status", "“King” is not a status."),
        ("E,A,a@example.org,Interested,soon,,", "date", "“soon” is not a date."),
        ("E,A,a@example.org,Interested,31/02/2021,,", "date", "“31/02/2021” is not a date."),
        ("E,A,a@example.org,Nominated,1 March 2021,,", "no_notice", "Say which official notice"),
        ("E,A,a@example.org,Elected,7 May 2021,Result,", "order", "Nobody begins as “Elected”"),
        ("E,A,a@example.org,Interested,1 March 2021,,nolink", "invalid", "Enter a valid URL."),
        ("E,A,editor@example.org,Interested,1 March 2021,,", "staff", "belongs to a member of"),
        ("E,A,amara@example.org,Interested,1 March 2021,,", "twice", "Row 2 has the same"),
    ],
)
def test_row_that_cannot_be_taken_says_why(take, row, code, told):
    outcomes = take(AMARA, row, keep=False)

    assert [(outcome.row.number, outcome.code) for outcome in outcomes] == [(2, ""), (3, code)]
    assert told in outcomes[1].sentence


@pytest.mark.parametrize("said", ["Not nominated", "not-nominated", "NOT  NOMINATED"])
def test_status_is_read_in_any_writing(take, said):
    take(AMARA)

    [outcome] = take(f"E,A,amara@example.org,{said},9 April 2021,Statement,", keep=False)

    assert outcome.code == ""


@pytest.mark.parametrize("said", ["1/3/2021", "2021-03-01", "1 Mar 2021", "01.03.2021"])
def test_day_is_read_in_any_usual_writing(take, said):
    [outcome] = take(AMARA.replace("1 March 2021", said), keep=False)

    assert "from 1 March 2021" in outcome.sentence


def test_cells_that_look_like_formulas_are_text(take, election):
    take('"=HYPERLINK(""http://x"")",+Amara,amara@example.org,Interested,1 March 2021,,')

    candidate = election.candidates.get()
    assert (candidate.surname, candidate.other_names) == ('=HYPERLINK("http://x")', "+Amara")


def test_address_with_capitals_is_kept_in_small_letters(take):
    take("SMITH,Anna,Anna.Smith@Example.org,Interested,1 March 2021,,")

    assert Candidate.objects.get().user.email == "anna.smith@example.org"
