"""All checks together: no text makes them fail, and good sentences raise nothing."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pcc_portal.findings import Finding
from pcc_portal.proofreading import counted, plain, proofread, rich

GOOD = [
    "The Commissioner sets the budget and the priorities in the Police and Crime Plan.",
    "Where officers work is for the Chief Constable alone.",
    "The revenue budget for 2021/22 is £212.6m, which is £15.00 (6.43%) more.",
    "Officer numbers grow from 2,104 at March 2021 to 2,242 by March 2022.",
    "“It takes the whole system,” she said.",
    "Adults who ask for support are called within two working days in nine cases out of ten.",
    "Each lasts two hours at most (and you can ask questions in all of them).",
    "What one candidate is told, all are told.",
    "The partners’ plan is the force’s own, and the PCC’s office pays for it.",
    "Please write to office@leics.police.uk or see https://www.leics.gov.uk/panel.",
    "Community Safety Partnerships (CSPs) plan together; each CSP has a plan.",
]
TAGS = ["<p>", "</p>", "<a href='#'>", "<a>", "</a>", "<li>", "</li>", "<br>", "&amp;", "<!--"]
TABLE = ["<table>", "<tr>", "<th>", "</th>", "<td>", "</td>", "</table>"]
SIGNS = ["here", "£8.6", "(", "“", "[x](#)", "ABC", "eight CSPs", "shown in red"]
MARKUP = st.lists(st.sampled_from([*TAGS, *TABLE, *SIGNS]) | st.text(max_size=8)).map("".join)


def findings_are_sentences(found):
    return all(
        isinstance(one, Finding) and one.sentence.startswith("Text: ") and one.code for one in found
    )


@given(st.text() | MARKUP)
@example("[](")
@example('\x00(“"')
def test_no_text_makes_the_checks_fail(text):
    tables = [counted(text, text, 3)]
    for passage in (plain("Text", text), rich("Text", text)):
        found = proofread([passage], tables=tables, explained=[text])

        assert findings_are_sentences(found)
        assert found == proofread([passage], tables=tables, explained=[text])
        assert len(found) == len(set(found))


@given(st.lists(st.sampled_from(GOOD), min_size=1, max_size=6))
def test_good_sentences_raise_nothing(sentences):
    assert proofread([plain("Text", " ".join(sentences))]) == []
    assert proofread([plain("Text", "\n\n".join(sentences))]) == []
    assert proofread([rich("Text", "".join(f"<p>{one}</p>" for one in sentences))]) == []


@settings(max_examples=5)
@given(st.sampled_from(["(", "[", "“", "£1 ", "A ", "here ", "a)", "<p>", "www.", "1,000 "]))
def test_long_texts_take_no_time(piece):
    """A check that went back and forth over a text would take hours over this one."""
    text = piece * 20_000

    proofread([plain("Text", text), rich("Text", text)])
