import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from briefings.models import Document, Figure, FiguresSection, Newsletter, Statement
from infolog.models import InformationRequest, Part, Response
from releases.quoting import outdated_in, quotes_of
from releases.versions import new_version
from tests.canaries import seed_items
from tests.conftest import NOON

LATER = NOON + dt.timedelta(days=1)
LAST = NOON + dt.timedelta(days=2)


@pytest.fixture
def items(election, release_now) -> dict:
    """One released item of each kind; they quote one another."""
    made = seed_items(election, "old", "public")
    release_now(*made)
    return {type(item): item for item in reversed(made)}


@pytest.fixture
def change(release_now):
    def _change(item, kind: str = "correction", at=LATER):
        new = new_version(item, change=kind, note="It was wrong.", by=None, at=at)
        release_now(new, at=at)
        return new

    return _change


def test_what_quotes_an_item_is_found_by_its_relations(items):
    def quoting(model):
        return {type(quote.item).__name__ for quote in quotes_of(items[model], NOON)}

    assert quoting(Figure) == {"Newsletter", "InformationRequest"}
    assert quoting(Statement) == {"Newsletter", "InformationRequest"}
    assert quoting(Document) == {"Newsletter", "Figure", "Statement", "InformationRequest"}
    assert quoting(Newsletter) == set()


def test_quotes_of_a_new_version_are_those_of_the_old_one_too(items, change):
    new = new_version(items[Figure], change="correction", note="Wrong.", by=None, at=LATER)

    quote, _ = quotes_of(new, LATER)

    assert quote.item == items[Newsletter]
    assert (quote.kind_in_words, quote.told) == ("Newsletter", "version 1, released")


def test_a_newsletter_that_was_renewed_is_named_once_by_its_newest_version(items, change):
    second = change(items[Newsletter])

    quoting = [quote.item for quote in quotes_of(items[Figure], LATER)]
    assert quoting == [second, items[InformationRequest]]


def test_answer_that_links_to_a_figure_quotes_it(
    items, change, election, settings, release_now, client
):
    settings.ALLOWED_HOSTS = ["portal.example.org", "testserver"]
    figure = items[Figure]
    answer = InformationRequest.objects.create(
        election=election, title="Officers", received_on=NOON.date(), form="email"
    )
    part = Part.objects.create(request=answer, question="How many?")
    page = f"https://portal.example.org{figure.get_absolute_url()}"
    Response.objects.create(part=part, responder="The office", text=f"As on {page}")
    release_now(answer)

    assert answer in [quote.item for quote in quotes_of(figure, NOON)]
    assert outdated_in(InformationRequest.objects.get(pk=answer.pk), AnonymousUser(), LAST) == []
    change(figure)

    told = "quoted here, was corrected on"
    assert told in client.get(answer.get_absolute_url()).content.decode()


def test_item_that_is_quoted_by_another_address_is_not_meant(items, election, release_now):
    figure = items[Figure]
    other = Newsletter.objects.create(
        election=election,
        slug="x",
        number=7,
        title="T",
        summary=f"See {figure.get_absolute_url()[:-1]}-and-more/",
    )

    assert other not in [quote.item for quote in quotes_of(figure, NOON)]


def test_nothing_is_outdated_before_a_correction_or_by_a_minor_change(items, change):
    assert outdated_in(items[Newsletter], AnonymousUser(), LAST) == []
    change(items[Figure], "minor")

    assert outdated_in(items[Newsletter], AnonymousUser(), LAST) == []


def test_minor_change_after_a_correction_does_not_hide_it(items, change):
    second = change(items[Figure])
    change(second, "minor", LAST)

    (told,) = outdated_in(items[Newsletter], AnonymousUser(), LAST)

    assert (told.quoted, told.by, told.happened) == (items[Figure], second, "corrected")


@pytest.mark.parametrize("model", [Figure, Statement, Document])
@pytest.mark.parametrize(
    ("kind", "happened"), [("correction", "corrected"), ("withdrawal", "withdrawn")]
)
def test_readers_of_what_quotes_are_told(items, change, client, model, kind, happened):
    quoting = {quote.item for quote in quotes_of(items[model], NOON)}
    said = f"“{items[model]}”, quoted here, was {happened} on"
    before = [client.get(item.get_absolute_url()).content.decode() for item in quoting]

    change(items[model], kind)

    after = [client.get(item.get_absolute_url()).content.decode() for item in quoting]
    assert [said in page for page in before] == [False] * len(quoting)
    assert [said in page for page in after] == [True] * len(quoting)
    assert all("31 March 2021" in page for page in after)


def test_number_of_a_figure_that_was_withdrawn_is_nowhere_else(
    items, change, client, election, release_now
):
    whole = Figure.objects.create(
        election=election,
        slug="whole",
        title="Whole",
        topic="Force",
        value=4321,
        unit="people",
        basis="count",
        source=items[Document],
        source_place="page 1",
        as_at=NOON.date(),
    )
    share = Figure.objects.create(
        election=election,
        slug="share",
        title="Share",
        topic="Force",
        value=1000,
        unit="people",
        basis="count",
        source=items[Document],
        source_place="page 1",
        as_at=NOON.date(),
        relation="percent-of",
        percentage=10,
        related_to=whole,
    )
    release_now(whole, share)
    assert "4,321" in client.get(share.get_absolute_url()).content.decode()
    change(whole, "withdrawal")

    page = client.get(share.get_absolute_url()).content.decode()

    assert "4,321" not in page
    assert "“Whole”, quoted here, was withdrawn on" in page


def test_reader_is_not_told_of_what_they_may_not_see(election, release_now, change, candidate):
    made = seed_items(election, "old", "candidates")
    release_now(*made)
    newsletter = next(item for item in made if isinstance(item, Newsletter))
    figure = FiguresSection.objects.get().figures.get()
    change(figure)

    assert outdated_in(newsletter, AnonymousUser(), LAST) == []
    assert len(outdated_in(newsletter, candidate, LAST)) == 1


def test_staff_see_what_quotes_a_correction(items, client, editor):
    new = new_version(items[Figure], change="correction", note="Wrong.", by=None, at=LATER)
    client.force_login(editor)

    page = client.get(reverse("admin:briefings_figure_change", args=[new.pk])).content.decode()

    assert "<h3>Quoted in</h3>" in page
    assert reverse("admin:briefings_newsletter_change", args=[items[Newsletter].pk]) in page


def test_answer_page_leads_to_the_newest_of_its_papers(items, change, client):
    change(items[Document])

    page = client.get(items[InformationRequest].get_absolute_url()).content.decode()

    assert "See the newest version of" in page
