import pytest

from pcc_portal.proofreading import plain, rich
from pcc_portal.proofreading.sentences import check_sentences


def codes(text):
    return [finding.code for finding in check_sentences(plain("Text", text))]


@pytest.mark.parametrize(
    "text",
    [
        "We are unable to comment on any candidates’ manifestos which do",
        "The Chief Constable explained that the force has",
        "The budget is set by the Commissioner after consulting the Panel and",
        "It is paid for from the\n\nThe precept is another matter.",
        "- the first point\n- the second point and the",
    ],
)
def test_sentence_that_breaks_off_is_found(text):
    assert codes(text) == ["unfinished"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It ends.",
        "Does it end?",
        "She said: “It ends.”",
        "(It ends here.)",
        "Online, by Teams",
        "The slides list the workstreams:\n\n- savings from the non-pay base budget\n- income",
        "Write to the office at office@leics.police.uk",
        "There is more at https://www.leics.gov.uk/police-and-crime-panel",
        "It ends in the next lines\nas text copied from a PDF does.",
    ],
)
def test_whole_sentences_raise_nothing(text):
    assert codes(text) == []


def test_last_point_of_a_list_needs_no_full_stop():
    points = "<ul><li><p>the budget in full, with its notes</p></li></ul>"
    passage = rich("Text", f"<p>To read:</p>{points}")

    assert list(check_sentences(passage)) == []


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ('How will it support these efficiency savings?"', 'quotation mark "'),
        ("It (the plan is in force.", "bracket “(”"),
        ("It the plan) is in force.", "bracket “)”"),
        ("The sum [in pounds is large.", "bracket “[”"),
        ("They call it “a gap in the budget.", "never closed"),
        ("They call it a gap” in the budget.", "quotation mark ”"),
    ],
)
def test_bracket_or_quotation_mark_without_its_other_half_is_found(text, sign):
    [finding] = check_sentences(plain("Text", text))

    assert finding.code == "unmatched"
    assert sign in finding.sentence


@pytest.mark.parametrize(
    "text",
    [
        "The officers’ pay, the PCC's office and the 'magic wand'.",
        "Section 96(1) of the Police Act 1996 (as amended).",
        "There are three: a) police, b) fire, 2) health.",
        "“It is in force.\n\n“It has been since May,” she said.",
        'The "gap" is known.',
        'A screen of 24" :-) is enough.',
    ],
)
def test_pairs_apostrophes_and_lists_raise_nothing(text):
    assert codes(text) == []
