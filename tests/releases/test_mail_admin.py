import datetime as dt

import pytest
from django.utils import timezone

from releases.due import due
from releases.models import Delivery

LIST = "/admin/releases/delivery/"


@pytest.fixture
def failed(deliver) -> Delivery:
    delivery = deliver()
    Delivery.objects.update(state="uncertain", reply="Connection lost")
    delivery.refresh_from_db()
    return delivery


def act(client, name: str, *rows: Delivery):
    chosen = {"action": name, "_selected_action": [row.pk for row in rows]}
    return client.post(LIST, chosen, follow=True).content.decode()


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("send_again", "queued"),
        ("say_accepted", "accepted"),
        ("say_refused", "refused"),
        ("say_bounced", "bounced"),
    ],
)
def test_approver_settles_a_doubt_in_the_list(client, make_staff, failed, name, state):
    client.force_login(make_staff("approver"))

    act(client, name, failed)

    failed.refresh_from_db()
    assert failed.state == state


def test_auditor_sees_mail_and_settles_nothing(client, make_staff, failed):
    client.force_login(make_staff("auditor"))

    page = client.get(LIST).content.decode()
    act(client, "say_accepted", failed)

    failed.refresh_from_db()
    assert (failed.state, "Send again the chosen" in page) == ("uncertain", False)
    assert (
        "Record that they were told"
        not in client.get(f"{LIST}{failed.pk}/change/").content.decode()
    )
    assert client.get(f"{LIST}{failed.pk}/tell/").status_code == 403


def test_refusal_is_said_in_words(client, make_staff, deliver):
    delivery = deliver()
    client.force_login(make_staff("approver"))

    page = act(client, "say_accepted", delivery)

    assert "This mail is “Waiting to be sent” now: nothing was changed." in page


def test_being_told_by_telephone_is_recorded(client, make_staff, failed):
    staff = make_staff("approver")
    client.force_login(staff)
    assert "Record that they were told" in client.get(f"{LIST}{failed.pk}/change/").content.decode()

    empty = client.post(f"{LIST}{failed.pk}/tell/", {"how": " "}).content.decode()
    assert "Say how they were told." in empty
    page = client.post(f"{LIST}{failed.pk}/tell/", {"how": "By telephone"}, follow=True)

    failed.refresh_from_db()
    assert (failed.told_how, failed.told_by) == ("By telephone", staff)
    assert "was told." in page.content.decode()
    assert client.get(f"{LIST}{failed.pk}/tell/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_queries(
    client, editor, deliver, agent, rows, django_assert_max_num_queries
):
    for number in range(1, rows + 1):
        deliver(number=number)
    client.force_login(editor)
    client.get(LIST)

    with django_assert_max_num_queries(26):
        client.get(LIST)


def test_first_page_says_whom_to_telephone(client, make_staff, failed):
    client.force_login(make_staff("approver"))

    page = client.get("/admin/").content.decode()
    assert "Mail that did not reach a candidate: tell them by phone and record it" in page
    assert f'href="{LIST}{failed.pk}/change/"' in page

    failed.told_at = timezone.now()
    failed.save()
    codes = {matter.code for matter in due(timezone.now()) if matter.line()}
    assert "mail-failed" not in codes


def test_first_page_says_that_mail_is_stuck(deliver):
    deliver()
    Delivery.objects.update(due_at=timezone.now() - dt.timedelta(minutes=16))

    codes = {matter.code for matter in due(timezone.now()) if matter.line()}
    assert codes == {"mail-late"}


# --- how often ------------------------------------------------------------------------------------


def test_candidate_chooses_one_mail_a_day(client, candidate, deliver):
    client.force_login(candidate)
    assert 'href="/account/mail/"' in client.get("/account/").content.decode()

    client.post("/account/mail/", {"often": "daily"})
    assert deliver().is_daily is True

    client.post("/account/mail/", {"often": "each"})
    assert deliver(number=2).is_daily is False


def test_choice_that_there_is_not_is_refused_in_words(client, candidate):
    client.force_login(candidate)

    page = client.post("/account/mail/", {"often": "never"}).content.decode()
    assert "Select a valid choice" in page
