import pytest

from pcc_portal.proofreading import plain
from pcc_portal.proofreading.abbreviations import check_abbreviations


def unexplained(*texts, explained=()):
    passages = [plain(f"Text {number}", text) for number, text in enumerate(texts)]
    found = check_abbreviations(passages, explained)
    return [one.sentence.split("“")[1].split("”")[0] for one in found]


def test_abbreviation_is_found_once_at_its_first_place():
    found = list(
        check_abbreviations([plain("Title", "PLF"), plain("Notes", "PLF and YP&D, PLF again.")])
    )

    assert [one.sentence for one in found] == [
        "Title: “PLF” is not explained. Write it out the first time: the full name (PLF).",
        "Notes: “YP&D” is not explained. Write it out the first time: the full name (YP&D).",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The night-time economy (NTE). The NTE grows.",
        "Leicester, Leicestershire and Rutland (LLR).",
        "The Violence Reduction Network answers. The VRN is new.",
        "Office of the Police and Crime Commissioner: the OPCC.",
        "CMD, the contact management department, is staffed.",
        "MTFS stands for the forecast of four years.",
        "Community Safety Partnerships (CSPs). Each CSP plans.",
        "The PCC, the MPs, the BBC and the NHS of the UK.",
        "POLICE AND CRIME COMMISSIONER FOR LEICESTERSHIRE",
        "IR-7K4QX, page A4, postcode LE1 1FA, the M1 and info@EXAMPLE.ORG.",
    ],
)
def test_explained_known_and_other_capitals_raise_nothing(text):
    assert unexplained(text) == []


def test_abbreviation_of_the_glossary_is_explained():
    assert unexplained("The OPCC answers.", explained=["Leicestershire", "OPCC"]) == []
    assert unexplained("The OPCC answers.") == ["OPCC"]


def test_brackets_behind_other_words_explain_nothing():
    assert unexplained("There are 200 people (KPI) to count.") == ["KPI"]
