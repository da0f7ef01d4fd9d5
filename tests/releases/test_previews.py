"""A preview is the release itself, looked at and undone: nothing of it may stay."""

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from briefings.models import FiguresSection, Newsletter
from pcc_portal.jobs import hand_over
from pcc_portal.rehearsing import is_rehearsing, rehearsal
from releases import kept
from releases.models import Delivery, LedgerEntry, Release
from releases.releasing import release_items
from releases.revision import public_revision
from releases.versions import new_version
from tests.canaries import canaries_in, seed_items
from tests.conftest import NOON, pass_review, release_reviewed

HERE = "tests.releases.test_previews"
done: list[str] = []


@pytest.fixture
def drafts(election):
    """One of every kind, together in a release that nobody has approved or released."""
    items = seed_items(election, "draft", "public")
    bundle = Release.objects.create(election=election, title="All")
    for item in items:
        item.release = bundle
        item.save()
    return items


@pytest.fixture
def staff(client, make_staff):
    client.force_login(make_staff("editor"))
    return client


def see(client, item, way="public"):
    return client.get(
        reverse("admin:releases_preview", args=[item._meta.label_lower, item.pk, way])
    )


def test_preview_is_the_page_as_it_will_be(drafts, staff, client):
    before = {item.slug: see(staff, item).content.decode() for item in drafts}
    pass_review(*drafts)
    release_items(drafts, election=drafts[0].election, title="All", at=timezone.now())
    staff.logout()

    for item in drafts:
        page = client.get(item.get_absolute_url()).content.decode()
        assert canaries_in(before[item.slug]) == canaries_in(page) != set()
        assert "This is a preview: nothing has been released." in before[item.slug]
        assert "This is a preview" not in page


def test_nothing_stays_of_a_preview(drafts, staff, client, candidate):
    revision = public_revision()
    made = {number: dict(held) for number, held in kept._made.items()}
    pages = dict(caches["pages"]._cache)

    for item in drafts:
        for way in ("public", "candidate", "mail", "print"):
            assert see(staff, item, way).status_code == 200

    assert public_revision() == revision
    assert kept._made == made
    assert caches["pages"]._cache == pages
    assert not Delivery.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert Release.objects.get().released_at is None
    staff.logout()
    assert {client.get(item.get_absolute_url()).status_code for item in drafts} == {404}
    assert canaries_in(client.get("/pcc-2021/").content.decode()) == set()


def test_release_after_a_preview_shows_what_is_released(drafts, staff, client, election):
    newsletter = next(item for item in drafts if isinstance(item, Newsletter))
    see(staff, newsletter)
    section = FiguresSection.objects.get()
    section.heading = "Changed after the preview"
    section.save()
    Newsletter.objects.filter(pk=newsletter.pk).update(summary="Changed too")
    release_reviewed(drafts, election=election, title="All", at=timezone.now())
    staff.logout()

    page = client.get(newsletter.get_absolute_url()).content.decode()

    assert "Changed after the preview" in page
    assert "Changed too" in client.get("/pcc-2021/newsletters/").content.decode()


def test_preview_of_a_new_version_shows_it_as_one(election, staff, release_now):
    items = seed_items(election, "old", "public")
    release_now(*items)
    new = new_version(items[0], change="correction", note="Wrong.", by=None, at=NOON)

    page = see(staff, new).content.decode()

    assert "correction. Wrong." in " ".join(page.split())
    assert "?version=1" in page


def test_preview_of_what_is_for_candidates(election, staff):
    items = seed_items(election, "draft", "candidates")
    document = items[0]

    assert see(staff, document, "public").status_code == 404
    for way in ("candidate", "print"):
        page = see(staff, document, way)
        assert "canary-draft-document-title" in page.content.decode()
    assert 'build/portal-print.css"' in page.content.decode()


def test_preview_as_mail_is_the_letter_and_is_sent_to_nobody(drafts, staff, candidate, mailoutbox):
    page = see(staff, drafts[0], "mail").content.decode()

    assert "This is a preview: nothing has been released." in page
    assert "Dear candidate," in page
    assert "canary-draft-document-title" in page
    assert mailoutbox == []
    assert not Delivery.objects.exists()


def test_preview_cannot_write(drafts, staff):
    response = see(staff, drafts[0], "candidate")

    assert "sandbox allow-same-origin" in response.headers["Content-Security-Policy"]
    assert "allow-forms" not in response.headers["Content-Security-Policy"]
    assert "<form" not in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    posted = staff.post(
        reverse("admin:releases_preview", args=["briefings.document", drafts[0].pk, "public"])
    )
    assert posted.status_code == 405


def test_preview_of_what_is_not_ready_says_why(election, staff):
    unready = Newsletter.objects.create(
        election=election, slug="issue-9", number=9, title="", summary="."
    )

    response = staff.get(
        reverse("admin:releases_preview", args=["briefings.newsletter", unready.pk, "public"]),
        follow=True,
    )

    said = [str(message) for message in response.context["messages"]]
    assert said == ["This cannot be shown yet: This field cannot be blank."]


def test_what_is_released_has_no_preview(drafts, staff, election):
    release_reviewed(drafts, election=election, title="All", at=timezone.now())

    assert see(staff, drafts[0]).status_code == 404


def test_nobody_previews_what_they_may_not_see(drafts, client, make_staff, candidate):
    client.force_login(make_staff())
    assert see(client, drafts[0]).status_code == 403
    client.force_login(candidate)
    assert see(client, drafts[0]).status_code == 302


def remember(word: str) -> None:
    done.append(word)


def test_nothing_is_handed_over_by_what_is_only_tried_out(db, settings):
    settings.JOBS_AT_ONCE = True
    done.clear()
    with rehearsal():
        assert is_rehearsing()
        hand_over(f"{HERE}.remember", "tried")
    hand_over(f"{HERE}.remember", "meant")

    assert (done, is_rehearsing()) == (["meant"], False)


def test_what_fails_while_it_is_tried_out_is_undone_too(election):
    def fail() -> None:
        with rehearsal():
            Release.objects.create(election=election, title="Tried")
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert not is_rehearsing()
    assert not Release.objects.exists()
