"""Logs of other offices: what each row becomes, and what is in doubt."""

import datetime as dt

import pytest

from infolog.importing.columns import Columns, Use
from infolog.importing.entries import MASK, Context, propose
from infolog.importing.plain import read_pasted
from infolog.importing.table import Gathered, Table

POLL = dt.date(2021, 5, 6)
FOUR = ["Date of request", "Form of request", "Information requested", "Response"]
PLAIN = ["10/04/2021", "E-mail", "How many officers are there?", "There are 2,242 officers."]


def _proposal(rows, **context):
    gathered = Gathered()
    for number, row in enumerate(rows, start=1):
        gathered.add(row, f"Row {number}")
    return propose(Table("csv", gathered.rows), Context(**{"poll": POLL, **context}))


def _only(rows, **context):
    [entry] = _proposal(rows, **context).entries
    return entry


def _codes(entry) -> list[str]:
    return [doubt.code for doubt in entry.doubts]


def _counts(proposal) -> tuple[int, int, int, int]:
    return (
        proposal.rows_read,
        proposal.rows_used,
        proposal.rows_merged,
        proposal.rows_dropped,
    )


def test_plain_row_becomes_a_request_without_doubt():
    entry = _only([FOUR, PLAIN])

    assert (entry.date, entry.form, entry.title) == (
        dt.date(2021, 4, 10),
        "email",
        "How many officers are there?",
    )
    assert [said.text for said in entry.responses] == ["There are 2,242 officers."]
    assert entry.doubts == []


def test_repeated_headers_and_titles_are_dropped_and_told():
    proposal = _proposal([["Our log"], FOUR, PLAIN, [*FOUR, ""], PLAIN, FOUR])

    assert _counts(proposal) == (6, 2, 0, 4)
    assert [(row.place, str(fate)) for row, fate in proposal.dropped] == [
        ("Row 1", "outside"),
        ("Row 2", "header"),
        ("Row 4", "header"),
        ("Row 6", "header"),
    ]


def test_continuation_rows_are_merged_and_keep_their_speakers():
    entry = _only(
        [FOUR, PLAIN, ["", "", "", "The Chief Constable noted more."], ["", "", "", "So."]]
    )

    assert [(said.responder, said.text) for said in entry.responses] == [
        ("", "There are 2,242 officers."),
        ("Chief Constable", "The Chief Constable noted more."),
        ("", "So."),
    ]


def test_answer_that_goes_on_in_the_middle_of_a_sentence_is_joined():
    entry = _only([FOUR, [*PLAIN[:3], "There are many"], ["", "", "", "officers here."]])

    assert [said.text for said in entry.responses] == ["There are many officers here."]
    assert entry.doubts == []


def test_question_that_goes_on_in_the_next_row_is_joined():
    entry = _only([FOUR, ["10/04/2021", "E-mail", "How many officers", "2,242 officers."],
                   ["", "", "are there?", ""]])  # fmt: skip

    assert entry.question == "How many officers are there?"


def test_topic_column_prefix_and_heading_row_are_proposed_as_topics():
    rows = [
        ["Date", "Form", "Topic", "Question", "Answer"],
        ["1/4/2021", "E-mail", "Budget", "How much?", "Enough money."],
        ["Policing", "", "", "", ""],
        ["2/4/2021", "E-mail", "", "Staff – how many?", "Five people."],
        ["3/4/2021", "E-mail", "", "How many?", "Six people."],
    ]

    proposal = _proposal(rows)

    assert [entry.topic for entry in proposal.entries] == ["Budget", "Staff", "Policing"]
    assert [str(fate) for _, fate in proposal.dropped] == ["header", "heading"]


def test_log_with_other_columns_is_understood():
    rows = [
        ["No.", "Candidate name", "Date of request", "Information requested",
         "Was information provided Y/N", "Date of response", "Information provided", "Documents"],
        ["1", "Cora Canary", "10/04/2021", "How many officers?", "Y", "12/04/2021",
         "There are 2,242 officers.", "Annex A"],
    ]  # fmt: skip

    entry = _only(rows, form="in-writing")

    assert entry.form == "in-writing"
    assert entry.note == (
        "Date of the response in the office’s log: 12/04/2021.\n"
        "Documents named in the office’s log: Annex A"
    )
    assert entry.doubts == []


def test_who_asked_is_copied_nowhere():
    rows = [["Candidate", *FOUR], ["Cora Canary", *PLAIN], ["Cora Canary", *PLAIN]]

    proposal = _proposal(rows)

    assert "Canary" not in repr(proposal)
    assert proposal.entries[0].rows[0].cells == (MASK, *PLAIN)
    assert any("tells who asked" in note for note in proposal.notes)


def test_column_that_is_not_used_is_told():
    proposal = _proposal([[*FOUR, "Weather"], [*PLAIN, "Rain"]])

    assert proposal.notes == ["Column 5, “Weather”, is not used. It stays in the original file."]


def test_trailing_empty_column_is_ignored():
    proposal = _proposal([[*FOUR, ""], [*PLAIN, ""]])

    assert proposal.notes == []
    assert proposal.entries[0].doubts == []


def test_header_with_other_columns_holds_from_there_on():
    rows = [FOUR, PLAIN, ["Question", "Answer", "Date", "Channel"],
            ["Why?", "Because it is.", "11/04/2021", "Letter"]]  # fmt: skip

    proposal = _proposal(rows)

    assert [(e.date.day, e.form, e.question) for e in proposal.entries] == [
        (10, "email", "How many officers are there?"),
        (11, "in-writing", "Why?"),
    ]


