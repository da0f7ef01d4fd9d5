import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from briefings.models import Statement
from briefings.pasting import cells_of, guessed_role, pasted_rows

ADD = "/admin/briefings/statement/add/"


@pytest.fixture
def staff(client, editor):
    client.force_login(editor)
    return client


def rows(prefix, *filled, initial=0):
    """What a browser sends for inline rows; each is a dictionary of fields."""
    data = {f"{prefix}-TOTAL_FORMS": len(filled), f"{prefix}-INITIAL_FORMS": initial}
    for number, fields in enumerate(filled):
        data |= {f"{prefix}-{number}-{name}": value for name, value in fields.items()}
    return data


def column(heading, **fields):
    return {
        "position": "",
        "heading": heading,
        "unit": "£m",
        "financial_year": "2021/22",
        "basis": "budget",
        "role": "amount",
        "of_column": "",
    } | fields


def line(label, cells, **fields):
    return {"position": "", "label": label, "role": "item", "cells": cells} | fields


@pytest.fixture
def form(election, source):
    """A whole new statement as typed: one column, two lines."""
    return {
        "title": "Costs",
        "summary": "What it costs.",
        "row_heading": "Purpose",
        "notes": "",
        "as_at": "2021-01-27",
        "source": source.pk,
        "source_place": "page 4",
        "election": election.pk,
        "slug": "costs",
        "audience": "public",
        "release": "",
        "pasted": "",
        **rows("columns", column("2021/22 budget")),
        **rows("lines", line("Police", "206.9"), line("Office", "5.7")),
    }


def table(statement):
    return [(line.position, line.label, line.role, line.cells) for line in statement.line_list]


def errors(response):
    """Everything the page complains of, wherever it stands."""
    forms = response.context["adminform"].form
    found = [error for field in forms.errors.values() for error in field]
    for formset in response.context["inline_admin_formsets"]:
        found += list(formset.formset.non_form_errors())
        found += [e for one in formset.formset.errors for field in one.values() for e in field]
    return found


def test_statement_is_saved_with_its_columns_and_lines_numbered(staff, form):
    response = staff.post(ADD, form)

    assert response.status_code == 302
    statement = Statement.objects.get()
    assert [(c.position, c.heading) for c in statement.column_list] == [(1, "2021/22 budget")]
    assert table(statement) == [(1, "Police", "item", ["206.9"]), (2, "Office", "item", ["5.7"])]


@pytest.mark.parametrize("cells", ["822 | 865", "822\t865", "822|865"])
def test_cells_are_typed_with_bars_or_pasted_with_tabs(cells):
    assert cells_of(cells) == ["822", "865"]


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        ("1 | 2", "Line “Police” has 2 cells; the table has 1 column."),
        (
            "many",
            "Line “Police”: “many” under “2021/22 budget” is not a number. "
            "Write it as in 1,062 or (64), or – for nothing.",
        ),
    ],
)
def test_line_with_wrong_cells_is_refused_with_the_reason(staff, form, cells, error):
    response = staff.post(ADD, form | {"lines-0-cells": cells})

    assert errors(response) == [error]
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"unit": ""}, "Column “2021/22 budget” has no unit. Write one, such as £000 or %."),
        ({"heading": "Budget", "financial_year": ""}, "Column “Budget” holds money and has no "
         "financial year."),
        ({"financial_year": "2021/23"}, "“2021/23” is not a financial year. Write it as in "
         "2021/22."),
    ],
)  # fmt: skip
def test_column_that_is_not_fit_is_refused_with_the_reason(staff, form, fields, error):
    response = staff.post(ADD, form | rows("columns", column("2021/22 budget") | fields))

    assert errors(response) == [error]


def test_pasted_table_becomes_the_lines(staff, form):
    pasted = "Police\t206.9\r\nOffice\t5.7\r\n\r\nTotal\t212.6\r\n"

    response = staff.post(ADD, form | {"pasted": pasted} | rows("lines"))

    assert response.status_code == 302
    assert table(Statement.objects.get()) == [
        (1, "Police", "item", ["206.9"]),
        (2, "Office", "item", ["5.7"]),
        (3, "Total", "total", ["212.6"]),
    ]


def test_pasted_table_with_a_wrong_line_is_refused_whole(staff, form):
    response = staff.post(ADD, form | {"pasted": "Police\t206.9\t1\nOffice\tfive\n\t7"})

    assert errors(response) == [
        "Line “Police” has 2 cells; the table has 1 column.",
        "Line “Office”: “five” under “2021/22 budget” is not a number. "
        "Write it as in 1,062 or (64), or – for nothing.",
        "The name of line 3 is empty or too long.",
    ]
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Total", "total"),
        ("Grand total", "total"),
        ("Sub-total", "subtotal"),
        ("Subtotal of staff", "subtotal"),
        ("Total transport", "total"),
        ("Totally new", "item"),
        ("Police", "item"),
    ],
)
def test_role_is_guessed_from_the_label(label, role):
    assert guessed_role(label) == role


