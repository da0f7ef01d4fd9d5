import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.urls import reverse

from briefings.models import Document, Figure, FiguresSection, Newsletter, Statement, TextSection
from elections.looking import StandIn
from elections.refusals import Refused
from infolog.models import InformationRequest
from releases.content import content_of
from releases.models import ReleasableItem, items_of, releasable_models
from releases.reviewing import authors_of
from releases.versions import new_version
from tests.canaries import canaries_in, parts_of, seed_items
from tests.conftest import NOON
from workshops.models import Event

LATER = NOON + dt.timedelta(days=1)
LAST = NOON + dt.timedelta(days=2)
LISTS = ("newsletters", "documents", "figures", "programme", "programme/by-day", "log")
WITHOUT_A_PAGE = ("programme/print", "programme.ics", "log/table", "log.csv")


@pytest.fixture
def released(election, release_now) -> list[ReleasableItem]:
    """One of every kind, with every part it can have."""
    items = seed_items(election, "old", "public")
    release_now(*items)
    return items


def corrected(item, note="The number was wrong.", **more):
    return new_version(
        item, **{"change": "correction", "note": note, "by": None, "at": LATER} | more
    )


def refusal(item, **more) -> str:
    with pytest.raises(Refused) as refused:
        corrected(item, **more)
    assert refused.value.sentence
    return refused.value.code


# --- A new version


def test_seeds_are_of_every_kind(released):
    assert {type(item) for item in released} == set(releasable_models())


def test_new_version_of_every_kind_says_the_same_with_all_its_parts(released):
    for item in released:
        old = canaries_in(content_of(item))
        new = corrected(item)

        own = {canary for canary in old if canary.endswith("-change-note")}  # each has its own
        assert canaries_in(content_of(new)) == old - own
        assert len(list(parts_of([new]))) == len(list(parts_of([item])))
        assert (new.version, new.change, new.release) == (2, "correction", None)
        new.full_clean()


def test_new_version_keeps_the_numbers_of_the_slots_and_the_file(released):
    event = next(item for item in released if isinstance(item, Event))
    paper = next(item for item in released if isinstance(item, Document) and item.file)
    event_2, paper_2 = corrected(event), corrected(paper)

    numbers = [list(one.slots.values_list("number", flat=True)) for one in (event, event_2)]
    assert numbers[0] == numbers[1] != []
    assert paper_2.file.name == paper.file.name
    assert (paper_2.size, paper_2.content_type) == (paper.size, paper.content_type)


def test_new_version_leaves_the_released_one_as_it_was(released):
    before = [content_of(item) for item in released]
    for item in released:
        corrected(item)

    assert [content_of(item) for item in released] == before


def test_new_version_has_its_maker_for_an_author(released, editor):
    assert authors_of(corrected(released[0], by=editor)) == {editor.pk}


def test_new_version_refers_to_the_versions_in_force(released, release_now):
    newsletter = next(item for item in released if isinstance(item, Newsletter))
    figure = next(item for item in released if isinstance(item, Figure))
    figure_2 = corrected(figure)
    release_now(figure_2, at=LATER)

    section = FiguresSection.objects.get(parent=corrected(newsletter, at=LAST))

    assert list(section.figures.all()) == [figure_2]


def test_new_version_no_longer_lists_what_was_withdrawn(released, release_now):
    newsletter = next(item for item in released if isinstance(item, Newsletter))
    figure = next(item for item in released if isinstance(item, Figure))
    release_now(corrected(figure, change="withdrawal"), at=LATER)

    section = FiguresSection.objects.get(parent=corrected(newsletter, at=LAST))

    assert list(section.figures.all()) == []


def test_withdrawal_has_no_parts(released):
    for item in released:
        new = corrected(item, change="withdrawal")

        assert list(parts_of([new])) == []
        assert new.is_withdrawal


def test_new_version_is_refused_of_a_draft(election):
    draft = Newsletter.objects.create(
        election=election, slug="issue-1", number=1, title="One", summary="."
    )

    assert refusal(draft) == "not_released"


def test_new_version_is_refused_where_there_is_a_draft_of_one(released):
    corrected(released[0])

    assert refusal(released[0]) == "draft"
    assert refusal(released[0], change="withdrawal") == "draft"


def test_new_version_is_refused_of_what_is_not_in_force(released, release_now):
    new = corrected(released[0])
    release_now(new, at=LATER)

    assert refusal(released[0]) == "superseded"
    assert corrected(new).version == 3


def test_new_version_is_refused_of_what_was_withdrawn(released, release_now):
    gone = corrected(released[0], change="withdrawal")
    release_now(gone, at=LATER)

    assert refusal(gone) == "withdrawn"


@pytest.mark.parametrize("change", ["correction", "withdrawal"])
def test_correction_and_withdrawal_need_a_note_and_a_minor_change_does_not(released, change):
    assert refusal(released[0], change=change, note=" ") == "note"
    assert corrected(released[0], change="minor", note="").change_note == ""


def test_new_version_of_no_known_kind_is_refused(released):
    assert refusal(released[0], change="") == "change"


def test_later_version_stays_at_its_address(released):
    new = corrected(released[0])
    new.slug = "elsewhere"

    with pytest.raises(ValidationError, match="its address stay as they were"):
        new.full_clean()


# --- What readers see of versions


