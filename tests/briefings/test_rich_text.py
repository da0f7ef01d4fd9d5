"""Nothing harmful reaches the database, whatever the way in."""

import json

import pytest
from django.core import serializers
from django.db import models
from django.forms import modelform_factory

from briefings.models import TextSection

HARMFUL = {
    '<p>a</p><script>alert("x")</script>': "<p>a</p>",
    '<p onclick="alert(1)">a</p>': "<p>a</p>",
    '<img src="x" onerror="alert(1)">': "",
    '<p><a href="javascript:alert(1)">a</a></p>': "<p><a>a</a></p>",
    '<p><a href="data:text/html,x">a</a></p>': "<p><a>a</a></p>",
    '<p style="position:fixed">a</p>': "<p>a</p>",
    "<style>body{display:none}</style><p>a</p>": "<p>a</p>",
    '<iframe src="https://example.org"></iframe><p>a</p>': "<p>a</p>",
    '<p class="govuk-warning" id="main-content">a</p>': "<p>a</p>",
    '<a href="https://example.org" target="_blank">a</a>': '<a href="https://example.org">a</a>',
    "<h1>a</h1><h2>b</h2>": "ab",
    "<svg><script>alert(1)</script></svg><p>a</p>": "<p>a</p>",
    "<form action='/x'><input name='q'></form><p>a</p>": "<p>a</p>",
}
GOOD = (
    "<h3>What we do</h3><p>We <strong>listen</strong> and <em>report</em>.<br>Twice.</p>"
    "<ul><li><p>one</p></li></ul><ol><li><p>two</p></li></ol>"
    '<p><a href="https://www.example.org/plan">the plan</a> '
    '<a href="mailto:office@example.org">write</a></p>'
)


def _section(newsletter, text: str) -> TextSection:
    return TextSection(parent=newsletter, region="main", ordering=10, text=text)


def _by_form(newsletter, text):
    form_class = modelform_factory(TextSection, fields=["text"])
    form = form_class({"text": text}, instance=_section(newsletter, ""))
    assert form.is_valid(), form.errors
    return form.save()


def _by_save(newsletter, text):
    section = _section(newsletter, text)
    section.save()
    return section


def _by_bulk_create(newsletter, text):
    return TextSection.objects.bulk_create([_section(newsletter, text)])[0]


def _by_update(newsletter, text):
    section = _by_save(newsletter, "<p>before</p>")
    TextSection.objects.filter(pk=section.pk).update(text=text)
    return section


def _by_bulk_update(newsletter, text):
    section = _by_save(newsletter, "<p>before</p>")
    section.text = text
    TextSection.objects.bulk_update([section], ["text"])
    return section


def _by_loaddata(newsletter, text):
    section = _by_save(newsletter, "<p>before</p>")
    rows = json.loads(serializers.serialize("json", [section]))
    rows[0]["fields"]["text"] = text
    for row in serializers.deserialize("json", json.dumps(rows)):
        row.save()
    return section


WAYS = [_by_form, _by_save, _by_bulk_create, _by_update, _by_bulk_update, _by_loaddata]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_text_is_cleaned_on_every_way_in(make_newsletter, way):
    newsletter = make_newsletter()
    # A form refuses what is nothing once it is cleaned, so each comes with a word of its own.
    for harmful, clean in HARMFUL.items():
        section = way(newsletter, f"<p>Word.</p>{harmful}")

        section.refresh_from_db()
        assert section.text == f"<p>Word.</p>{clean}"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_text_keeps_what_the_editor_makes(make_newsletter, way):
    section = way(make_newsletter(), GOOD)

    section.refresh_from_db()
    assert section.text == GOOD


def test_text_is_looked_for_as_it_is_written(make_newsletter):
    section = _by_save(make_newsletter(), GOOD)

    assert list(TextSection.objects.filter(text__contains="<strong>listen")) == [section]
    assert list(TextSection.objects.filter(text__contains="<script>")) == []


def test_text_is_a_plain_text_column(make_newsletter):
    field = TextSection._meta.get_field("text")

    assert field.deconstruct()[1] == "django.db.models.TextField"
    assert isinstance(field, models.TextField)
