"""Two saves in the same moment, on PostgreSQL: on SQLite one writer waits for the other anyway."""

import threading

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from elections.impartiality import declare
from elections.models import Office, User
from elections.roles import Role, bring_roles
from tests.conftest import NOON, PortalClient

from .test_stale_saves import Desk


@pytest.fixture
def _postgresql(django_db_setup) -> None:
    if connection.vendor != "postgresql":
        # Nothing could be tidied up there: the database refuses to delete the record.
        pytest.skip("two writers at once are PostgreSQL’s")


def _administrator(number: int) -> User:
    user = User.objects.create_user(f"a{number}@example.org", f"A{number}", is_staff=True)
    user.groups.add(Group.objects.get(name=Role.ADMINISTRATOR))
    declare(user, at=NOON)
    return user


@pytest.mark.usefixtures("_postgresql", "transactional_db")
def test_one_of_two_saves_in_one_moment_is_told():
    bring_roles("default")
    office = Office.objects.create(
        name="Office", short_name="Office", post="PCC", area="A", force="F",
        contact_name="C", contact_email="c@example.org",
    )  # fmt: skip
    address = f"/admin/elections/office/{office.pk}/change/"
    desks = [Desk(_administrator(number), address) for number in range(4)]
    start = threading.Barrier(len(desks))
    answers: list[int] = []

    def save(desk: Desk, number: int) -> None:
        client = PortalClient()
        client.cookies = desk.client.cookies
        try:
            start.wait(10)
            response = client.post(address, desk.data | {"post": f"Post {number}"})
            answers.append(response.status_code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=save, args=(desk, number)) for number, desk in enumerate(desks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(answers) == [200, 200, 200, 302]
    assert Office.history.filter(id=office.pk).count() == 2
