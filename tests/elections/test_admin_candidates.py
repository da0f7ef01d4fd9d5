import datetime as dt
import re
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.html import strip_tags

from elections.impartiality import declare
from elections.models import Candidate, Invitation, StandingRequest, StatusChange, User
from tests.conftest import NOON, give_status

ADD = "/admin/elections/candidate/add/"
LIST = "/admin/elections/candidate/"
IMPORT = "/admin/elections/candidate/import/"
# Mail goes out once the act is in the database for good.
commits = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def looker(client, db):
    """Staff who may look at everything and change nothing."""
    user = User.objects.create_user("looker@example.org", "Lou Looker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    declare(user, at=NOON)
    client.force_login(user)
    return client


@pytest.fixture
def amara(election, stand) -> Candidate:
    return stand(election, "Ellison", "declared", other_names="Amara")


def _text(response) -> str:
    return " ".join(unescape(strip_tags(response.content.decode().replace("<", " <"))).split())


def _new(election, **changes) -> dict:
    return {
        "election": election.pk,
        "surname": "Ellison",
        "other_names": "Amara",
        "email": "amara@example.org",
        "status": "interested",
        "effective_from": "01/03/2021",
        "notice_title": "",
        "notice_url": "",
    } | changes


def _page(candidate: Candidate) -> str:
    return f"/admin/elections/candidate/{candidate.pk}/change/"


def _change(candidate: Candidate, **changes) -> dict:
    count = candidate.status_changes.count()
    return {
        "surname": candidate.surname,
        "other_names": candidate.other_names,
        "ballot_description": candidate.ballot_description,
        "email": "",
        "status_changes-TOTAL_FORMS": count + 1,
        "status_changes-INITIAL_FORMS": count,
        f"status_changes-{count}-status": "",
        f"status_changes-{count}-effective_from": "",
        f"status_changes-{count}-notice_title": "",
        f"status_changes-{count}-notice_url": "",
    } | changes


def _status(candidate: Candidate, status: str, day: str, notice: str = "") -> dict:
    count = candidate.status_changes.count()
    said = {"status": status, "effective_from": day, "notice_title": notice}
    return {f"status_changes-{count}-{name}": value for name, value in said.items()}


def _errors(response) -> list[str]:
    assert response.status_code == 200
    errors = [str(error) for error in response.context["errors"]]
    return re.findall(r"<li>(.*?)</li>", "".join(errors)) or errors


# --- Adding


@commits
def test_candidate_is_added_and_invited_in_one_act(staff, election, editor):
    response = staff.post(ADD, _new(election), follow=True)

    candidate = Candidate.objects.get()
    assert candidate.user.email == "amara@example.org"
    assert candidate.status_on(dt.date(2021, 3, 1)) == "interested"
    assert candidate.status_changes.get().recorded_by == editor
    assert candidate.invitations.get().sent_by == editor
    assert [message.to for message in mail.outbox] == [["amara@example.org"]]
    assert "http://testserver/account/login/code/" in mail.outbox[0].body
    assert "An invitation is on its way to amara@example.org." in _text(response)


@commits
def test_candidate_may_be_added_without_an_address(staff, election):
    staff.post(ADD, _new(election, email=""))

    assert Candidate.objects.get().user is None
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": "editor@example.org"}, "This address belongs to a member of the office’s staff"),
        ({"status": "elected", "notice_title": "Result"}, "Nobody begins as “Elected”"),
        ({"status": "nominated"}, "Say which official notice this came from."),
        ({"status": ""}, "This field is required."),
        ({"surname": ""}, "This field is required."),
    ],
)
def test_candidate_who_cannot_be_added_is_refused_in_words(staff, election, changes, told):
    response = staff.post(ADD, _new(election, **changes))

    assert told in _text(response)
    assert not Candidate.objects.exists()
    assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_candidate_is_not_invited_twice(staff, election, candidate):
    response = staff.post(ADD, _new(election, email="candidate@example.org"))

    assert "belongs to another candidate of this election" in _text(response)
    assert Candidate.objects.count() == 1


# --- Changing


def test_status_is_recorded_on_the_candidates_page(staff, amara, editor):
    form = _change(amara) | _status(amara, "nominated", "09/04/2021", "Statement")

    response = staff.post(_page(amara), form)

    assert response.status_code == 302
    change = amara.status_changes.first()
    assert (change.status, change.notice_title) == ("nominated", "Statement")
    assert change.recorded_by == editor
    amara.refresh_from_db()
    assert amara.nominated_on == dt.date(2021, 4, 9)
    text = _text(staff.get(_page(amara)))
    assert "Nominated" in text
    assert "by Edith Editor" in text


