from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from briefings.models import Figure
from releases.releasing import ReleaseRefused


@pytest.fixture
def precept(make_figure):
    return make_figure(
        slug="band-d",
        title="Band D precept",
        topic="Precept",
        value=Decimal("248.23"),
        decimal_places=2,
        unit="£",
        per="a year",
    )


@pytest.fixture
def rise(make_figure, precept):
    return make_figure(
        slug="rise",
        title="Rise of the precept",
        topic="Precept",
        position=2,
        value=Decimal("15"),
        decimal_places=2,
        unit="£",
        per="a year",
        percentage=Decimal("6.43"),
        relation="change-to",
        related_to=precept,
    )


def test_figure_is_written_with_its_unit_and_share(rise):
    assert (rise.amount, rise.share, rise.kind) == ("£15.00 a year", "6.43%", "Budget, 2021/22")


def test_figure_share_has_the_places_it_was_typed_with(make_figure):
    figure = make_figure(percentage=Decimal("61.5"))
    figure.refresh_from_db()

    assert figure.share == "61.5%"


def test_figure_without_a_year_says_so(make_figure):
    figure = make_figure(financial_year="", year_not_stated=True)

    assert figure.kind == "Budget, year not given in the source"


def test_figure_of_money_needs_a_year(make_figure):
    with pytest.raises(ValidationError) as refused:
        make_figure(financial_year="")

    assert refused.value.message_dict == {
        "financial_year": [
            "Money needs a financial year, as in 2021/22. If the source gives none, tick "
            "“the source gives no year”."
        ]
    }


@pytest.mark.parametrize("year", ["2021/23", "21/22", "2021-22", "2021/2", "²²²²/23"])
def test_figure_refuses_what_is_not_a_financial_year(make_figure, year):
    with pytest.raises(ValidationError) as refused:
        make_figure(financial_year=year)

    assert refused.value.message_dict == {
        "financial_year": [f"“{year}” is not a financial year. Write it as in 2021/22."]
    }


@pytest.mark.parametrize("missing", ["unit", "basis", "as_at", "source", "source_place"])
def test_figure_needs_all_that_makes_it_quotable(make_figure, missing):
    empty = None if missing in ("as_at", "source") else ""

    with pytest.raises(ValidationError) as refused:
        make_figure(**{missing: empty, "value": Decimal(1)})

    assert missing in refused.value.message_dict


def test_figure_cannot_be_checked_against_another_unit(make_figure, precept):
    with pytest.raises(ValidationError) as refused:
        make_figure(
            unit="officers",
            percentage=Decimal(5),
            relation="percent-of",
            related_to=precept,
        )

    assert refused.value.message_dict == {
        "related_to": [
            "This number is in officers, that one in £: they cannot be checked against each other."
        ]
    }


def test_figure_for_everyone_cannot_name_one_for_candidates(make_figure):
    secret = make_figure(audience="candidates")

    with pytest.raises(ValidationError) as refused:
        make_figure(percentage=Decimal(5), relation="percent-of", related_to=secret)

    assert refused.value.message_dict == {
        "related_to": ["Not everyone who sees this number can see that one."]
    }


@pytest.mark.parametrize("left_out", ["percentage", "relation", "related_to"])
def test_figure_relation_is_whole_or_not_there(make_figure, precept, left_out):
    relation = {"percentage": Decimal(5), "relation": "percent-of", "related_to": precept}
    relation[left_out] = "" if left_out == "relation" else None

    with pytest.raises(ValidationError) as refused:
        make_figure(unit="£", **relation)

    assert refused.value.messages == [
        "To have a number checked against another one give all three: the percentage, how they "
        "are related and the other figure."
    ]


def test_release_refuses_a_figure_whose_whole_is_a_draft(rise, release_now):
    with pytest.raises(ReleaseRefused) as refused:
        release_now(rise)

    assert refused.value.sentence == (
        "“Rise of the precept” is not ready: “Band D precept”, which it is checked against, is "
        "not released. Release it first, or in the same go."
    )