def test_pasted_rows_pass_over_empty_lines():
    assert pasted_rows("Police | 1\n\n  \nOffice | 2") == [("Police", ["1"]), ("Office", ["2"])]


def existing(statement, form, *order):
    """The form of a saved statement, its lines in the order and with the numbers given."""
    saved = {line.label: line for line in statement.line_list}
    lines = [
        line(label, " | ".join(saved[label].cells), position=number, role=saved[label].role,
             id=saved[label].pk, statement=statement.pk)
        for label, number in order
    ]  # fmt: skip
    columns = [
        column(c.heading, position=c.position, id=c.pk, statement=statement.pk)
        for c in statement.column_list
    ]
    return (
        form
        | {"title": statement.title, "slug": statement.slug}
        | rows("columns", *columns, initial=len(columns))
        | rows("lines", *lines, initial=len(lines))
    )


@pytest.fixture
def saved(make_statement):
    return make_statement(
        lines=[("Police", "item", "206.9"), ("Office", "item", "5.7"), ("All", "total", "212.6")]
    )


def change_page(statement):
    return f"/admin/briefings/statement/{statement.pk}/change/"


def test_lines_change_places_by_their_numbers(staff, form, saved):
    data = existing(saved, form, ("Police", 2), ("Office", 1), ("All", 3))

    response = staff.post(change_page(saved), data)

    assert response.status_code == 302
    assert [row[:2] for row in table(Statement.objects.get())] == [
        (1, "Office"),
        (2, "Police"),
        (3, "All"),
    ]


def test_new_line_comes_before_the_one_whose_number_it_takes(staff, form, saved):
    data = existing(saved, form, ("Police", 1), ("Office", 2), ("All", 3))
    new = line("Courts", "1.0", position=2)
    data |= {f"lines-3-{name}": value for name, value in new.items()} | {"lines-TOTAL_FORMS": 4}

    staff.post(change_page(saved), data)

    assert [row[:2] for row in table(Statement.objects.get())] == [
        (1, "Police"),
        (2, "Courts"),
        (3, "Office"),
        (4, "All"),
    ]


def test_deleted_line_leaves_no_gap(staff, form, saved):
    data = existing(saved, form, ("Police", 1), ("Office", 2), ("All", 3))

    staff.post(change_page(saved), data | {"lines-0-DELETE": "on"})

    assert [row[:2] for row in table(Statement.objects.get())] == [(1, "Office"), (2, "All")]


def test_pasted_lines_keep_what_they_are_by_their_names(staff, form, saved):
    data = existing(saved, form, ("Police", 1), ("Office", 2), ("All", 3))

    staff.post(change_page(saved), data | {"pasted": "Office\t6\nAll\t6"})

    assert table(Statement.objects.get()) == [
        (1, "Office", "item", ["6"]),
        (2, "All", "total", ["6"]),
    ]


def test_saving_says_what_the_checks_find(staff, form, saved):
    data = existing(saved, form, ("Police", 1), ("Office", 2), ("All", 3))

    response = staff.post(change_page(saved), data | {"lines-2-cells": "999"})

    assert str(next(iter(get_messages(response.wsgi_request)))) == (
        "Saved, but check this: All, 2021/22 budget, £m: £999.0m is printed; the lines above add "
        "up to £212.6m."
    )


def test_change_page_shows_the_table_and_what_the_checks_find(staff, saved):
    saved.lines.filter(label="All").update(cells=["999"])

    page = staff.get(change_page(saved)).content.decode()

    assert '<th scope="row">All (Total)</th>' in page
    assert "£999.0m is printed; the lines above add up to £212.6m." in page
    assert 'value="206.9"' in page


def test_released_statement_can_be_read_and_not_changed(staff, form, saved, release_now):
    data = existing(saved, form, ("Police", 1), ("Office", 2), ("All", 3))
    release_now(saved)

    page = staff.get(change_page(saved))
    refused = staff.post(change_page(saved), data | {"title": "Other", "pasted": "Police\t1"})

    assert page.status_code == 200
    assert 'name="pasted"' not in page.content.decode()
    assert 'name="title"' not in page.content.decode()
    assert '["206.9"]' not in page.content.decode()
    assert refused.status_code == 403
    assert Statement.objects.get().title == saved.title
    assert len(table(saved)) == 3


@pytest.mark.parametrize(
    "junk",
    [
        {"columns-TOTAL_FORMS": "many"},
        {"columns-TOTAL_FORMS": "-1"},
        {"lines-0-position": "nought"},
        {"pasted": "\x00|"},
        {"lines-0-cells": "|" * 500},
    ],
)
def test_odd_input_is_refused_without_a_crash(staff, form, junk):
    assert staff.post(ADD, form | junk).status_code == 200
    assert not Statement.objects.exists()


@pytest.mark.parametrize("made", [1, 3])
def test_statement_list_takes_the_same_queries_for_any_number(
    staff, make_statement, made, election
):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            staff.get("/admin/briefings/statement/")
        return len(captured)

    make_statement()
    with_one = queries()
    for _ in range(made - 1):
        make_statement()

    assert queries() == with_one