@pytest.mark.parametrize(
    ("status", "day", "told"),
    [
        ("elected", "07/05/2021", "“Elected” cannot follow “Declared”."),
        ("declared", "07/05/2021", "“Declared” is the status on that day already."),
        ("nominated", "", "This field is required."),
    ],
)
def test_status_that_cannot_be_is_refused_in_words(staff, amara, status, day, told):
    response = staff.post(
        _page(amara), _change(amara) | _status(amara, status, day, "Declaration of result")
    )

    assert response.status_code == 200
    assert told in _text(response)
    assert StatusChange.objects.count() == 1


def test_history_cannot_be_changed_or_deleted(staff, amara):
    [change] = amara.status_changes.all()
    form = _change(amara) | {
        "status_changes-0-id": change.pk,
        "status_changes-0-candidate": amara.pk,
        "status_changes-0-status": "elected",
        "status_changes-0-effective_from": "01/01/2016",
        "status_changes-0-DELETE": "on",
    }

    staff.post(_page(amara), form)

    change.refresh_from_db()
    assert change.status == "declared"


def test_names_and_description_are_changed(staff, amara, election):
    election.nominations_published_on = dt.date(2021, 4, 9)
    election.save()
    give_status(amara, "nominated", dt.date(2021, 4, 9))

    staff.post(_page(amara), _change(amara, surname="ELLISON", ballot_description="Independent"))

    amara.refresh_from_db()
    assert (amara.surname, amara.ballot_description) == ("ELLISON", "Independent")


def test_description_is_refused_before_nomination(staff, amara, election):
    election.nominations_published_on = dt.date(2021, 4, 9)
    election.save()

    response = staff.post(_page(amara), _change(amara, ballot_description="Independent"))

    assert "Record it only of someone who is nominated" in _text(response)


@commits
def test_somebody_without_a_sign_in_is_invited_from_their_page(staff, amara):
    staff.post(_page(amara), _change(amara, email="amara@example.org"))

    amara.refresh_from_db()
    assert amara.user.email == "amara@example.org"
    assert len(mail.outbox) == 1
    page = staff.get(_page(amara))
    assert "Not taken up yet" in _text(page)
    assert 'name="email"' not in page.content.decode()


def test_invitation_that_cannot_be_is_refused_at_the_field(staff, amara, editor):
    response = staff.post(_page(amara), _change(amara, email=editor.email, surname="Changed"))

    assert "This address belongs to a member of the office’s staff" in _text(response)
    amara.refresh_from_db()
    assert (amara.user, amara.surname) == (None, "Ellison")


def test_somebody_ever_nominated_is_not_deleted(staff, amara):
    address = f"/admin/elections/candidate/{amara.pk}/delete/"
    assert staff.get(address).status_code == 200
    give_status(amara, "nominated", dt.date(2021, 4, 9))
    give_status(amara, "withdrawn", dt.date(2021, 4, 20))

    assert staff.post(address, {"post": "yes"}).status_code == 403


def test_list_shows_status_next_change_and_invitation(staff, amara):
    soon = timezone.localdate() + dt.timedelta(3)
    give_status(amara, "withdrawn", soon)
    Invitation.objects.create(candidate=amara, email="a@example.org", sent_at=NOON, failed_at=NOON)

    text = _text(staff.get(LIST))

    assert (
        f"Ellison Amara Election 2021 Declared Withdrawn from {soon:%-d %B %Y} "
        "The mail could not be sent" in text
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("status=declared", ["Invited", "Fresh"]),
        ("status=withdrawn", ["Gone"]),
        ("invitation=open", ["Invited"]),
        ("invitation=none", ["Fresh", "Gone"]),
    ],
)
def test_list_is_filtered(staff, election, stand, query, shown):
    invited = stand(election, "Invited", "declared")
    taken_up = stand(election, "Taken", "interested")
    stand(election, "Fresh", "declared")
    stand(election, "Gone", "withdrawn")
    Invitation.objects.create(candidate=invited, sent_at=NOON)
    Invitation.objects.create(candidate=taken_up, sent_at=NOON)
    Invitation.objects.create(candidate=taken_up, sent_at=NOON, taken_up_at=NOON)

    listed = staff.get(f"{LIST}?{query}").context["cl"].queryset

    assert sorted(c.surname for c in listed) == sorted(shown)


def test_staff_who_only_look_see_and_change_nothing(looker, amara, election):
    page = looker.get(_page(amara))
    assert "Declared" in _text(page)
    assert 'name="email"' not in page.content.decode()

    assert looker.post(_page(amara), _change(amara, surname="Changed")).status_code == 403
    assert looker.post(ADD, _new(election)).status_code == 403
    assert looker.get(IMPORT).status_code == 403
    assert looker.get(f"{IMPORT}template/").status_code == 403


# --- From a request to be invited


@pytest.fixture
def asked(election) -> StandingRequest:
    return StandingRequest.objects.create(
        election=election, name="Amara May Ellison", email="amara@example.org", asked_at=NOON
    )


