"""Notes at an event: question, speaker after speaker, what was promised; each becomes a draft."""

import datetime as dt
import re
import uuid

import pytest
from django.core.exceptions import ValidationError
from model_bakery import baker

from elections.roles import Role
from infolog.models import InformationRequest, Work
from infolog.noting import Occasion, SaidThere, note_down, occasion, occasions
from tests.conftest import NOON

APRIL_12 = dt.datetime(2021, 4, 12, 18, 30, tzinfo=dt.UTC)
DAY = dt.date(2021, 4, 12)
CHOOSE = "/admin/infolog/informationrequest/at-an-event/"


@pytest.fixture(autouse=True)
def _on_the_evening(time_machine):
    time_machine.move_to(APRIL_12)


@pytest.fixture
def hustings(event, release_now):
    event.hosts.create(name="Grace Strong", role="Chief Executive")
    event.slots.create(starts_at=APRIL_12 - dt.timedelta(minutes=30))
    event.slots.create(starts_at=APRIL_12 + dt.timedelta(days=3))
    release_now(event)
    return event


@pytest.fixture
def page(hustings) -> str:
    return f"{CHOOSE}{hustings.pk}/2021-04-12/"


@pytest.fixture
def organiser(client, make_staff):
    user = make_staff(Role.ORGANISER)
    client.force_login(user)
    return user


def written(**more) -> dict:
    return {
        "token": str(uuid.uuid4()),
        "question": "How many officers are there?",
        "who_1": "",
        "role_1": "",
        "said_1": "",
        "promised": "",
        **more,
    }


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_event_is_chosen_once_its_day_has_come(client, organiser, hustings, page):
    shown = client.get(CHOOSE).content.decode()

    assert shown.count("Familiarisation event, Monday 12 April 2021") == 1
    assert "15 April 2021" not in shown
    assert f'href="{page}"' in shown
    assert client.get(f"{CHOOSE}{hustings.pk}/2021-04-15/").status_code == 404
    assert client.get(f"{CHOOSE}{hustings.pk}/2021-04-11/").status_code == 404
    assert client.get(f"{CHOOSE}{hustings.pk}/soon/").status_code == 404


def test_note_becomes_a_draft_with_form_event_and_its_date(client, organiser, hustings, page):
    said = written(
        who_1="Grace Strong",
        said_1="1,242.",
        who_2="Pat Wheeler",
        role_2="Head of Finance",
        said_2="And 20 more.",
        promised="The list by station, by Friday.",
    )

    after = client.post(page, said, follow=True)

    item = InformationRequest.objects.get()
    assert (item.get_form_display(), item.received_on, item.event) == (
        "Verbal (in person)",
        DAY,
        hustings,
    )
    assert (item.title, item.is_released) == ("How many officers are there?", False)
    part = item.parts.get()
    assert [response.speaker for response in part.responses.all()] == [
        "Grace Strong, Chief Executive",
        "Pat Wheeler, Head of Finance",
    ]
    assert (part.outcome, part.outcome_note) == (
        "partly",
        "Promised at the event: The list by station, by Friday.",
    )
    assert Work.objects.get().due_on == dt.date(2021, 4, 19)
    # The event stays chosen, the form is empty, and what was noted is told.
    assert after.redirect_chain == [(page, 302)]
    assert after.context["form"].is_bound is False
    assert item.reference in text_of(after)


@pytest.mark.parametrize(
    ("said", "promised", "outcome"),
    [
        ([SaidThere("Pat", "", "Yes.")], "", "answered"),
        ([SaidThere("Pat", "", "Yes.")], "More.", "partly"),
        ([], "An answer.", "not-answered"),
        ([], "", "not-answered"),
    ],
)
def test_outcome_follows_from_what_was_said_and_promised(hustings, said, promised, outcome):
    occasion = Occasion(hustings, DAY)

    item = note_down(
        occasion, "Why?", said=said, promised=promised, token=uuid.uuid4(), at=APRIL_12
    )

    assert item.parts.get().outcome == outcome


def test_sent_twice_it_is_one(client, organiser, page):
    said = written()

    client.post(page, said)
    client.post(page, said)
    client.post(page, written())

    assert InformationRequest.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"question": " "}, "Write the question."),
        ({"said_1": "1,242."}, "Say who said this."),
        ({"who_1": "Pat"}, "Write what Pat said, or take the name out."),
        ({"who_1": "P" * 101, "said_1": "1,242."}, "at most 100 characters"),
        ({"token": "none", "question": ""}, "Write the question."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(client, organiser, page, wrong, sentence):
    shown = client.post(page, written(promised="The list.") | wrong)

    assert sentence in text_of(shown)
    body = shown.content.decode()
    assert all(value in body for value in wrong.values() if value.strip() and value != "none")
    assert "The list." in body
    assert not InformationRequest.objects.exists()


def test_another_speaker_is_added_without_a_script_and_nothing_is_lost(client, organiser, page):
    shown = client.post(page, written(who_1="Grace Strong", said_1="1,242.", add="Add"))

    body = shown.content.decode()
    assert 'name="said_2"' in body
    assert "1,242." in body
    assert "Say who" not in body
    assert not InformationRequest.objects.exists()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.APPROVER, Role.FINANCE, Role.AUDITOR])
def test_others_take_no_notes(client, make_staff, page, role):
    client.force_login(make_staff(role))

    assert client.get(CHOOSE).status_code == 403
    assert client.post(page, written()).status_code == 403
    assert not InformationRequest.objects.exists()


def test_event_of_a_draft_is_not_offered(event):
    assert occasions(APRIL_12) == []


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({"kind": "one-to-one"}, 3),
        ({"kind": "workshop"}, 1),
        ({"kind": "visit", "by_appointment": True}, None),
    ],
)
def test_where_one_alone_was_nothing_is_noted(hustings, election, release_now, fields, places):
    """The day would tell who asked."""
    alone = baker.make("workshops.Event", election=election, slug="alone", **fields)
    if places:
        alone.slots.create(starts_at=APRIL_12, capacity=places)
    release_now(alone)

    assert [one.event for one in occasions(APRIL_12)] == [hustings]
    assert occasion(hustings.pk, DAY, APRIL_12)
    assert occasion(alone.pk, DAY, APRIL_12) is None


def test_request_does_not_name_an_event_for_one(hustings, election, release_now):
    alone = baker.make("workshops.Event", election=election, slug="alone", kind="one-to-one")
    alone.slots.create(starts_at=APRIL_12)
    release_now(alone)
    draft = note(hustings)
    draft.event = alone
    draft.save()

    with pytest.raises(ValidationError, match="would tell who asked"):
        draft.check_ready()


def test_reference_that_another_request_has_is_not_given(hustings, monkeypatch):
    taken = note(hustings)
    monkeypatch.setattr("infolog.noting.reference_from", lambda digest: taken.slug.upper())
    InformationRequest.objects.filter(pk=taken.pk).update(received_on=DAY - dt.timedelta(days=1))

    assert note(hustings).slug != taken.slug
    assert InformationRequest.objects.count() == 2


def note(event) -> InformationRequest:
    asked = Occasion(event, DAY)
    return note_down(asked, "How many?", said=[], promised="", token=uuid.uuid4(), at=APRIL_12)


def test_number_of_queries_does_not_grow_with_events(
    hustings, event, release_now, django_assert_num_queries
):
    for number in range(3):
        more = baker.make(
            "workshops.Event", election=event.election, slug=f"e{number}", kind="briefing"
        )
        more.slots.create(starts_at=NOON)
        release_now(more)

    with django_assert_num_queries(2):
        assert len(occasions(APRIL_12)) == 4
