from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from .form_renderer import FormRenderer


class PortalForm(forms.Form):
    """The base of every form on the portal's pages: our markup, error summary on top."""

    submit_label = "Continue"
    method = "post"
    # Whether the page itself puts the error summary where it belongs.
    summary_is_on_page = False
    default_renderer = FormRenderer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page's own words, not the browser's: see the error summary.
        self.use_required_attribute = False
        for name, field in self.fields.items():
            if (
                field.error_messages.get("required")
                == forms.Field.default_error_messages["required"]
            ):
                label = field.label or name.replace("_", " ").capitalize()
                field.error_messages["required"] = _what_to_do(field, str(label))

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.form_method = self.method
        helper.disable_csrf = self.method == "get"
        helper.attrs = {"novalidate": ""}
        helper.add_input(Submit("", self.submit_label))
        return helper


def _what_to_do(field: forms.Field, label: str) -> str:
    """What to tell someone who left the field empty; each link of the summary stands alone."""
    if isinstance(field, forms.BooleanField):
        return f"Tick “{label}”."
    if isinstance(field, forms.FileField):
        return f"Choose a file for “{label}”."
    if isinstance(field.widget, forms.widgets.ChoiceWidget):
        return f"Choose an answer for “{label}”."
    return f"Fill in “{label}”."