def test_form_is_filled_in_from_the_request(staff, asked):
    form = staff.get(f"{ADD}?standing_request={asked.pk}").context["adminform"].form

    shown = {name: form[name].value() for name in ("surname", "other_names", "email", "status")}
    assert shown == {
        "surname": "Ellison",
        "other_names": "Amara May",
        "email": "amara@example.org",
        "status": "interested",
    }


@commits
def test_inviting_decides_the_request(staff, asked, election, editor):
    staff.post(ADD, _new(election, standing_request=asked.pk))

    asked.refresh_from_db()
    assert (asked.outcome, asked.decided_by) == ("invited", editor)
    assert len(mail.outbox) == 1


def test_request_is_not_decided_without_an_invitation(staff, asked, election):
    response = staff.post(ADD, _new(election, standing_request=asked.pk, email=""))

    assert "Enter the address to invite them at." in _text(response)
    asked.refresh_from_db()
    assert asked.decided_at is None


@pytest.mark.parametrize("said", ["999", "x", "²"])
def test_form_is_empty_for_an_unknown_request(staff, election, said):
    assert staff.get(f"{ADD}?standing_request={said}").status_code == 200


# --- From a file

HEAD = "Surname,Other names,E-mail,Status,Effective from,Notice title,Notice link"
ROW = "ELLISON,Amara,amara@example.org,Interested,1 March 2021,,"


def _upload(election, *lines: str) -> dict:
    content = "\n".join((HEAD, *lines)).encode()
    return {"election": election.pk, "file": SimpleUploadedFile("candidates.csv", content)}


@commits
def test_file_is_shown_first_and_taken_in_once_confirmed(staff, election):
    shown = staff.post(IMPORT, _upload(election, ROW))

    assert "Nothing has been written and no mail has been sent yet." in _text(shown)
    assert "2 Amara ELLISON amara@example.org Add Amara ELLISON" in _text(shown)
    assert not Candidate.objects.exists()
    assert mail.outbox == []
    html = shown.content.decode()
    text = unescape(re.search(r"<textarea[^>]*>\n(.*?)</textarea>", html, re.DOTALL).group(1))

    confirm = {"election": election.pk, "text": text}
    done = staff.post(IMPORT, confirm, follow=True)
    again = staff.post(IMPORT, confirm, follow=True)

    assert "Rows taken in: 1. Rows with nothing to do: 0." in _text(done)
    assert "Rows taken in: 0. Rows with nothing to do: 1." in _text(again)
    assert Candidate.objects.get().user.email == "amara@example.org"
    assert len(mail.outbox) == 1


def test_file_with_a_bad_row_cannot_be_confirmed(staff, election):
    bad = ROW.replace("Interested", "King").replace("amara@", "b@")
    shown = staff.post(IMPORT, _upload(election, ROW, bad))

    assert "1 of 2 rows cannot be taken." in _text(shown)
    assert "3 Amara ELLISON b@example.org Cannot be taken: “King” is not a status." in _text(shown)
    assert "Confirm" not in _text(shown)

    forced = staff.post(IMPORT, {"election": election.pk, "text": f"{HEAD}\n{ROW}\n{bad}"})

    assert "Nothing was written" in _text(forced)
    assert not Candidate.objects.exists()


def test_file_is_escaped_where_it_is_shown(staff, election):
    row = ROW.replace("ELLISON", "</textarea><script>alert(1)</script>")

    html = staff.post(IMPORT, _upload(election, row)).content.decode()

    assert "<script>alert" not in html


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04", "This is not a CSV file."),
        (b"Surname\nA", "The first line lacks these headings"),
        (b"", "The file is empty."),
    ],
)
def test_file_that_cannot_be_read_says_what_to_do(staff, election, content, told):
    file = SimpleUploadedFile("candidates.csv", content)

    response = staff.post(IMPORT, {"election": election.pk, "file": file})

    assert told in _text(response)


@pytest.mark.parametrize("data", [{}, {"text": "x"}, {"text": "x", "election": "999"}])
def test_import_without_a_file_asks_for_one(staff, election, data):
    response = staff.post(IMPORT, data)

    assert response.status_code == 200
    assert 'type="file"' in response.content.decode()
    assert not Candidate.objects.exists()


def test_confirmation_of_no_table_is_refused(staff, election):
    response = staff.post(IMPORT, {"text": "x", "election": election.pk})

    assert "lacks these headings" in _text(response)


def test_template_is_a_file_of_headings(staff):
    response = staff.get(f"{IMPORT}template/")

    assert response.content.decode("utf-8-sig").splitlines()[0] == HEAD
    assert response["Content-Disposition"].startswith("attachment")
    assert staff.post(f"{IMPORT}template/").status_code == 405
