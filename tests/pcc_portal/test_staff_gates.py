import pytest

from pcc_portal.staff_gates import closed_gate


def first(request) -> str | None:
    return "/first/"


def second(request) -> str | None:
    return "/second/"


def is_open(request) -> str | None:
    return None


NAMES = {gate: f"{__name__}.{gate.__name__}" for gate in (first, second, is_open)}


@pytest.mark.parametrize(
    ("gates", "before", "address"),
    [
        ([], "", None),
        ([is_open, second, first], "", "/second/"),
        ([first, second], second, "/first/"),
        ([is_open, second], second, None),
    ],
)
def test_first_closed_gate_is_where_the_person_goes(rf, settings, gates, before, address):
    settings.STAFF_GATES = [NAMES[gate] for gate in gates]

    assert closed_gate(rf.get("/"), before=NAMES.get(before, "")) == address


def test_no_staff_page_opens_before_its_gates(client, editor, settings):
    client.force_login(editor)
    settings.STAFF_GATES = [NAMES[second]]

    assert client.get("/admin/elections/office/")["Location"] == "/second/"


def test_gates_say_nothing_to_those_who_are_not_staff(client, candidate, settings):
    settings.STAFF_GATES = [NAMES[second]]
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    client.force_login(candidate)

    assert client.get("/admin/", follow=True).status_code == 403
