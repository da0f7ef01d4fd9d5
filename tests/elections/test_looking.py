"""Staff look as somebody else: they see what that reader sees, and nothing can be sent."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from briefings.models import Newsletter
from elections.looking import KEY, StandIn
from elections.models import Election, Office, SignInRecord
from tests.conftest import PortalClient

START, STOP = "/admin/looking/", "/account/looking/stop/"
BANNER = "You are looking as"
AUDIENCES = ("public", "candidates")


@pytest.fixture
def staff(client, editor) -> PortalClient:
    client.force_login(editor)
    return client


@pytest.fixture
def issues(election, other_election, release_now) -> dict[str, Newsletter]:
    """In each election a public issue and one for its candidates; a draft."""
    made = {}
    for of in (election, other_election):
        for number, audience in enumerate(("public", "candidates"), start=1):
            made[f"{of.slug} {audience}"] = Newsletter.objects.create(
                election=of,
                slug=audience,
                number=number,
                title=f"Canary {of.slug} {audience}",
                summary=".",
                audience=audience,
            )
    for of in (election, other_election):
        release_now(*(issue for issue in made.values() if issue.election == of))
    made["draft"] = Newsletter.objects.create(
        election=election, slug="draft", number=3, title="Canary draft", summary="."
    )
    return made


def look(client: PortalClient, election: Election | None = None):
    response = client.post(START, {"election": election.pk if election else ""})
    assert response.status_code == 302
    return response


def titles(client: PortalClient) -> list[str]:
    """Every canary that any list of newsletters shows."""
    pages = [client.get(f"/{slug}/newsletters/") for slug in ("pcc-2021", "pcc-2024")]
    shown = "".join(page.content.decode() for page in pages)
    names = [
        *(f"{slug} {audience}" for slug in ("pcc-2021", "pcc-2024") for audience in AUDIENCES),
        "draft",
    ]
    return [name for name in names if f"Canary {name}" in shown]


def test_as_the_public_staff_see_what_is_public(staff, issues):
    assert look(staff)["Location"] == "/"

    assert titles(staff) == ["pcc-2021 public", "pcc-2024 public"]
    assert titles(PortalClient()) == ["pcc-2021 public", "pcc-2024 public"]


def test_as_a_candidate_staff_see_what_is_for_those_of_one_election(
    staff, issues, election, candidate
):
    assert look(staff, election)["Location"] == "/pcc-2021/"

    seen = ["pcc-2021 public", "pcc-2021 candidates", "pcc-2024 public"]
    assert titles(staff) == seen
    real = PortalClient()
    real.force_login(candidate)
    assert titles(real) == seen


@pytest.mark.parametrize(
    ("slug", "issue", "as_candidate", "status"),
    [
        ("pcc-2021", "candidates", True, 200),
        ("pcc-2024", "candidates", True, 404),
        ("pcc-2021", "draft", True, 404),
        ("pcc-2021", "candidates", False, 404),
        ("pcc-2021", "public", False, 200),
    ],
)
def test_a_page_opens_as_it_does_for_that_reader(
    staff, issues, election, slug, issue, as_candidate, status
):
    look(staff, election if as_candidate else None)

    response = staff.get(f"/{slug}/newsletters/{issue}/")

    assert response.status_code == status
    assert BANNER in response.content.decode()


def test_no_kept_page_is_mixed_up_with_what_staff_look_at(staff, issues, election):
    public = PortalClient().get("/pcc-2021/newsletters/").content
    look(staff, election)

    as_candidate = staff.get("/pcc-2021/newsletters/")
    assert b"Canary pcc-2021 candidates" in as_candidate.content
    assert as_candidate["Cache-Control"] == "private, no-cache"
    assert PortalClient().get("/pcc-2021/newsletters/").content == public


@pytest.mark.parametrize(
    ("as_candidate", "label", "account"),
    [
        (False, "the public", "Sign in"),
        (True, "a candidate of Election 2021", "A candidate"),
    ],
)
def test_every_page_says_what_one_is_looking_as(
    staff, issues, election, editor, as_candidate, label, account
):
    look(staff, election if as_candidate else None)
    told = f"You are looking as {label}."

    for address in ("/", "/pcc-2021/dates/", "/privacy/", "/elections/"):
        page = staff.get(address).content.decode()
        assert page.count(told) == 1
        assert account in page
        assert editor.name not in page
        assert ">Staff pages<" not in page
    for address in ("/admin/", "/admin/elections/office/", "/account/", "/no-such-page/"):
        assert staff.get(address).content.decode().count(told) == 1


def test_own_account_and_staff_pages_stay_those_of_the_person(staff, editor):
    look(staff)

    assert editor.name in staff.get("/account/").content.decode()
    assert staff.get("/admin/elections/office/").wsgi_request.user == editor
    request = staff.get("/").wsgi_request
    assert (request.user, request.real_user) == (AnonymousUser(), editor)


def test_nobody_looks_unless_they_chose_to(staff, client, candidate):
    for reader in (staff, PortalClient()):
        assert BANNER not in reader.get("/").content.decode()
        assert BANNER not in reader.get("/no-such-page/").content.decode()


UNSAFE = ("post", "put", "patch", "delete")


@pytest.mark.parametrize("method", UNSAFE)
def test_nothing_can_be_sent_while_looking(staff, office, election, candidate, method):
    look(staff, election)
    person = candidate.candidacies.get()
    data = {"name": "Another name", "action": "delete_selected", "_selected_action": office.pk}
    counts = {model: model.objects.count() for model in (Office, Election, SignInRecord)}
    addresses = [
        "/",
        "/no-such-page/",
        "/pcc-2021/candidates/standing/",
        "/account/sessions/end-others/",
        "/account/impartiality/",
        "/account/second-factor/recovery-codes/new/",
        reverse("mfa_reauthenticate"),
        reverse("account_request_login_code"),
        START,
        "/admin/elections/office/",
        "/admin/elections/office/add/",
        f"/admin/elections/office/{office.pk}/change/",
        f"/admin/elections/office/{office.pk}/delete/",
        f"/admin/elections/candidate/{person.pk}/change/",
        "/admin/elections/candidate/import/",
        "/admin/releases/release/add/",
    ]
    session = dict(Session.objects.values_list("session_key", "session_data"))

    for address in addresses:
        response = getattr(staff, method)(address, data)
        assert response.status_code == 403, address
        page = response.content.decode()
        assert '<h1 class="govuk-heading-l">Nothing was changed</h1>' in page
        assert "You are looking as a candidate of Election 2021." in page

    office.refresh_from_db()
    assert office.name != "Another name"
    assert {model: model.objects.count() for model in counts} == counts
    assert dict(Session.objects.values_list("session_key", "session_data")) == session


def test_refused_page_can_stop_the_looking(election, editor):
    client = PortalClient(enforce_csrf_checks=True)
    client.force_login(editor)
    session = client.session
    session[KEY] = 0
    session.save()
    page = client.post("/admin/elections/office/add/").content.decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]

    assert client.post(STOP).status_code == 403
    assert client.post(STOP, {"csrfmiddlewaretoken": token})["Location"] == "/admin/"
    assert BANNER not in client.get("/").content.decode()


@pytest.mark.parametrize("name", ["account_logout", "admin:logout"])
def test_signing_out_ends_it(staff, election, editor, name):
    look(staff, election)

    staff.post(reverse(name))
    staff.force_login(editor)

    assert BANNER not in staff.get("/").content.decode()


def test_it_is_kept_in_the_session_alone(staff, election, editor):
    records = SignInRecord.objects.count()

    look(staff, election)

    assert staff.session[KEY] == election.pk
    assert SignInRecord.objects.count() == records
    other_desk = PortalClient()
    other_desk.force_login(editor)
    assert BANNER not in other_desk.get("/").content.decode()


def test_without_the_second_factor_there_is_no_looking(editor, election):
    client = PortalClient()
    client.force_login_without_second_factor(editor)
    session = client.session
    session[KEY] = election.pk
    session.save()

    assert client.get("/")["Location"] == "/account/second-factor/"


def test_a_candidate_who_had_it_in_the_session_would_not_look(client, candidate, other_election):
    client.force_login(candidate)
    session = client.session
    session[KEY] = other_election.pk
    session.save()

    assert BANNER not in client.get("/").content.decode()
    assert client.get("/").wsgi_request.user == candidate


def test_looking_in_an_election_that_is_gone_is_looking_as_the_public(staff, office):
    session = staff.session
    session[KEY] = 999
    session.save()

    assert "You are looking as the public." in staff.get("/").content.decode()


def test_looking_as_a_candidate_costs_one_query(staff, election):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            staff.get("/pcc-2021/dates/")
        return len(asked)

    before = queries()
    look(staff, election)

    assert queries() == before + 1


def test_stand_in_is_nobody_and_may_nothing(election):
    reader = StandIn(election.pk)

    assert (reader.pk, reader.is_authenticated, reader.is_staff) == (0, True, False)
    assert (str(reader), reader.get_full_name()) == ("A candidate", "A candidate")
    assert not reader.has_perm("elections.view_office")
    assert not reader.has_perms(["elections.view_office"])
    assert not reader.has_module_perms("elections")
