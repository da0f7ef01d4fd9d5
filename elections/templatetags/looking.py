from django import template

from elections.forms import LookingForm

register = template.Library()


@register.simple_tag
def looking_form() -> LookingForm:
    """The choice of what to look at the portal as. One query when drawn."""
    return LookingForm()
