import datetime as dt
import re
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from infolog.citing import read_citations
from infolog.log import requests_in
from infolog.models import InformationRequest, Part
from releases.models import Reader

register = template.Library()

BULLET = re.compile(r"^ *[-•–] +")


@register.simple_tag(takes_context=True)
def asked_at(context: dict[str, Any], event: Any) -> list[InformationRequest]:
    """The questions of the log that were asked at ``event``, as far as the reader may see them."""
    at = timezone.now()
    asked = requests_in(event.election, context["request"].user, at)
    slugs = asked.filter(event__slug=event.slug).order_by("slug")
    return list(slugs.select_related("election"))


@register.filter
def prose(text: str) -> SafeString:
    """Plain text in paragraphs, line breaks kept; lines that begin with a dash become a list."""
    blocks: list[list[str]] = []
    for line in text.splitlines():
        is_item = bool(BULLET.match(line))
        if not line.strip():
            blocks.append([])
        elif blocks and blocks[-1] and is_item == bool(BULLET.match(blocks[-1][-1])):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return mark_safe("".join(_block(lines) for lines in blocks if lines))  # noqa: S308 - escaped in _block


def _block(lines: list[str]) -> SafeString:
    if BULLET.match(lines[0]):
        items = format_html_join("", "<li>{}</li>", ((BULLET.sub("", line),) for line in lines))
        return format_html('<ul class="govuk-list govuk-list--bullet">{}</ul>', items)
    inside = mark_safe("<br>".join(conditional_escape(line) for line in lines))  # noqa: S308
    return format_html("<p>{}</p>", inside)


@register.filter
def form_of_request(value: str) -> str:
    """As readers know it, from what is kept."""
    return InformationRequest.Form(value).label if value else ""


@register.filter
def outcome_of_part(value: str) -> str:
    return Part.Outcome(value).label


@register.filter
def under(cells: list[str], headings: list[str]) -> list[tuple[str, str]]:
    """Each cell with the heading it stands under."""
    beside = ["Beside the last column"] * max(0, len(cells) - len(headings))
    return list(zip([*headings, *beside], cells, strict=False))


@register.simple_tag
def read_citations_of(item: InformationRequest, reader: Reader, at: dt.datetime) -> str:
    """Reads what the parts of ``item`` cite, for what is drawn of them next. Draws nothing."""
    read_citations([item], reader, at)
    return ""


KINDS_OF_FILE = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel", "csv": "CSV", "json": "JSON"}


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter
def kind_of_file(ending: str) -> str:
    return KINDS_OF_FILE[ending]
