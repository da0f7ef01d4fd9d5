import re
from html.parser import HTMLParser

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import Context, Template
from django.utils.functional import lazystr
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from pcc_portal.form_renderer import FormRenderer
from pcc_portal.forms import PortalForm

CHOICES = [("a", "Answer"), ("b", "Booking")]
FOCUSABLE = {"input", "select", "textarea"}


class EveryWidget(PortalForm):
    text = forms.CharField(help_text="A hint.")
    email = forms.EmailField()
    number = forms.IntegerField()
    password = forms.CharField(widget=forms.PasswordInput)
    date = forms.DateField(help_text="For example, 6 5 2021.")
    moment = forms.DateTimeField()
    time = forms.TimeField()
    textarea = forms.CharField(widget=forms.Textarea)
    select = forms.ChoiceField(choices=[("", "Choose"), *CHOICES])
    several = forms.MultipleChoiceField(choices=CHOICES)
    radios = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect, help_text="Pick one.")
    grouped = forms.ChoiceField(choices=[("Group", CHOICES)], widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    agreed = forms.BooleanField(label="I agree", help_text="Read it first.")
    file = forms.FileField()
    split = forms.SplitDateTimeField()
    hidden = forms.CharField(widget=forms.HiddenInput)


class Filter(PortalForm):
    method = "get"
    submit_label = "Show"
    q = forms.CharField(required=False)


class Page(HTMLParser):
    """The elements of a page, in order, each with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def ids(self) -> dict[str, str]:
        return {attrs["id"]: tag for tag, attrs in self.elements if "id" in attrs}


def draw(form: forms.Form, how: str = "{% crispy form %}") -> str:
    template = Template("{% load crispy_forms_tags %}" + how)
    return template.render(Context({"form": form, "csrf_token": "token"}))


@pytest.mark.parametrize("how", ["{% crispy form %}", "{{ form|crispy }}"])
def test_every_error_leads_to_an_input_that_can_be_focused(how):
    form = EveryWidget({})

    page = Page(draw(form, how))

    targets = [link["href"][1:] for link in page.all("a")]
    visible = [field for field in form if not field.is_hidden]
    assert len(targets) == len(visible)
    assert {page.ids.get(target) for target in targets} <= FOCUSABLE
    assert "id_radios_0" in targets
    assert "id_grouped_0_0" in targets
    assert "id_boxes_0" in targets
    assert "id_split_0" in targets


def test_ids_are_unique():
    elements = Page(draw(EveryWidget({}))).elements

    ids = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert sorted(ids) == sorted(set(ids))


def test_every_description_exists():
    page = Page(draw(EveryWidget({})))

    described = [
        attrs["aria-describedby"] for _, attrs in page.elements if attrs.get("aria-describedby")
    ]
    assert "id_text_helptext id_text_error" in described
    assert "id_radios_helptext id_radios_error" in described
    assert {id_ for ids in described for id_ in ids.split()} <= page.ids.keys()


def test_every_input_has_a_label():
    form = EveryWidget()
    del form.fields["split"]  # Django draws its two inputs itself

    page = Page(draw(form))

    labelled = {label["for"] for label in page.all("label")}
    inputs = [
        attrs["id"]
        for tag, attrs in page.elements
        if tag in FOCUSABLE and attrs.get("type") != "hidden"
    ]
    assert set(inputs) == labelled


def test_aria_invalid_is_on_single_inputs_with_an_error_only():
    page = Page(draw(EveryWidget({"text": "Filled in"})))

    marked = {attrs["id"] for _, attrs in page.elements if "aria-invalid" in attrs}
    assert "id_email" in marked
    assert "id_text" not in marked
    assert not {id_ for id_ in marked if id_.startswith(("id_radios", "id_boxes"))}


def test_error_summary_takes_the_focus_without_script():
    page = Page(draw(EveryWidget({})))

    summary = next(a for a in page.all("div") if a.get("class") == "govuk-error-summary")
    assert summary["tabindex"] == "-1"
    assert "autofocus" in summary


def test_form_without_errors_has_no_summary():
    assert "There is a problem" not in draw(EveryWidget())


def test_choices_keep_what_was_chosen():
    page = Page(draw(EveryWidget({"radios": "b", "boxes": ["a"], "agreed": "on"})))

    checked = {attrs["id"] for attrs in page.all("input") if "checked" in attrs}
    assert checked == {"id_radios_1", "id_boxes_0", "id_agreed"}


def test_posted_form_has_a_token_and_sends_files():
    page = Page(draw(EveryWidget()))

    assert page.all("form") == [
        {"novalidate": "", "method": "post", "enctype": "multipart/form-data"}
    ]
    assert [i["value"] for i in page.all("input") if i["name"] == "csrfmiddlewaretoken"] == [
        "token"
    ]


def test_form_that_only_looks_has_no_token():
    page = Page(draw(Filter()))

    assert page.all("form") == [{"novalidate": "", "method": "get"}]
    assert [attrs["name"] for attrs in page.all("input")] == ["q"]
    assert page.all("button") == [{"type": "submit", "class": "govuk-button"}]


def test_what_people_wrote_is_escaped():
    html = draw(EveryWidget({"text": "<script>", "email": "<b>"}))

    assert "<script>" not in html
    assert "<b>" not in html


@pytest.mark.parametrize("value", ["b", "", "<&'\"", None])
def test_plain_inputs_are_those_of_django(value):
    class Plain(PortalForm):
        text = forms.CharField(widget=forms.TextInput(attrs={"data-x": "<\"'&", "disabled": True}))
        date = forms.CharField(widget=forms.DateInput(attrs={"type": "date", "list": False}))
        email = forms.EmailField()
        select = forms.ChoiceField(
            choices=[
                ("", lazystr("Any <b>")),
                ("<&'\"", "<i>plain</i> & 'quoted'"),
                ("b", mark_safe("<b>meant</b>")),
                ("A <group>", [(7, "seven"), (8, format_html("<i>{}</i>", "<"))]),
            ]
        )

    data = dict.fromkeys(("text", "date", "email", "select"), value)

    ours, theirs = (
        [str(field) for field in Plain(data, renderer=made())]
        for made in (FormRenderer, DjangoTemplates)
    )

    assert [_one_line(html) for html in ours] == [_one_line(html) for html in theirs]


def _one_line(html: str) -> str:
    return re.sub(r"\s*\n\s*", "", html)


def test_empty_fields_say_what_to_do():
    errors = EveryWidget({}).errors

    assert errors["text"] == ["Fill in “Text”."]
    assert errors["radios"] == ["Choose an answer for “Radios”."]
    assert errors["agreed"] == ["Tick “I agree”."]
    assert errors["file"] == ["Choose a file for “File”."]


def test_own_words_for_an_empty_field_are_kept():
    class Own(PortalForm):
        name = forms.CharField(error_messages={"required": "Enter your name."})

    assert Own({}).errors["name"] == ["Enter your name."]


def test_errors_of_the_whole_form_stand_in_the_summary():
    class Whole(PortalForm):
        def clean(self):
            raise forms.ValidationError("The two days are in the wrong order.")

    assert "<li>The two days are in the wrong order.</li>" in draw(Whole({}))
