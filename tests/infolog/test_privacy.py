"""Nobody but the log's keeper can tell who asked: in no page, list, record, mail, file or token.

What is private here is a word that stands nowhere else: ``canary-asker-…``. The candidate who asked
has a name of that kind too: roles that know no candidates come across it nowhere at all.
"""

import datetime as dt
import re
import uuid

import pytest
from django.contrib import admin
from django.core import mail
from django.db import connection
from django.urls import reverse

from elections.models import Candidate, User
from elections.roles import Role
from infolog import asking, force
from infolog.importing.reading import read as read_file
from infolog.jobs import start_the_day
from infolog.models import Disclosure, Enquiry, InformationRequest, Work
from pcc_portal.history import recorded_models
from pcc_portal.snapshots import read
from pcc_portal.stale_saves import TOKEN
from releases.models import Subscriber
from releases.sending import send_due
from tests.canaries import canaries_in
from tests.conftest import NOON, PortalClient, give_status, release_reviewed

from .conftest import make_topic

APRIL_12 = dt.datetime(2021, 4, 12, 11, 0, tzinfo=dt.UTC)
LOADED = re.compile(rf'name="{TOKEN}" value="([^"]+)"')
OTHERS = [role for role in Role if role != Role.KEEPER]
# The organiser books for candidates, and enters with whom a meeting was held.
KNOWS_CANDIDATES = (Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR, Role.ORGANISER)
# Pages and files everyone may ask for, those that can be read as text.
PUBLIC = [
    "/pcc-2021/",
    "/pcc-2021/log/",
    "/pcc-2021/log/?words=canary",
    "/pcc-2021/log/numbers/",
    "/pcc-2021/log/table/",
    "/pcc-2021/log/topics/policing.atom",
    "/pcc-2021/log.csv",
    *(
        f"/pcc-2021/log/export/{columns}.{ending}"
        for columns in ("office", "all")
        for ending in ("csv", "json")
    ),
    "/pcc-2021/updates.atom",
    "/updates.atom",
    "/pcc-2021/ledger/",
    "/pcc-2021/ledger/ledger.csv",
    "/pcc-2021/ledger/ledger.json",
    "/pcc-2021/everything/",
]
PRIVATE = (
    "infolog_enquiry",
    "infolog_enquirypart",
    "infolog_receipt",
    "infolog_disclosure",
)


@pytest.fixture(autouse=True)
def _in_the_campaign(time_machine):
    time_machine.move_to(APRIL_12)


@pytest.fixture
def asker(election) -> User:
    user = User.objects.create_user("canary-asker-address@example.org", "canary-asker-user")
    row = Candidate.objects.create(
        election=election, user=user, surname="canary-asker-surname", other_names="Ada"
    )
    give_status(row, "declared")
    return user


@pytest.fixture
def asked(asker, election, django_capture_on_commit_callbacks) -> InformationRequest:
    """A question passed on in neutral words, one waiting, one joined, and a disclosure."""
    client = PortalClient()
    client.force_login(asker)
    for word in ("first", "waiting", "joined"):
        data = {"token": str(uuid.uuid4()), "part_1": f"canary-asker-{word}?", "send": "yes"}
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post("/pcc-2021/ask/", data).status_code == 302
    Enquiry.objects.update(notes="canary-asker-notes")
    first, _, joined = Enquiry.objects.order_by("pk")
    request = asking.pass_on(first, title="Officers", parts=["How many officers?"], at=APRIL_12)
    asking.join(joined, request, at=APRIL_12)
    request.topics.add(make_topic(election, "Policing"))
    address = force.make(
        request, for_whom="Force Finance", expires_at=APRIL_12 + dt.timedelta(days=1), at=APRIL_12
    )
    part = request.parts.get()
    [proposal] = force.propose(
        address, name="Pat", role="Head of Finance", texts={part.pk: "1,242."}, at=APRIL_12
    )
    force.take_over(proposal, by=None, at=APRIL_12)
    Disclosure.objects.create(
        election=election,
        told_at=NOON,
        how="telephone",
        told_by="canary-asker-teller",
        told_to="canary-asker-told",
        candidate=asker.candidacies.get(),
        what="canary-asker-what",
    )
    return request


