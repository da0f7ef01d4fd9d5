from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms


class PortalForm(forms.Form):
    """The base of every form on the portal's pages: our markup, error summary on top."""

    submit_label = "Continue"
    method = "post"

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.form_method = self.method
        helper.disable_csrf = self.method == "get"
        helper.attrs = {"novalidate": ""}
        helper.add_input(Submit("", self.submit_label))
        return helper

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The page's own words, not the browser's: see the error summary.
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
