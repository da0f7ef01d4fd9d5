import re

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

BULLET = re.compile(r"^ *[-•–] +")


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