def staff_pages() -> set[str]:
    """Every list, every page of every row, and every way to narrow the record of changes."""
    pages = {"/admin/", "/admin/audit/", "/admin/infolog/informationrequest/at-an-event/"}
    pages |= set(PUBLIC)
    for model in admin.site._registry:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        pages |= {base, f"{base}?q=canary", f"{base}?q=EQ", f"{base}add/"}
        for row in model._default_manager.all():
            pages |= {f"{base}{row.pk}/{page}/" for page in ("change", "delete", "history")}
            pages.add(f"/admin/audit/?row={model._meta.label_lower}:{row.pk}")
    for model in recorded_models():
        pages.add(f"/admin/audit/?kind={model._meta.label_lower}")
    for enquiry in Enquiry.objects.all():
        pages.add(f"/admin/infolog/enquiry/{enquiry.pk}/pass-on/")
        pages.add(f"/pcc-2021/questions/{enquiry.reference.lower()}/")
        pages |= {
            f"/admin/audit/?row=infolog.enquirypart:{part.pk}" for part in enquiry.parts.all()
        }
    return pages


def told_on(client: PortalClient, page: str, method: str = "get", **data) -> set[str]:
    """The canaries of an answer: its head, its body, and what its signed tokens hold."""
    response = getattr(client, method)(page, data, follow=True)
    assert response.status_code < 500, page
    body = (
        b"".join(response.streaming_content) if response.streaming else response.content
    ).decode(errors="replace")
    tokens = " ".join(str(read(token)) for token in LOADED.findall(body))
    head = " ".join(f"{name}: {value}" for name, value in response.items())
    return canaries_in(f"{head} {body} {tokens}") - canaries_in(page)


def of_candidates(told: set[str]) -> set[str]:
    """What the pages about candidates and accounts show whoever may see them."""
    return told - {
        "canary-asker-surname",
        "canary-asker-user",
        "canary-asker-address",
    }


@pytest.mark.parametrize("role", OTHERS)
def test_no_other_role_comes_across_who_asked(make_staff, asked, role):
    client = PortalClient()
    client.force_login(make_staff(role))
    pages = sorted(staff_pages())

    told = {page: told_on(client, page) for page in pages}
    for page in pages:
        if page.endswith("/delete/"):
            told[f"post {page}"] = told_on(client, page, "post", post="yes", _loaded="x")
    for row in (InformationRequest, Candidate):
        page = f"/admin/{row._meta.app_label}/{row._meta.model_name}/"
        chosen = list(row.objects.values_list("pk", flat=True))
        told[f"action {page}"] = told_on(
            client, page, "post", action="delete_selected", _selected_action=chosen
        )

    found = {page: canaries for page, canaries in told.items() if of_candidates(canaries)}
    assert found == {}
    if role not in KNOWS_CANDIDATES:
        assert {page: c for page, c in told.items() if c} == {}
    # Whoever knows candidates sees them on the pages about people, and beside no question.
    beside = {p for p, canaries in told.items() if canaries and "/infolog/" in p}
    assert beside == set()


def test_keeper_sees_all_of_it(make_staff, asked):
    client = PortalClient()
    client.force_login(make_staff(Role.KEEPER))

    told = set().union(*(told_on(client, page) for page in staff_pages()))

    words = ("surname", "address", "first", "waiting", "joined", "notes", "told", "what", "teller")
    assert told >= {f"canary-asker-{word}" for word in words}


def test_keeper_of_nothing_else_changes_nothing_else(make_staff, asked):
    """The keeper does not answer: the request itself is only read."""
    client = PortalClient()
    client.force_login(make_staff(Role.KEEPER))

    page = client.get(f"/admin/infolog/informationrequest/{asked.pk}/change/").content.decode()

    assert 'name="_save"' not in page


def tables_that_say(word: str) -> set[str]:
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 our own tables
            if any(word in repr(row).lower() for row in cursor.fetchall()):
                found.add(table)
    return found


def test_what_was_asked_stands_in_no_table_but_the_keepers(asked, release_now):
    release_now(asked)

    for word in ("first", "waiting", "notes", "told"):
        tables = tables_that_say(f"canary-asker-{word}")
        kept = {table.replace("historical", "") for table in tables}
        assert kept <= set(PRIVATE), word
        assert kept


def test_mail_names_the_asker_to_nobody_else(asked, asker):
    assert [message.to for message in mail.outbox] == [[asker.email]] * 3
    for message in mail.outbox:
        raw = message.message().as_string()
        assert canaries_in(raw) == {"canary-asker-address"}


def test_request_has_no_way_back_to_an_enquiry():
    ways = {
        relation.get_accessor_name()
        for model in (InformationRequest, Candidate, User)
        for relation in model._meta.related_objects
        if relation.related_model in (Enquiry, Disclosure) and not relation.hidden
    }

    assert ways == set()


