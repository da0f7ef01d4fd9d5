"""Two people at one staff form: nothing of the first is overwritten, nothing of the second lost."""

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from model_bakery import baker

from briefings.models import (
    Document,
    Figure,
    Newsletter,
    Statement,
    StatementColumn,
    StatementLine,
    TextSection,
)
from elections.models import Candidate, Invitation, KeyDate, NonWorkingDay, Office, User
from infolog.models import Wording
from pcc_portal.staff_admin import StaffAdmin
from pcc_portal.stale_saves import NOT_DELETED, TOKEN
from tests.conftest import PortalClient
from workshops.models import Event


class Fields(HTMLParser):
    """What a browser would send back from a page without touching anything."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self.select = self.textarea = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        name = values.get("name") or ""
        kind = values.get("type", "text")
        if tag == "input" and name and kind not in ("submit", "file"):
            if kind not in ("checkbox", "radio") or "checked" in values:
                default = "on" if kind == "checkbox" else ""
                self.data.setdefault(name, []).append(values.get("value") or default)
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in values:
            self.data.setdefault(self.select, []).append(values.get("value") or "")
        elif tag == "textarea":
            self.textarea = name
            self.data[name] = [""]

    def handle_data(self, data):
        if self.textarea:
            self.data[self.textarea][0] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            # The first line break after the tag is not part of the text.
            self.data[self.textarea][0] = self.data[self.textarea][0].removeprefix("\n")
            self.textarea = ""


class Desk:
    """One member of staff at one form."""

    def __init__(self, user: User, address: str) -> None:
        self.client, self.address = PortalClient(), address
        self.client.force_login(user)
        self.read(self.client.get(address))

    def read(self, page) -> None:
        self.page = page
        self.data = Fields(page.content.decode()).data
        for name in [name for name in self.data if "__prefix__" in name]:
            del self.data[name]

    def save(self, **typed):
        """Type into the form and save it; what comes back is the form as it then stands."""
        response = self.client.post(self.address, self.data | typed)
        if response.status_code == 200:
            self.read(response)
        return response

    @property
    def told(self) -> list[tuple]:
        return [
            (
                change.row,
                change.happened,
                change.by,
                [(one.label, one.loaded, one.now, one.is_typed) for one in change.differences],
            )
            for change in self.page.context["changed_meanwhile"]
        ]


@pytest.fixture
def colleague(db, make_staff) -> User:
    user = make_staff("administrator", "editor", name="Eve First")
    user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def at_desk(editor, colleague):
    """The same form on two desks: first the colleague's, then the editor's."""

    def _at_desk(row):
        address = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
        return Desk(colleague, address), Desk(editor, address)

    return _at_desk


def _is_stale(response) -> bool:
    form = response.context["adminform"].form
    return form.has_error("__all__", "stale")


def test_second_is_told_and_overwrites_nothing(at_desk, office):
    first, second = at_desk(office)
    assert first.save(post="Mayor", area="The area").status_code == 302

    response = second.save(force="The force", area="My area")

    assert _is_stale(response)
    office.refresh_from_db()
    assert (office.post, office.area, office.force) == (
        "Mayor",
        "The area",
        "Leicestershire Police",
    )
    assert second.told == [
        (
            "Office",
            "changed",
            "Eve First",
            [
                ("Post", "Police and Crime Commissioner", "Mayor", False),
                ("Area", "Leicester, Leicestershire and Rutland", "The area", True),
            ],
        )
    ]
    # What was typed stays; what was left alone is the newest.
    assert second.data["force"] == ["The force"]
    assert second.data["area"] == ["My area"]
    assert second.data["post"] == ["Mayor"]
    words = response.content.decode()
    assert "Saved by somebody else while you had this open" in words
    assert f'href="{second.address}" target="_blank"' in words


def test_second_save_is_taken_and_keeps_what_the_first_changed(at_desk, office):
    first, second = at_desk(office)
    first.save(post="Mayor", area="The area")
    second.save(force="The force", area="My area")

    assert second.save().status_code == 302

    office.refresh_from_db()
    assert (office.post, office.area, office.force) == ("Mayor", "My area", "The force")


def test_second_save_is_compared_with_the_newest(at_desk, office):
    first, second = at_desk(office)
    first.save(post="Mayor")
    second.save(force="The force")
    Office.objects.update(post="Commissioner")

    assert _is_stale(second.save())
    assert second.data["post"] == ["Commissioner"]
    assert second.data["force"] == ["The force"]


def test_save_is_taken_when_nobody_else_saved(at_desk, office):
    _, second = at_desk(office)

    assert second.save(post="Mayor").status_code == 302


def test_change_that_left_no_record_is_found_out_too(at_desk, office):
    _, second = at_desk(office)
    Office.objects.update(post="Mayor")

    assert _is_stale(second.save(post="Commissioner"))
    assert second.told[0][3] == [("Post", "Police and Crime Commissioner", "Mayor", True)]


@pytest.mark.parametrize("token", ["", "made up", "e30:1:x"])
def test_form_that_cannot_say_what_it_was_loaded_with_is_stale(at_desk, office, token):
    _, second = at_desk(office)

    assert _is_stale(second.save(**{TOKEN: token, "post": "Mayor"}))
    office.refresh_from_db()
    assert office.post == "Police and Crime Commissioner"


def test_form_that_does_not_say_what_it_was_loaded_with_is_stale(at_desk, office):
    _, second = at_desk(office)
    del second.data[TOKEN]

    response = Client.post(second.client, second.address, second.data | {"post": "Mayor"})

    second.read(response)
    assert _is_stale(response)
    office.refresh_from_db()
    assert office.post == "Police and Crime Commissioner"


def test_delete_that_does_not_say_what_it_was_loaded_with_is_stale(client, editor):
    day = NonWorkingDay.objects.create(date=dt.date(2021, 4, 17), reason="Mourning")
    client.force_login(editor)
    page = "/admin/elections/nonworkingday/"

    Client.post(client, f"{page}{day.pk}/delete/", {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": day.pk, "post": "yes"}
    Client.post(client, page, chosen)

    assert NonWorkingDay.objects.filter(pk=day.pk).exists()


def _needed(model) -> dict:
    """What the database asks of a row beyond what baker makes up."""
    if model is Wording:  # a ground says what can be done next
        return {"kind": Wording.Kind.PARAGRAPH}
    if model is Document:
        return {"link": "https://example.org"}
    if model is Invitation:
        return {"candidate": baker.make(Candidate)}
    if model in (Figure, Statement):
        return {"source": baker.make(Document, link="https://example.org")}
    return {}


STAFF_PAGES = [
    model for model, page in admin.site._registry.items() if isinstance(page, StaffAdmin)
]


@pytest.mark.parametrize("what", ["change", "delete"])
@pytest.mark.parametrize("model", STAFF_PAGES, ids=lambda model: model._meta.label_lower)
def test_who_may_not_is_refused_before_rows_are_compared(client, make_staff, model, what):
    row = baker.make(model, **_needed(model))
    client.force_login(make_staff())
    address = reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=[row.pk]
    )

    response = client.post(address, {TOKEN: "x", "post": "yes"})

    assert response.status_code == 403
    assert [str(message) for message in get_messages(response.wsgi_request)] == []


def test_rows_chosen_are_not_compared_for_who_may_not_delete_them(client, make_staff, editor):
    client.force_login(make_staff("administrator"))
    chosen = {"action": "delete_selected", "_selected_action": editor.pk, "post": "yes"}

    response = client.post("/admin/elections/user/", chosen | {TOKEN: "x"})

    told = " ".join(str(message) for message in get_messages(response.wsgi_request))
    assert editor.email not in told
    assert NOT_DELETED not in told
    assert User.objects.filter(pk=editor.pk).exists()


def test_form_of_another_row_is_stale(at_desk, office, election):
    _, second = at_desk(office)
    first, _ = at_desk(election)

    assert _is_stale(second.save(**{TOKEN: first.data[TOKEN], "post": "Mayor"}))


def test_those_who_only_read_get_no_copy_of_the_row(client, make_staff, office):
    client.force_login(make_staff("auditor"))

    page = client.get(f"/admin/elections/office/{office.pk}/change/")

    assert page.status_code == 200
    assert TOKEN not in page.content.decode()


# --- inlines


@pytest.fixture
def issue(election) -> Newsletter:
    issue = Newsletter.objects.create(
        election=election, slug="issue-1", number=1, title="News", summary="Summary"
    )
    for number, text in enumerate(("One", "Two"), start=1):
        TextSection.objects.create(
            parent=issue, region="main", ordering=number * 10, text=f"<p>{text}</p>"
        )
    return issue


SECTION = "briefings_textsection_set"


def test_change_of_a_section_counts_as_a_change(at_desk, issue):
    first, second = at_desk(issue)
    first.save(**{f"{SECTION}-0-heading": "Their heading"})

    response = second.save(title="My title")

    assert _is_stale(response)
    assert second.told == [
        (
            "Text “Their heading”",
            "changed",
            "Eve First",
            [("Heading", "nothing", "Their heading", False)],
        )
    ]
    assert second.data[f"{SECTION}-0-heading"] == ["Their heading"]
    assert second.save().status_code == 302
    issue.refresh_from_db()
    assert issue.title == "My title"
    assert issue.briefings_textsection_set.first().heading == "Their heading"


def test_section_added_by_the_first_stands_in_the_form_of_the_second(at_desk, issue):
    first, second = at_desk(issue)
    added = {"id": "", "parent": str(issue.pk), "region": "main", "ordering": "5"}
    first.save(
        **{f"{SECTION}-2-{name}": said for name, said in added.items()},
        **{f"{SECTION}-2-text": "<p>Theirs</p>", f"{SECTION}-TOTAL_FORMS": "3"},
    )
    assert issue.briefings_textsection_set.count() == 3

    second.save(
        **{f"{SECTION}-2-{name}": said for name, said in (added | {"ordering": "30"}).items()},
        **{f"{SECTION}-2-text": "<p>Mine</p>", f"{SECTION}-TOTAL_FORMS": "3"},
    )

    assert [row[1] for row in second.told] == ["added"]
    assert second.save().status_code == 302
    texts = [section.text for section in issue.briefings_textsection_set.order_by("ordering")]
    assert texts == ["<p>Theirs</p>", "<p>One</p>", "<p>Two</p>", "<p>Mine</p>"]


@pytest.mark.parametrize("typed", [False, True])
def test_section_deleted_by_the_first_comes_back_only_if_typed_in(at_desk, issue, typed):
    first, second = at_desk(issue)
    first.save(**{f"{SECTION}-0-DELETE": "on"})
    mine = {f"{SECTION}-0-heading": "My heading"} if typed else {}

    response = second.save(title="My title", **mine)

    assert _is_stale(response)
    assert [row[1] for row in second.told] == ["deleted"]
    assert second.save().status_code == 302
    issue.refresh_from_db()
    assert issue.title == "My title"
    headings = set(issue.briefings_textsection_set.values_list("heading", "text"))
    assert headings == {("", "<p>Two</p>")} | ({("My heading", "<p>One</p>")} if typed else set())


def test_change_of_a_line_counts_as_a_change(at_desk, election, issue):
    source = Document.objects.create(
        election=election,
        slug="paper",
        title="Paper",
        publisher="Office",
        published_on=dt.date(2021, 1, 1),
        category="plan",
        link="https://example.org",
    )
    statement = Statement.objects.create(
        election=election,
        slug="table",
        title="Table",
        summary=".",
        row_heading="Purpose",
        as_at=dt.date(2021, 1, 1),
        source=source,
        source_place="page 1",
    )
    StatementColumn.objects.create(
        statement=statement, position=1, heading="Budget", unit="£m", financial_year="2021/22"
    )
    for position, label in enumerate(("Police", "Office"), start=1):
        StatementLine.objects.create(
            statement=statement, position=position, label=label, role="item", cells=["1"]
        )
    first, second = at_desk(statement)
    assert first.save(**{"lines-1-cells": "7"}).status_code == 302

    response = second.save(**{"lines-0-cells": "5", "lines-1-cells": "9"})

    assert _is_stale(response)
    assert second.told[0][1:3] == ("changed", "Eve First")
    assert second.told[0][3] == [("Cells", "1", "7", True)]
    assert second.save().status_code == 302
    assert list(statement.lines.values_list("cells", flat=True)) == [["5"], ["9"]]


def test_change_of_a_slot_counts_as_a_change(at_desk, election):
    event = Event.objects.create(
        election=election, slug="e", title="E", kind="workshop", summary=".", format="online"
    )
    start = dt.datetime(2021, 3, 18, 10, tzinfo=dt.UTC)
    event.slots.create(starts_at=start, capacity=5)
    first, second = at_desk(event)
    first.save(**{"slots-0-starts_at": "2021-03-18T14:00"})

    assert _is_stale(second.save(**{"slots-0-capacity": "8"}))
    assert second.told[0][3] == [("Starts", "18 March 2021, 10:00", "18 March 2021, 14:00", False)]
    assert second.data["slots-0-starts_at"] == ["2021-03-18T14:00"]
    assert second.save().status_code == 302
    slot = event.slots.get()
    assert (slot.capacity, timezone.localtime(slot.starts_at).hour) == (8, 14)


def test_roles_of_a_person_count_as_a_change(at_desk, make_staff):
    person = make_staff("auditor", name="Greta")
    first, second = at_desk(person)
    finance = [str(pk) for pk in first.page.context["adminform"].form.fields["groups"].queryset
               .filter(name="finance").values_list("pk", flat=True)]  # fmt: skip
    assert first.save(groups=finance).status_code == 302

    second.save(name="Greta Stow")

    assert second.told[0][3] == [("Groups", "auditor", "finance", False)]
    assert second.save().status_code == 302
    person.refresh_from_db()
    assert (person.name, [group.name for group in person.groups.all()]) == (
        "Greta Stow",
        ["finance"],
    )


def test_row_with_a_page_of_its_own_is_the_same_row_in_the_inline(at_desk, election):
    date = KeyDate.objects.create(election=election, title="A date", date=dt.date(2021, 3, 1))
    first, _ = at_desk(election)
    _, second = at_desk(date)
    assert first.save(**{"key_dates-0-title": "Their title"}).status_code == 302

    assert _is_stale(second.save(date="02/03/2021"))
    assert second.told[0][3] == [("What happens", "A date", "Their title", False)]
    assert second.save().status_code == 302
    date.refresh_from_db()
    assert (date.title, date.date) == ("Their title", dt.date(2021, 3, 2))


# --- deleting


def _told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def day(db) -> NonWorkingDay:
    return NonWorkingDay.objects.create(date=dt.date(2021, 4, 17), reason="Mourning")


def test_row_changed_meanwhile_is_not_deleted(editor, day):
    desk = Desk(editor, f"/admin/elections/nonworkingday/{day.pk}/delete/")
    day.reason = "Another reason"
    day.save()

    response = desk.save()

    assert response["Location"] == desk.address
    assert _told(response) == [
        "Day left out of the timetable: changed by the portal itself. "
        "Reason: Mourning → Another reason.",
        "Nothing was deleted: somebody else saved this meanwhile. Look at it again first.",
    ]
    desk.read(desk.client.get(desk.address))
    assert desk.save()["Location"] == "/admin/elections/nonworkingday/"
    assert not NonWorkingDay.objects.exists()


def test_chosen_rows_changed_meanwhile_are_not_deleted(editor, day):
    other = NonWorkingDay.objects.create(date=dt.date(2021, 4, 18), reason="Thanks")
    address = "/admin/elections/nonworkingday/"
    chosen = {"action": "delete_selected", "_selected_action": [day.pk, other.pk]}
    desk = Desk(editor, address)
    desk.read(desk.client.post(address, chosen))
    day.reason = "Another reason"
    day.save()

    response = desk.client.post(address, desk.data)

    assert "Nothing was deleted" in _told(response)[-1]
    assert NonWorkingDay.objects.count() == 2
    desk.read(desk.client.post(address, chosen))
    desk.client.post(address, desk.data)
    assert not NonWorkingDay.objects.exists()


def test_row_deleted_meanwhile_is_told(at_desk, day):
    _, second = at_desk(day)
    day.delete()

    response = second.save(reason="Another")

    assert response.status_code == 302
    assert re.search("Perhaps it was deleted", _told(response)[0])


# --- everywhere


def test_no_list_is_edited_in_place():
    """A list edited in place would need the same care."""
    assert [page for page in admin.site._registry.values() if page.list_editable] == []