def test_figure_list_groups_figures_by_topic(client, make_figure, rise, precept, release_now):
    release_now(make_figure(topic="Officers", title="Officers"), rise, precept)

    response = client.get("/pcc-2021/figures/")

    assert [(figure.topic, figure.title) for figure in response.context["figures"]] == [
        ("Officers", "Officers"),
        ("Precept", "Band D precept"),
        ("Precept", "Rise of the precept"),
    ]
    page = response.content.decode()
    assert '<h2 class="govuk-heading-l" id="topic-2">Precept</h2>' in page
    assert "£248.23 a year" in page
    assert "Budget, 2021/22." in page


def test_figure_list_says_when_there_is_nothing(client, election):
    page = client.get("/pcc-2021/figures/").content.decode()

    assert "No headline figure has been released in this election yet." in page
    assert "No table has been released in this election yet." in page


def test_figure_list_shows_the_version_in_force(client, make_figure, release_now):
    release_now(make_figure(slug="money", title="Old money"))
    release_now(make_figure(slug="money", title="New money", version=2))

    page = client.get("/pcc-2021/figures/").content.decode()

    assert ("Old money" in page, "New money" in page) == (False, True)


def test_figure_list_takes_the_same_queries_for_any_number(
    client, make_figure, make_statement, release_now, settings
):
    settings.PAGE_CACHE = False

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get("/pcc-2021/figures/")
        return len(captured)

    release_now(make_figure(), make_statement())
    with_one = queries()
    release_now(*(make_figure() for _ in range(2)), *(make_statement() for _ in range(2)))

    assert queries() == with_one


def test_figure_page_says_what_it_is_checked_against(client, rise, precept, release_now):
    release_now(rise, precept)

    page = client.get("/pcc-2021/figures/rise/").content.decode()

    assert "£15.00 a year" in page
    assert (
        "This number is the change in pounds or number to "
        '<a class="govuk-link" href="/pcc-2021/figures/band-d/">Band D precept</a>: '
        "£248.23 a year (Budget, 2021/22)."
    ) in page
    assert "It found nothing that does not fit." in page


def test_figure_page_warns_of_a_weekly_amount_called_yearly(
    client, make_figure, precept, release_now
):
    asked = make_figure(
        slug="asked",
        value=Decimal(7),
        decimal_places=0,
        unit="pence",
        per="a year",
        percentage=Decimal("1.99"),
        relation="percent-of",
        related_to=precept,
    )
    release_now(asked, precept)

    page = client.get("/pcc-2021/figures/asked/").content.decode()

    assert "1.99% of £248.23 a year is £4.94 a year; 7p a year is printed." in page


def test_figure_keeps_its_old_version_readable(client, make_figure, release_now):
    release_now(make_figure(slug="money", title="Old money"))
    release_now(make_figure(slug="money", title="New money", version=2))

    old = client.get("/pcc-2021/figures/money/?version=1").content.decode()

    assert '<h1 class="govuk-heading-l">Old money</h1>' in old
    assert "It is no longer in force" in old


READERS = ["anonymous", "candidate", "other_candidate", "withdrawn_candidate", "editor"]
SEES = {
    "public": {*READERS},
    "candidates": {"candidate", "editor"},
    "draft": set(),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", SEES)
def test_figure_is_known_only_to_those_it_is_for(
    client, request, make_figure, release_now, reader, kind
):
    audience = "candidates" if kind == "candidates" else "public"
    figure = make_figure(slug="secret", title="Secret number", audience=audience)
    if kind != "draft":
        release_now(figure)
    if reader != "anonymous":
        client.force_login(request.getfixturevalue(reader))

    listed = client.get("/pcc-2021/figures/")
    page = client.get("/pcc-2021/figures/secret/")

    sees = reader in SEES[kind]
    assert page.status_code == (200 if sees else 404)
    assert ("Secret number" in listed.content.decode()) == sees


@pytest.mark.parametrize("address", ["/pcc-2024/figures/band-d/", "/nowhere/figures/"])
def test_figure_is_at_the_address_of_its_own_election_only(
    client, precept, other_election, release_now, address
):
    release_now(precept)

    assert client.get(address).status_code == 404


def test_figures_are_read_never_posted(client, election):
    assert client.post("/pcc-2021/figures/").status_code == 405


def test_figure_with_source_asks_nothing_more(rise, django_assert_num_queries):
    figure = Figure.objects.with_source().get(pk=rise.pk)

    with django_assert_num_queries(0):
        figure.get_absolute_url()
        figure.source.get_absolute_url()
        figure.related_to.get_absolute_url()
