import datetime as dt

import pytest

from briefings.drawn import drawn
from briefings.models import Document, Figure
from elections.models import User

pytestmark = pytest.mark.django_db


def test_fragments_of_two_kinds_with_the_same_id_are_told_apart(
    election, make_document, make_figure, release_now
):
    document = make_document(title="The plan")
    figure = make_figure(title="The precept", source=document, pk=document.pk)
    release_now(document, figure)

    assert "The plan" in drawn(Document, [document.pk])[document.pk]
    assert "The precept" in drawn(Figure, [figure.pk])[figure.pk]


def test_fragment_knows_nothing_of_the_reader(client, candidate, make_figure, release_now):
    """What one reader's page left behind is what the next one gets, so it must hold no name."""
    release_now(make_figure(title="The precept"))
    User.objects.filter(pk=candidate.pk).update(name="Quentin Quill")
    client.force_login(candidate)
    first = client.get("/pcc-2021/").content.decode()
    client.logout()

    second = client.get("/pcc-2021/").content.decode()

    assert "Quentin Quill" in first
    assert "The precept" in second
    assert "Quentin" not in second


def test_fragment_of_a_hidden_row_is_not_found_by_others(
    client, candidate, make_figure, release_now
):
    figure = make_figure(title="For candidates only", audience="candidates")
    release_now(figure, at=dt.datetime(2021, 3, 30, 11, 0, tzinfo=dt.UTC))
    client.force_login(candidate)
    assert "For candidates only" in client.get("/pcc-2021/").content.decode()

    client.logout()

    assert "For candidates only" not in client.get("/pcc-2021/").content.decode()
