"""What the checks find in an event: its words, who leads it and its agenda."""

import pytest
from model_bakery import baker

from elections.models import Candidate
from workshops.models import AgendaItem

pytestmark = pytest.mark.django_db


def codes(item):
    return [finding.code for finding in item.findings()]


def test_good_event_raises_nothing(make_event):
    assert codes(make_event()) == []


def test_recording_through_a_shortener_is_found_at_its_field(make_event):
    found = make_event(recording="https://bit.ly/39sgICX").findings()

    assert ("link-short", "recording") in [(finding.code, finding.field) for finding in found]


def test_agenda_and_hosts_are_read_too(make_event, election):
    event = make_event()
    AgendaItem.objects.create(event=event, title="The MTFS")
    baker.make(Candidate, election=election, surname="HINDSON", other_names="Paul")

    assert sorted(codes(event)) == ["abbreviation", "candidate-name"]
