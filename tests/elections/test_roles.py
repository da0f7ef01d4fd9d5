"""What each role may do, as the staff pages really answer."""

import datetime as dt

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS
from model_bakery import baker

from briefings.models import Document, Figure, Newsletter, Statement
from elections.models import (
    Agent,
    Candidate,
    ImpartialityDeclaration,
    Invitation,
    KeyDate,
    NonWorkingDay,
    SignInRecord,
    StandingRequest,
    User,
)
from elections.roles import ROLES, Role, bring_roles
from infolog.importing.taking_in import take_in
from infolog.models import (
    Disclosure,
    Enquiry,
    ForceAddress,
    InformationRequest,
    LogRules,
    Part,
    Proposal,
    Topic,
    Wording,
)
from infolog.working import begin
from releases.models import Delivery, Release, Subscriber, Waiver
from releases.offers import record_offer
from releases.reviewing import submit
from tests.conftest import NOON, pass_review
from workshops.models import Booking, Event, EventBook

pytestmark = pytest.mark.every_page

# v the list and the row can be read, a added to, c changed, d deleted; a dot where not.
#                editor approver organiser answering finance auditor administrator keeper
TABLE = """
office           v...   v...   v...   v...   v...   v...   vacd          v...
election         v...   v...   v...   v...   v...   v...   vacd          v...
keydate          v...   v...   v...   v...   v...   v...   vacd          v...
nonworkingday    ....   v...   ....   ....   ....   v...   vacd          ....
candidate        ....   v...   ....   ....   ....   v...   vacd          v...
invitation       ....   v...   ....   ....   ....   v...   v...          ....
agent            ....   v...   ....   ....   ....   v...   v...          ....
standingrequest  ....   v...   ....   ....   ....   v...   v...          ....
user             ....   v...   ....   ....   ....   v...   vacd          ....
signinrecord     ....   v...   ....   ....   ....   v...   v...          ....
impartialitydeclaration .... v... .... ....  ....   v...   v...          ....
release          vacd   v...   v...   v...   v...   v...   v...          v...
ledgerentry      v...   v...   v...   v...   v...   v...   v...          v...
newsletter       vacd   v...   v...   v...   v...   v...   v...          v...
document         vacd   v...   v...   v...   v...   v...   v...          v...
statement        v...   v...   v...   v...   vacd   v...   v...          v...
figure           v...   v...   v...   v...   vacd   v...   v...          v...
event            v...   v...   vacd   v...   v...   v...   v...          v...
informationrequest v... v...   v...   vacd   v...   v...   v...          v...
part             v...   v...   v...   v.cd   v...   v...   v...          v...
topic            v...   v...   v...   vacd   v...   v...   v...          v...
review           v...   v...   v...   v...   v...   v...   v...          v...
waiver           v...   v...   v...   v...   v...   v...   v...          v...
work             v...   v...   v...   v.cd   v...   v...   v...          v...
logrules         v...   v...   v...   vacd   v...   v...   v...          v...
wording          v...   v...   v...   vacd   v...   v...   v...          v...
forceaddress     v...   v...   v...   va.d   v...   v...   v...          v...
proposal         v...   v...   v...   v..d   v...   v...   v...          v...
enquiry          ....   ....   ....   ....   ....   ....   ....          vacd
disclosure       .a..   .a..   .a..   .a..   .a..   ....   .a..          vacd
delivery         ....   v...   ....   ....   ....   v...   v...   ....
subscriber       ....   v...   ....   ....   ....   v...   v...   ....
booking          ....   v...   v...   ....   ....   v...   v...   ....
eventbook        ....   v...   v...   ....   ....   v...   v...   ....
logimport        ....   ....   ....   ....   ....   ....   ....          vacd
"""
EXPECTED = {
    role: {line.split()[0]: line.split()[column] for line in TABLE.split("\n") if line}
    for column, role in enumerate(Role, start=1)
}


@pytest.fixture
def rows(election):
    """One row of every kind that has a staff page of its own, open to change."""
    source = Document.objects.create(
        election=election,
        slug="paper",
        title="Paper",
        publisher="Office",
        published_on=dt.date(2021, 1, 1),
        category="plan",
        link="https://example.org",
    )
    request = InformationRequest.objects.create(
        election=election, title="A question", received_on=dt.date(2021, 1, 1), form="email"
    )
    sourced = {"election": election, "source": source, "as_at": dt.date(2021, 1, 1)}
    person = User.objects.create_user("person@example.org", "Person")
    candidate = baker.make(Candidate, election=election, surname="Surname")
    agent = baker.make(Agent, candidate=candidate, user=person, invited_at=NOON)
    booking = Booking.objects.create(
        book=EventBook.objects.create(election=election, event_slug="e"),
        slot_number=1,
        candidate=candidate,
        state="booked",
        made_at=NOON,
        booked_at=NOON,
    )
    part = request.parts.create(position=1, question="What?")
    address = ForceAddress.objects.create(
        request=request, for_whom="Force Finance", made_at=NOON, expires_at=NOON
    )
    made = [
        election.office,
        election,
        KeyDate.objects.create(election=election, title="A date", date=dt.date(2021, 3, 1)),
        NonWorkingDay.objects.create(date=dt.date(2021, 4, 1), reason="Mourning"),
        candidate,
        baker.make(Invitation, candidate=candidate, sent_at=NOON),
        agent,
        baker.make(StandingRequest, election=election, asked_at=NOON, decided_at=None),
        person,
        baker.make(SignInRecord, user=person, at=NOON),
        ImpartialityDeclaration.objects.create(user=person, version=1, wording="."),
        Release.objects.create(election=election, title="A draft"),
        record_offer(election, at=NOON, what="A visit", candidates=[candidate]),
        Delivery.objects.create(
            release=Release.objects.create(election=election, title="Mailed"),
            role="candidate",
            candidate=candidate,
            state="no-address",
            due_at=NOON,
            state_at=NOON,
        ),
        Subscriber.objects.create(election=election, address="s@example.org", asked_at=NOON),
        Newsletter.objects.create(election=election, slug="n", number=1, title="N", summary="."),
        source,
        Statement.objects.create(slug="s", title="S", summary=".", row_heading=".", **sourced),
        Figure.objects.create(
            slug="f", title="F", value=1, unit="people", basis="count", **sourced
        ),
        Event.objects.create(election=election, slug="e", title="E", kind="workshop", summary="."),
        booking,
        booking.book,
        request,
        part,
        begin(request, at=NOON),
        LogRules.objects.create(election=election),
        Wording.objects.create(kind="paragraph", name="Sources", text="."),
        address,
        Proposal.objects.create(
            address=address, part=part, name="N", role="R", text=".", made_at=NOON
        ),
        baker.make(Enquiry, election=election, entered_at=NOON, reference="EQ-22222"),
        baker.make(Disclosure, election=election, told_at=NOON, decision="open"),
        Topic.objects.create(election=election, name="Topic", slug="topic"),
        submit(request, by=None, at=NOON),
        Waiver.objects.create(
            election=election, kind="k", slug="s", code="c", sentence=".", reason=".", at=NOON
        ),
        take_in(b"Question,Answer\nWhy?,Because.", "log.csv", election=election, by=None, at=NOON),
    ]
    return {row._meta.model_name: row for row in made}


