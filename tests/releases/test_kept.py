import pytest

from pcc_portal.rehearsing import rehearsal
from releases.kept import kept, kept_for_good

pytestmark = pytest.mark.django_db


def test_kept_makes_what_is_missing_and_keeps_the_order(election):
    asked = []

    def make(ids):
        asked.append(ids)
        return {pk: f"<{pk}>" for pk in ids if pk != 3}

    assert kept("x", [2, 1], make) == {2: "<2>", 1: "<1>"}
    assert list(kept("x", [3, 1, 4, 2], make)) == [1, 4, 2]
    assert asked == [[2, 1], [3, 4]]


def test_kept_asks_nothing_for_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert kept("x", [], lambda ids: {}) == {}


def test_kept_is_made_again_after_a_public_change(election):
    def make(ids):
        election.refresh_from_db()
        return dict.fromkeys(ids, election.name)

    assert kept("x", [1], make) == {1: "Election 2021"}
    type(election).objects.update(name="Another name")

    assert kept("x", [1], make) == {1: "Another name"}


def test_kept_for_good_is_made_once_whatever_changes(election):
    made = []

    def make(pk):
        made.append(pk)
        return f"<{pk}>"

    assert kept_for_good("x", 1, make) == "<1>"
    type(election).objects.update(name="Another name")

    assert kept_for_good("x", 1, make) == "<1>"
    assert made == [1]


def test_nothing_is_kept_of_what_is_only_tried_out(election):
    def make(ids):
        return dict.fromkeys(ids, "a draft")

    with rehearsal():
        assert kept("x", [1], make) == {1: "a draft"}
        assert kept_for_good("x", 1, lambda pk: "a draft") == "a draft"

    assert kept("x", [1], lambda ids: dict.fromkeys(ids, "released")) == {1: "released"}
    assert kept_for_good("x", 1, lambda pk: "released") == "released"
