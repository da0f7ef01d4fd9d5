import pytest
from model_bakery import baker

from elections.models import Candidate
from elections.naming import check_names, is_about_the_list
from pcc_portal.findings import Severity
from pcc_portal.proofreading import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def names(election):
    """What is found in a text, once the people named stand in the election."""

    def _names(text, *people, severity=Severity.ERROR):
        for surname, other_names, *description in people:
            baker.make(
                Candidate,
                election=election,
                surname=surname,
                other_names=other_names,
                ballot_description=(description or [""])[0],
                nominated_on="2021-04-08",
            )
        return check_names([plain("Text", text)], election, severity=lambda _: severity)

    return _names


def codes(findings):
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    "text",
    [
        "Amara Ellison asked about the budget.",
        "ELLISON, Amara asked about the budget.",
        "We heard amara ellison speak.",
        "Mrs Ellison asked about the budget.",
        "Amara J. Ellison asked.",
        "Amara\nEllison asked.",
    ],
)
def test_full_name_is_as_grave_as_its_place(names, text):
    [finding] = names(text, ("ELLISON", "Amara Jane"))

    assert (finding.code, finding.severity) == ("candidate-name", Severity.ERROR)
    assert finding.sentence.startswith("Text: it names “")


def test_surname_alone_is_a_warning(names):
    [finding] = names("What Ellison proposes.", ("ELLISON", "Amara"))

    assert (finding.code, finding.severity) == ("candidate-surname", Severity.WARNING)


def test_surname_that_is_a_word_is_found_only_as_a_name_in_mid_sentence(names):
    sharp = ("SHARP", "Ian")

    assert codes(names("As Sharp said, it is cut.", sharp)) == ["candidate-surname"]
    assert codes(names("Sharp cuts were made. A sharp rise. Sharp Street.")) == []


@pytest.mark.parametrize(
    "text",
    [
        "Helen Ellison is another person.",
        "The Ellisons are many.",
        "Nothing is said of anybody.",
        "ellison in small letters is no name.",
    ],
)
def test_somebody_else_raises_nothing(names, text):
    assert codes(names(text, ("ELLISON", "Amara"))) == []


def test_candidate_of_another_election_raises_nothing(names, other_election):
    baker.make(Candidate, election=other_election, surname="Ellison", other_names="Amara")

    assert codes(names("Amara Ellison asked about the budget.")) == []


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("The Labour Party has a view.", "Labour Party"),
        ("Reform UK has a view.", "Reform UK"),
        ("The Riverside Party has a view.", "The Riverside Party"),
    ],
)
def test_party_is_a_warning_also_one_of_the_ballot_paper(names, text, party):
    [finding] = names(text, ("PYM", "Gareth", "The Riverside Party"))

    assert (finding.code, finding.severity) == ("party-name", Severity.WARNING)
    assert party in finding.sentence


@pytest.mark.parametrize(
    "text",
    [
        "Independent Custody Visitors make a green party of labour.",
        "Police reform in the UK is a conservative estimate.",
    ],
)
def test_words_that_name_no_party_raise_nothing(names, text):
    assert codes(names(text, ("PYM", "Gareth", "Independent"))) == []


def test_names_of_people_with_odd_letters_are_taken_as_they_are(names):
    assert codes(names("(O’Neil*", ("O’NEIL*", "D."), ("", " x "))) == ["candidate-surname"]


def test_passage_about_who_stands_is_known():
    assert is_about_the_list(plain("Text", "The statement of persons nominated is out."))
    assert not is_about_the_list(plain("Text", "The budget is out."))
