import datetime as dt

from django import template

from briefings.models import Newsletter
from briefings.sections import Chapter, chapters
from releases.models import Reader

register = template.Library()


@register.simple_tag
def chapters_of(newsletter: Newsletter, reader: Reader, at: dt.datetime) -> list[Chapter]:
    """A released newsletter’s text as ``reader`` may see it, for a mail."""
    return chapters(newsletter, user=reader, at=at)