def test_columns_matched_by_hand_hold_for_the_whole_file():
    columns = Columns((Use.NOTHING, Use.QUESTION, Use.RESPONSE), ("A", "B", "C"), 1)

    entry = _only([["A", "B", "C"], ["x", "Why?", "Because it is."]], columns=columns)

    assert entry.question == "Why?"


def test_numbered_answers_go_to_their_questions():
    entry = _only([FOUR, ["10/04/2021", "E-mail", "How many? How old?", "1. Five people. 2. Old."]])

    assert [[said.text for said in part.responses] for part in entry.parts] == [
        ["1. Five people."],
        ["2. Old."],
    ]
    assert "I-10" not in _codes(entry)


DOUBTS = {
    "I-03": [*PLAIN[:3], "There are 2,242 officers which do"],
    "I-04": [*PLAIN[:3], "There are 2,242 officers, as Mr Ellison said."],
    "I-09": [*PLAIN[:3], ""],
    "I-10": ["10/04/2021", "E-mail", "How many? How old?", "Five officers, all old."],
    "date": ["ongoing", *PLAIN[1:]],
    "date-missing": ["", *PLAIN[1:]],
    "date-year": ["10 April", *PLAIN[1:]],
    "date-order": ["04/28/2021", *PLAIN[1:]],
    "date-far": ["10/04/2012", *PLAIN[1:]],
    "form": ["10/04/2021", "Pigeon", *PLAIN[2:]],
    "form-missing": ["10/04/2021", "", *PLAIN[2:]],
    "question-missing": ["10/04/2021", "E-mail", "", "There are 2,242 officers."],
    "extra-cell": [*PLAIN, "", "Beside the table"],
}


@pytest.mark.parametrize("code", DOUBTS)
def test_row_in_doubt_waits_with_its_code_and_number(code):
    entry = _only([FOUR, DOUBTS[code]])

    assert code in _codes(entry)
    assert all(doubt.row == 2 and doubt.sentence.endswith(("?", ".")) for doubt in entry.doubts)
    assert entry.waits


def test_row_without_a_date_is_proposed_that_of_the_row_above():
    second = ["", "E-mail", "Why is that so?", "Because it is so."]

    entries = _proposal([FOUR, PLAIN, second]).entries

    assert [entry.date for entry in entries] == [dt.date(2021, 4, 10)] * 2
    assert _codes(entries[1]) == ["date-above"]


@pytest.mark.parametrize(("said", "code"), [("N", "not-provided"), ("Partly", "provided")])
def test_what_was_not_provided_waits(said, code):
    entry = _only([[*FOUR, "Provided Y/N"], [*PLAIN, said]])

    assert _codes(entry) == [code]


def test_half_a_question_the_answer_does_not_speak_of_waits():
    answer = "The Chief Constable explained that wellbeing matters to officers."
    question = "How does the Force deal with wellbeing and manage retention?"

    entry = _only([FOUR, ["10/04/2021", "E-mail", question, answer]])

    assert [(doubt.code, "retention" in doubt.sentence) for doubt in entry.doubts] == [
        ("I-09", True)
    ]


def test_candidate_is_found_by_the_list_of_candidates_and_by_who_asked():
    answer = "Nobody but ELLISON and Cora Canary asked about officers."
    rows = [["Candidate", *FOUR], ["Cora Canary", *PLAIN[:3], answer]]

    entry = _only(rows, candidates=["Amara Ellison"])

    assert _codes(entry) == ["I-04"]


def test_log_without_dates_waits_as_a_whole():
    proposal = _proposal([["Question", "Answer"], ["Why?", "So it is."]] * 1, form="email")

    assert _codes(proposal.entries[0]) == ["date-missing"]


def test_flat_text_becomes_requests():
    text = (
        "Date received: 12 March\nQuestion: How many officers?\nAnswer: There are 2,242 officers."
    )

    [entry] = propose(read_pasted(text), Context(POLL, form="email")).entries

    assert (entry.date, _codes(entry)) == (dt.date(2021, 3, 12), ["date-year"])


def test_date_and_channel_inside_the_question_cell_are_read():
    rows = [["Query", "Response"], ["12 March 2021 (EMAIL) How many officers?", "2,242 officers."]]

    entry = _only(rows)

    assert (entry.date, entry.form, entry.question) == (
        dt.date(2021, 3, 12),
        "email",
        "How many officers?",
    )


def test_every_cell_is_kept_beside_its_request_or_among_what_was_dropped():
    rows = [["Our log"], FOUR, PLAIN, ["", "", "", "More of it."], [*FOUR, ""],
            ["11/04/2021", "Phone", "Budget: how much? How long?", "PH: Lots.", "", "beside"],
            ["Policing"], ["", "", "Why so?", "So."]]  # fmt: skip

    proposal = _proposal(rows)

    kept = [row for entry in proposal.entries for row in entry.rows]
    kept += [row for row, _ in proposal.dropped]
    assert sorted(row.number for row in kept) == [*range(1, 9)]
    cells = sorted(cell for row in kept for cell in row.cells if cell)
    assert cells == sorted(cell for row in rows for cell in row if cell)
    assert proposal.rows_read == len(rows)
