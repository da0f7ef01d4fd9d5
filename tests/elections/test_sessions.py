from django.contrib.sessions.models import Session
from django.test import Client

from elections.sessions import end_sessions


def test_every_session_of_one_person_ends_and_no_other(candidate, editor):
    for user in (candidate, candidate, editor):
        Client().force_login(user)
    assert Session.objects.count() == 3

    end_sessions(candidate)

    assert [s.get_decoded()["_auth_user_id"] for s in Session.objects.all()] == [str(editor.pk)]