def page(client, item, query="") -> str:
    response = client.get(f"{item.get_absolute_url()}{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_page_of_every_kind_shows_its_corrections_with_old_and_new(released, release_now, client):
    for item in released:
        two = corrected(item, "The first mistake.")
        release_now(two, at=LATER)
        three = corrected(two, "The second mistake.", at=LAST)
        release_now(three, at=LAST)

        newest, first = page(client, item), page(client, item, "?version=1")

        assert "Version 3 of 1 April 2021</strong> (this page): correction. The second" in newest
        assert f'href="{item.get_absolute_url()}?version=2">Version 2 of 31 March 2021' in newest
        assert f'href="{item.get_absolute_url()}?version=1">Version 1 of 30 March 2021' in newest
        for said in (newest, first):
            assert "The first mistake." in said
            assert "The second mistake." in said
        assert f'href="{item.get_absolute_url()}">see the newest version' in first


def test_page_of_a_first_version_says_nothing_of_versions(released, client):
    assert "Versions and corrections" not in page(client, released[0])


def test_minor_change_is_told_as_one(released, release_now, client):
    release_now(corrected(released[0], "", change="minor"), at=LATER)

    assert "(this page): minor change" in page(client, released[0])


# --- Withdrawn


@pytest.fixture
def withdrawn(released, release_now) -> list[ReleasableItem]:
    """All that was released, withdrawn for a reason that stands nowhere else."""
    gone = [
        corrected(item, f"reason-{item.slug}", change="withdrawal") for item in reversed(released)
    ]
    release_now(*gone, at=LATER)
    return released


def titles(items) -> set[str]:
    return {canary for item in items for canary in canaries_in(str(item))}


def test_withdrawn_page_says_so_and_when_and_why_and_nothing_else(withdrawn, client):
    for item in withdrawn:
        said = page(client, item)

        assert canaries_in(said) - {item.slug} == titles([item])
        assert f"reason-{item.slug}" in said
        assert "Wednesday 31 March 2021 at 12 noon" in said


@pytest.mark.parametrize("place", [*LISTS, *WITHOUT_A_PAGE])
def test_lists_say_no_more_of_what_was_withdrawn_than_its_title(withdrawn, client, place):
    said = client.get(f"/pcc-2021/{place}{'' if '.' in place else '/'}").content.decode()

    known = titles(withdrawn) | {item.slug for item in withdrawn} | {"canary-old-topic-name"}
    assert canaries_in(said) <= known
    if place in LISTS:
        assert "withdrawn on" in said
    else:
        assert titles(withdrawn).isdisjoint(canaries_in(said))


def test_content_of_what_was_withdrawn_is_kept_from_all_but_staff(
    withdrawn, client, candidate, editor, election
):
    for model in releasable_models():
        for reader in (AnonymousUser(), candidate, StandIn(election.pk)):
            seen = model.objects.visible_to(reader, LAST)
            assert {item.version for item in seen} == {2}
            assert not seen.newest(LAST).exists()
        assert {item.version for item in model.objects.visible_to(editor, LAST)} == {1, 2}
        assert {i.version for i in model.objects.visible_to(AnonymousUser(), NOON)} == {1}


def test_old_version_file_and_table_of_what_was_withdrawn_are_gone(withdrawn, client, editor):
    paper = next(item for item in withdrawn if isinstance(item, Document) and item.file)
    table = next(item for item in withdrawn if isinstance(item, Statement))
    old = [
        f"{reverse('briefings:document-file', args=['pcc-2021', paper.slug])}?version=1",
        f"{reverse('briefings:statement-csv', args=['pcc-2021', table.slug])}?version=1",
        *(f"{item.get_absolute_url()}?version=1" for item in withdrawn),
    ]
    newest = [address.partition("?")[0] for address in old[:2]]

    assert {client.get(address).status_code for address in old + newest} == {404}
    client.force_login(editor)
    for address in old:
        response = client.get(address)
        assert response.status_code == 200
        if response.streaming:
            list(response.streaming_content)  # which closes the file


def test_withdrawn_item_is_news_to_candidates(withdrawn, client, candidate):
    client.force_login(candidate)

    assert "<strong>withdrawn</strong>" in client.get("/my-page/").content.decode()


def test_what_is_told_of_after_a_withdrawal_stands_again(released, release_now, client):
    issue = next(item for item in released if isinstance(item, Newsletter))
    gone = corrected(issue, change="withdrawal")
    release_now(gone, at=LATER)
    again = Newsletter.objects.create(
        election=issue.election,
        slug=issue.slug,
        number=issue.number,
        version=3,
        change="correction",
        change_note="It was right after all.",
        title="Again",
        summary=".",
    )
    TextSection.objects.create(parent=again, region="main", ordering=1, text="<p>Text</p>")
    release_now(again, at=LAST)

    said = page(client, issue)
    assert "withdrawal" in said
    assert "Version 1 of" not in said
    assert Newsletter.objects.visible_to(AnonymousUser(), LAST).newest(LAST).get() == again


def test_withdrawal_of_a_request_keeps_its_reference(released, release_now, client):
    request = next(item for item in released if isinstance(item, InformationRequest))
    gone = corrected(request, change="withdrawal")
    release_now(gone, at=LATER)

    assert gone.get_absolute_url() == request.get_absolute_url()
    assert gone in items_of(gone.release)