def _may(client, row) -> str:
    base = f"/admin/{row._meta.app_label}/{row._meta.model_name}/"
    one = f"{base}{row.pk}/"
    listed, page = client.get(base), client.get(f"{one}change/")
    assert listed.status_code == page.status_code
    is_open = page.status_code == 200 and 'name="_save"' in page.content.decode()
    says = {
        "v": page.status_code == 200,
        "a": client.get(f"{base}add/").status_code == 200,
        "c": is_open,
        "d": client.get(f"{one}delete/").status_code == 200,
    }
    # What a page does not offer is not taken either.
    for verb, address in (("a", f"{base}add/"), ("c", f"{one}change/"), ("d", f"{one}delete/")):
        if not says[verb]:
            assert client.post(address, {"post": "yes"}).status_code == 403
    return "".join(verb if allowed else "." for verb, allowed in says.items())


@pytest.mark.parametrize("role", Role)
def test_role_may_do_what_the_table_says_and_no_more(client, make_staff, rows, role):
    client.force_login(make_staff(role))

    assert {name: _may(client, row) for name, row in rows.items()} == EXPECTED[role]


def test_table_names_every_staff_page(rows):
    pages = {model._meta.model_name for model in admin.site._registry}

    assert pages == set(rows) == set(EXPECTED[Role.EDITOR])


INLINES = {
    "newsletter": (Role.EDITOR, 6),
    "statement": (Role.FINANCE, 2),
    "event": (Role.ORGANISER, 3),
    "informationrequest": (Role.ANSWERING, 1),
    "part": (Role.ANSWERING, 1),
    "work": (Role.ANSWERING, 1),
    "election": (Role.ADMINISTRATOR, 1),
}


@pytest.mark.parametrize("role", Role)
def test_parts_of_a_row_are_changed_by_those_who_change_the_row(client, make_staff, rows, role):
    client.force_login(make_staff(role))

    for name, (owner, number) in INLINES.items():
        row = rows[name]
        page = client.get(f"/admin/{row._meta.app_label}/{name}/{row.pk}/change/")
        inlines = page.context["inline_admin_formsets"]
        assert len(inlines) == number
        for inline in inlines:
            rights = (
                inline.has_add_permission,
                inline.has_change_permission,
                inline.has_delete_permission,
            )
            assert rights == (role == owner,) * 3


@pytest.mark.parametrize("role", Role)
def test_only_the_approver_releases(client, make_staff, rows, role):
    client.force_login(make_staff(role))
    Part.objects.update(outcome="not-answered")
    pass_review(rows["informationrequest"])
    chosen = {"action": "release_now", "confirmed": "yes"}
    chosen["_selected_action"] = rows["informationrequest"].pk

    client.post("/admin/infolog/informationrequest/", chosen)

    rows["informationrequest"].refresh_from_db()
    assert rows["informationrequest"].is_released == (role == Role.APPROVER)


@pytest.mark.parametrize("role", Role)
def test_record_of_changes_is_read_by_four_roles(client, make_staff, role):
    client.force_login(make_staff(role))

    page = client.get("/admin/audit/")

    readers = (Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR, Role.KEEPER)
    assert page.status_code == (200 if role in readers else 403)
    assert ('href="/admin/audit/"' in client.get("/admin/").content.decode()) == (role in readers)


def test_every_permission_there_is_in_the_file_exists(db):
    known = {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Permission.objects.select_related("content_type")
    }

    assert set().union(*(rights.may for rights in ROLES.values())) <= known


def test_groups_follow_the_file(db):
    editors = Group.objects.get(name=Role.EDITOR)
    editors.permissions.set(Permission.objects.filter(codename="delete_user"))
    Group.objects.get(name=Role.AUDITOR).delete()
    Group.objects.create(name="left over")

    bring_roles(DEFAULT_DB_ALIAS)
    bring_roles(DEFAULT_DB_ALIAS)

    assert set(Group.objects.values_list("name", flat=True)) == set(Role.values)
    for group in Group.objects.all():
        held = {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.all()}
        assert held == ROLES[Role(group.name)].may
