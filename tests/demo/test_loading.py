"""The loader names the file and the line of what it cannot read, and changes nothing."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command

from elections.models import Election, Office
from pcc_portal.demo.loading import load_demo
from pcc_portal.demo.reading import Calendar, DemoError
from pcc_portal.mail import DEMO_KEY
from tests.conftest import APP_KEY

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)  # a Monday
OFFICE = """\
- name: Office of the Mayor
  short_name: Mayor’s office
  kind: mayor
  post: Mayor
  area: The area
  force: The force
  contact_name: Contact
  contact_email: contact@example.org
"""
ELECTION = """\
slug: mayor-2027
office: Mayor’s office
name: Election of the Mayor
poll_date: today+16thu
"""
DOCUMENT = """\
- slug: plan
  title: The plan
  publisher: The office
  published_on: today-3
  category: plan
  link: https://example.org/plan
  released: today-2wd 10:00
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mayor").mkdir()
    (tmp_path / "offices.yaml").write_text(OFFICE)
    (tmp_path / "mayor" / "election.yaml").write_text(ELECTION)
    (tmp_path / "mayor" / "documents.yaml").write_text(DOCUMENT)
    return tmp_path


def test_load_demo_makes_what_the_files_say(folder):
    made = load_demo(folder, today=TODAY)

    election = Election.objects.get()
    document = election.documents.get()
    assert election.poll_date == dt.date(2026, 12, 10)
    assert document.published_on == dt.date(2026, 11, 20)
    assert document.release.released_at == dt.datetime(2026, 11, 19, 10, tzinfo=dt.UTC)
    assert (made["office"], made["election"], made["document"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("file", "was", "becomes", "told"),
    [
        ("mayor/documents.yaml", "category: plan", "category: plans", "line 5: category: "),
        ("mayor/documents.yaml", "title:", "titel:", "line 2: “titel” is not something"),
        ("mayor/documents.yaml", "today-3", "yesterday", "line 4: “yesterday” cannot be read"),
        ("mayor/documents.yaml", "10:00", "at ten", "line 7: “today-2wd at ten” cannot be read"),
        ("mayor/documents.yaml", "  publisher", "    publisher", "line 3: this is not YAML"),
        ("mayor/documents.yaml", "  link: https", "  file: gone.txt #", "line 6: there is no file"),
        ("mayor/documents.yaml", DOCUMENT, "- plan\n", "line 1: “key: value” lines are expected"),
        ("mayor/documents.yaml", DOCUMENT, "plan: 1\n", "line 1: a list is expected"),
        ("mayor/election.yaml", "Mayor’s office", "Elsewhere", "line 2: there is no office"),
        ("mayor/election.yaml", ELECTION, "- 1\n", "line 1: one mapping is expected"),
        ("offices.yaml", "  short_name: Mayor’s office\n", "", "line 1: short_name: "),
    ],
)
def test_load_demo_names_file_and_line_and_changes_nothing(folder, file, was, becomes, told):
    path = folder / file
    assert was in path.read_text()
    path.write_text(path.read_text().replace(was, becomes, 1))

    with pytest.raises(DemoError) as refusal:
        load_demo(folder, today=TODAY)

    assert str(refusal.value).startswith(f"{path}, {told}")
    assert not Office.objects.exists()


def test_load_demo_command_says_that_nothing_was_changed(folder):
    (folder / "offices.yaml").write_text("- name: [")

    with pytest.raises(CommandError, match=r"offices.yaml, line .* Nothing was changed\."):
        call_command("load_demo", folder)


def test_load_demo_gives_staff_the_app_whose_code_is_printed_and_leaves_theirs(folder, editor):
    TOTP.activate(editor, APP_KEY)
    people = "- email: staff@example.org\n  name: Sam Staff\n  is_staff: true\n"
    people += "- email: reader@example.org\n  name: Rae Reader\n"
    (folder / "people.yaml").write_text(people)

    load_demo(folder, today=TODAY)

    apps = Authenticator.objects.values_list("user__email", "data__secret")
    assert dict(apps) == {"staff@example.org": DEMO_KEY, "editor@example.org": APP_KEY}


def test_load_demo_is_not_for_production(folder, settings):
    settings.IS_PRODUCTION = True

    with pytest.raises(CommandError, match="does not belong in production"):
        call_command("load_demo", folder)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2021-05-06", dt.date(2021, 5, 6)),
        ("today", TODAY),
        ("today-12", dt.date(2026, 11, 11)),
        ("today+5wd", dt.date(2026, 11, 30)),
        ("today-1wd", dt.date(2026, 11, 20)),
        ("today+3thu", dt.date(2026, 11, 26)),
        ("poll+7", dt.date(2026, 12, 17)),
        ("poll-18wd", dt.date(2026, 11, 16)),
    ],
)
def test_calendar_reads_days(said, day):
    calendar = Calendar(TODAY)
    calendar.poll = dt.date(2026, 12, 10)

    assert calendar.day(said) == day


def test_calendar_without_a_poll_has_none_to_count_from():
    with pytest.raises(ValueError, match="no polling day"):
        Calendar(TODAY).day("poll-3")
