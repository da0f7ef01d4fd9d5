import pytest
from hypothesis import given
from hypothesis import strategies as st

from infolog.importing.wording import parts_of, responses_in, sentences, topic_of


@pytest.mark.parametrize(
    ("question", "topic", "rest"),
    [
        ("Violence Reduction Network: Relating to children?", "Violence Reduction Network",
         "Relating to children?"),
        ("Recruitment – how many officers?", "Recruitment", "how many officers?"),
        ("Police Reductions - Are these all?", "Police Reductions", "Are these all?"),
        ("What is the plan: more officers?", "", "What is the plan: more officers?"),
        ("The following was asked: why?", "", "The following was asked: why?"),
        ("Relating to children being excluded from schools – if so?", "",
         "Relating to children being excluded from schools – if so?"),
        ("How many?", "", "How many?"),
    ],
)  # fmt: skip
def test_topic_before_a_question_is_proposed(question, topic, rest):
    assert topic_of(question) == (topic, rest)


@pytest.mark.parametrize(
    ("question", "introduction", "parts"),
    [
        ("The following question was submitted in advance. How? Why?",
         "The following question was submitted in advance.", ["How?", "Why?"]),
        ("After reading the papers, it seems so. Is this correct?", "",
         ["After reading the papers, it seems so. Is this correct?"]),
        ("Requested a profile on staff (forward facing)? KPI number of officers.", "",
         ["Requested a profile on staff (forward facing)?", "KPI number of officers."]),
        ("Trust. Keen to know what is done.", "", ["Trust. Keen to know what is done."]),
        ("Please tell me:\n1. The number of officers\n2. The budget", "",
         ["Please tell me: 1. The number of officers", "2. The budget"]),
        ("How many? Thank you for your help.", "", ["How many? Thank you for your help."]),
        ("Approx. how many officers, e.g. in St. Mary? Why?", "",
         ["Approx. how many officers, e.g. in St. Mary?", "Why?"]),
        ("", "", []),
    ],
)  # fmt: skip
def test_question_is_parted(question, introduction, parts):
    assert parts_of(question) == (introduction, parts)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("PH: Yes we do.\nCC: No.", [("PH", "", "Yes we do."), ("CC", "", "No.")]),
        ("PH: Yes. CC: No.", [("PH", "", "Yes."), ("CC", "", "No.")]),
        ("Chief Constable: 120.", [("Chief Constable", "", "120.")]),
        ("Claire Smith (Chief Executive): Ours.", [("Claire Smith", "Chief Executive", "Ours.")]),
        ("Grace Strong stated that it is. The Chief Constable referred to it. It is so.",
         [("Grace Strong", "", "Grace Strong stated that it is."),
          ("Chief Constable", "", "The Chief Constable referred to it. It is so.")]),
        ("Chief Executive, Jo Lee explained it.",
         [("Jo Lee", "Chief Executive", "Chief Executive, Jo Lee explained it.")]),
        ("Mr J Canary explained it.", [("Mr J Canary", "", "Mr J Canary explained it.")]),
        ("Income Generation: more of it.", [("", "", "Income Generation: more of it.")]),
        ("It was. The Police Force said so.", [("", "", "It was. The Police Force said so.")]),
    ],
)  # fmt: skip
def test_speakers_are_proposed(cell, said):
    assert [(s.responder, s.role, s.text) for s in responses_in(cell)] == said


letters = st.text(alphabet=st.sampled_from("aB .?!\n'\"():£1"), max_size=80)


@given(letters)
def test_no_word_is_lost_or_added_when_a_text_is_parted(text):
    introduction, parts = parts_of(text)

    assert " ".join([introduction, *parts]).split() == text.split()
    assert " ".join(sentences(text)).split() == text.split()


@given(letters.filter(lambda text: ":" not in text))
def test_no_word_is_lost_or_added_when_an_answer_is_parted(text):
    assert " ".join(said.text for said in responses_in(text)).split() == text.split()
