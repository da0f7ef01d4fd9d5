import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from briefings.models import Document, Newsletter
from infolog.models import InformationRequest
from releases.models import Release
from tests.conftest import pass_review


@pytest.fixture
def staff(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def issue(election) -> Newsletter:
    return Newsletter.objects.create(
        election=election, slug="issue-1", number=1, title="News", summary="News"
    )


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def act(staff, name: str, *rows, action: str, **more):
    data = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return staff.post(reverse(f"admin:{name}_changelist"), data, follow=True)


def test_chosen_drafts_are_released_now(staff, issue):
    pass_review(issue)

    response = act(staff, "briefings_newsletter", issue, action="release_now")

    issue.refresh_from_db()
    assert issue.is_released
    assert issue.release.created_by.email == "editor@example.org"
    assert told(response)[0].startswith("Released at ")
    assert told(response)[0].endswith(": Issue 1: News.")


def test_nothing_is_released_with_something_released_among_it(staff, issue, release_now):
    release_now(issue)

    response = act(staff, "briefings_newsletter", issue, action="release_now")

    assert told(response) == ["Choose drafts of one election: nothing was released."]
    assert Release.objects.count() == 1


def test_release_is_made_by_its_editor_and_released_from_the_list(staff, issue, election):
    staff.post(
        reverse("admin:releases_release_add"),
        {"title": "Both", "election": election.pk, "due_at": "2030-07-01T09:30"},
    )
    bundle = Release.objects.get()
    assert bundle.due_at == dt.datetime(2030, 7, 1, 8, 30, tzinfo=dt.UTC)  # British Summer Time
    assert bundle.created_by.email == "editor@example.org"

    empty = act(staff, "releases_release", bundle, action="release_now")
    Newsletter.objects.update(release=bundle)
    pass_review(issue)
    full = act(staff, "releases_release", bundle, action="release_now")

    assert told(empty)[-1] == "“Both” has nothing in it to release."
    assert told(full)[0].startswith("Released at ")
    bundle.refresh_from_db()
    assert timezone.now() - bundle.released_at < dt.timedelta(minutes=5)


def test_released_row_is_shown_and_not_changed(staff, issue, release_now):
    release_now(issue)
    address = reverse("admin:briefings_newsletter_change", args=[issue.pk])

    page = staff.get(address)
    refused = staff.post(address, {"title": "Another title"})

    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert refused.status_code == 403
    assert Newsletter.objects.get().title == "News"


def test_released_rows_are_not_deleted_from_the_list(staff, issue, release_now):
    release_now(issue)

    act(staff, "briefings_newsletter", issue, action="delete_selected", post="yes")

    assert Newsletter.objects.count() == 1


def test_draft_that_something_released_points_to_is_kept(staff, election, release_now):
    document = Document.objects.create(
        election=election,
        slug="plan",
        title="Plan",
        publisher="Office",
        published_on=dt.date(2021, 1, 1),
        category="plan",
        link="https://example.org",
    )
    request = InformationRequest.objects.create(
        election=election, title="A question", received_on=dt.date(2021, 1, 1), form="email"
    )
    part = request.parts.create(position=1, question="What?", outcome="answered")
    part.responses.create(position=1, responder="The office", text="This.")
    request.documents.add(document)
    release_now(request)

    one = staff.post(
        reverse("admin:briefings_document_delete", args=[document.pk]), {"post": "yes"}, follow=True
    )
    many = act(staff, "briefings_document", document, action="delete_selected", post="yes")

    sentence = "Something that has been released points to this: nothing was deleted."
    assert (told(one), told(many)) == ([sentence], [sentence])
    assert Document.objects.filter(pk=document.pk).exists()


# --- Releasing is a right of its own


@pytest.fixture
def writer(client, make_staff):
    client.force_login(make_staff("editor"))
    return client


def test_editor_makes_a_release_but_sets_no_time(writer, election):
    form = {"title": "Both", "election": election.pk, "due_at": "2030-07-01T09:30"}

    writer.post(reverse("admin:releases_release_add"), form)

    assert Release.objects.get().due_at is None


@pytest.mark.parametrize("name", ["briefings_newsletter", "releases_release"])
def test_editor_releases_nothing(writer, issue, election, name):
    bundle = Release.objects.create(election=election, title="Both")
    Newsletter.objects.update(release=bundle)

    act(writer, name, issue if name == "briefings_newsletter" else bundle, action="release_now")

    issue.refresh_from_db()
    assert not issue.is_released


def test_editor_changes_nothing_that_is_set_for_a_time(writer, issue, election):
    bundle = Release.objects.create(
        election=election, title="Both", due_at=timezone.now() + dt.timedelta(days=1)
    )
    page = writer.get(reverse("admin:briefings_newsletter_change", args=[issue.pk]))
    offered = page.context["adminform"].form.fields["release"].queryset
    assert list(offered) == []
    Newsletter.objects.update(release=bundle)

    for name, row in (("briefings_newsletter", issue), ("releases_release", bundle)):
        for address in ("change", "delete"):
            answer = writer.post(reverse(f"admin:{name}_{address}", args=[row.pk]), {"post": "yes"})
            assert answer.status_code == 403


def test_answering_officer_changes_no_response_that_is_set_for_a_time(client, make_staff, election):
    client.force_login(make_staff("answering"))
    bundle = Release.objects.create(election=election, title="Both")
    request = InformationRequest.objects.create(
        election=election,
        title="A question",
        received_on=dt.date(2021, 1, 1),
        form="email",
        release=bundle,
    )
    part = request.parts.create(position=1, question="What?")
    address = reverse("admin:infolog_part_change", args=[part.pk])
    assert 'name="_save"' in client.get(address).content.decode()

    Release.objects.update(due_at=timezone.now() + dt.timedelta(days=1))

    assert 'name="_save"' not in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 403