def test_force_sees_the_question_and_nothing_of_who_asked(asked):
    address = force.make(
        asked, for_whom="Force Finance", expires_at=APRIL_12 + dt.timedelta(days=1), at=APRIL_12
    )

    page = told_on(PortalClient(), force.path_of(address))

    assert page == set()
    assert "How many officers?" in PortalClient().get(force.path_of(address)).content.decode()


def test_reader_and_rival_come_across_nothing_once_it_is_released(
    asked, candidate, agent, release_now
):
    release_now(asked)
    answer = f"/pcc-2021/log/{asked.slug}/"
    pages = [
        *PUBLIC,
        answer,
        f"{answer}?version=1",
        "/my-page/",
        "/my-page/data/",
        *(f"/pcc-2021/questions/{e.reference.lower()}/" for e in Enquiry.objects.all()),
    ]
    for user in (None, candidate, agent):
        client = PortalClient()
        if user:
            client.force_login(user)
        told = set().union(*(told_on(client, page) for page in pages))
        assert told == set()
        assert "1,242." in client.get(answer).content.decode()


@pytest.mark.parametrize("ending", ["docx", "xlsx", "pdf"])
@pytest.mark.parametrize("columns", ["office", "all"])
def test_file_of_the_log_tells_nobody_who_asked(asked, release_now, ending, columns):
    release_now(asked)

    response = PortalClient().get(f"/pcc-2021/log/export/{columns}.{ending}")

    text = " ".join(
        cell for row in read_file(response.content, f"log.{ending}").rows for cell in row.cells
    )
    assert "1,242." in text
    assert canaries_in(f"{text} {response.content!r} {response.headers}") == set()


def test_mail_of_the_answer_names_the_asker_to_nobody_else(asked, asker, candidate, election):
    Subscriber.objects.create(
        election=election, address="public@example.org", asked_at=NOON, confirmed_at=NOON
    )
    mail.outbox.clear()
    release_reviewed([asked], election=election, title="The answer", at=APRIL_12)
    send_due()

    raw = {message.to[0]: message.message().as_string() for message in mail.outbox}

    # They are greeted by name, as everyone is; nobody else’s mail has a word of them.
    assert {address: canaries_in(text) for address, text in raw.items()} == {
        asker.email: {"canary-asker-address", "canary-asker-surname"},
        candidate.email: set(),
        "public@example.org": set(),
    }
    assert all("1,242." in text for text in raw.values())


def test_own_data_holds_what_was_asked_by_oneself(asked, asker):
    client = PortalClient()
    client.force_login(asker)

    data = client.get(reverse("own-data")).json()

    assert [q["asked"] for q in data["questions"]][-1] == ["canary-asker-first?"]
    assert data["told_outside_the_log"][0]["what"] == "canary-asker-what"
    assert "canary-asker-notes" not in str(data)


def test_record_of_a_question_names_its_asker_in_one_word_that_can_be_forgotten(asked):
    for record in Enquiry.history.all():
        names = {f.name for f in record._meta.concrete_fields}
        assert not {"asker", "asked_by", "token"} & names
    assert Enquiry.history.filter(history_user__isnull=False, history_type="+").count() == 0


def test_public_references_follow_no_order(election):
    made = [
        InformationRequest.objects.create(
            election=election, title=str(n), received_on=NOON.date(), form="email"
        ).reference
        for n in range(20)
    ]

    assert len(set(made)) == 20
    assert made not in (sorted(made), sorted(made, reverse=True))


def test_reference_of_a_deleted_draft_is_not_given_again(election, monkeypatch):
    first = InformationRequest.objects.create(
        election=election, title="First", received_on=NOON.date(), form="email", slug="ir-22222"
    )
    first.delete()
    coming = iter(["IR-22222", "IR-33333"])
    monkeypatch.setattr("infolog.models.request.new_reference", lambda: next(coming))

    made = InformationRequest.objects.create(
        election=election, title="Second", received_on=NOON.date(), form="email"
    )

    assert made.slug == "ir-33333"


def test_taking_back_leaves_no_name_and_no_time_on_the_work(asked, client, asker):
    """The record of changes is read by others than the keeper, and to the second."""
    client.force_login(asker)
    for enquiry in Enquiry.objects.filter(asker__user=asker):
        client.post(f"/pcc-2021/questions/{enquiry.reference.lower()}/withdraw/")
    assert not Enquiry.objects.filter(asker__user=asker, withdrawn_at=None).exists()

    assert not Work.history.filter(history_user=asker).exists()
    assert Work.objects.get(request=asked).stage != "withdrawn"
    start_the_day()
    assert Work.objects.get(request=asked).stage == "withdrawn"
    assert not Work.history.filter(history_user=asker).exists()
