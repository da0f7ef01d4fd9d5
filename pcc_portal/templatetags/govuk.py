"""What the form templates in ``templates/govuk`` need to know about a field."""

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

register = template.Library()

# The first that fits decides, so a widget stands before the one it is made from.
CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "govuk-checkboxes__input"),
    (forms.FileInput, "govuk-file-upload"),
    (forms.DateTimeInput, "govuk-input govuk-input--width-20"),
    (forms.DateInput, "govuk-input govuk-input--width-10"),
    (forms.TimeInput, "govuk-input govuk-input--width-5"),
    (forms.NumberInput, "govuk-input govuk-input--width-10"),
    (forms.widgets.Input, "govuk-input"),
    (forms.Textarea, "govuk-textarea"),
    (forms.Select, "govuk-select"),
)
# The group as a whole has the error, and its fieldset says so.
NOT_ON_EACH_CHOICE = ("aria-invalid", "aria-describedby", "class")


@register.filter
def kind(field: BoundField) -> str:
    """How the field is drawn: “checkboxes”, “radios”, “checkbox” or “input”."""
    widget = field.field.widget
    # Django's group of checkboxes is made from its radio buttons, so it is asked for first.
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checkboxes"
    if isinstance(widget, forms.RadioSelect):
        return "radios"
    return "checkbox" if isinstance(widget, forms.CheckboxInput) else "input"


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """The field's input with our class, and marked when it has an error."""
    own = field.field.widget.attrs.get("class", "")
    css_class = next((name for made, name in CLASSES if isinstance(field.field.widget, made)), "")
    if field.errors and css_class and kind(field) == "input":
        css_class += f" {css_class.split()[0]}--error"
    return field.as_widget(attrs={"class": f"{css_class} {own}".strip()})


@register.filter
def error_target(field: BoundField) -> str:
    """The id of the first input a person can focus: an error's link leads there."""
    first: dict[str, Any] = field.subwidgets[0].data if field.subwidgets else {}
    while first.get("subwidgets"):
        first = first["subwidgets"][0]
    return first.get("attrs", {}).get("id") or field.id_for_label or field.auto_id


@register.filter
def described_by(field: BoundField) -> str:
    """The ids of the hint and error of a group of inputs, for its ``fieldset``."""
    return field.aria_describedby or ""


@register.filter
def choice_attributes(attrs: dict[str, Any]) -> SafeString:
    """The attributes of one radio button or checkbox of a group."""
    return flatatt({k: v for k, v in attrs.items() if k not in NOT_ON_EACH_CHOICE})
