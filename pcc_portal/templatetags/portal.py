"""Times and days as people in the UK write them, and small parts of every page."""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.core.paginator import Page
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

UK = ZoneInfo("Europe/London")
MINUTE = dt.timedelta(minutes=1)


def _uk(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(UK) if moment.tzinfo else moment.replace(tzinfo=UK)


def _day(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"


@register.filter
def clock(moment: dt.datetime | dt.time | None) -> str:
    """The UK time of day: “10am”, “1.30pm”, “12 noon”, “12 midnight”; nothing for nothing."""
    if not moment:
        return ""
    time = _uk(moment) if isinstance(moment, dt.datetime) else moment
    if time.minute == 0 and time.hour % 12 == 0:
        return "12 noon" if time.hour else "12 midnight"
    minutes = f".{time.minute:02}" if time.minute else ""
    return f"{time.hour % 12 or 12}{minutes}{'am' if time.hour < 12 else 'pm'}"


@register.filter
def date_range(start: dt.datetime | None, end: dt.datetime | None = None) -> str:
    """From one moment to another: times only within one UK day, else with their days.

    An end at midnight belongs to the day before it. When the clocks change in between, the name
    of the time (GMT, BST) is added, since an hour is missing or comes twice.
    """
    if not start:
        return ""
    if not end:
        return clock(start)
    first, last = _uk(start), _uk(end)
    last_day = (last - MINUTE).date() if last.hour == last.minute == 0 else last.date()
    if first.date() != last_day:
        return f"{clock(first)} on {_day(first.date())} to {clock(last)} on {_day(last_day)}"
    if first.utcoffset() != last.utcoffset():
        return f"{clock(first)} {first.tzname()} to {clock(last)} {last.tzname()}"
    return f"{clock(first)} to {clock(last)}"


@register.filter
def day(moment: dt.date | dt.datetime | None) -> str:
    """The UK day with its name: “Thursday 6 May 2021”; nothing for nothing."""
    if not moment:
        return ""
    date = _uk(moment).date() if isinstance(moment, dt.datetime) else moment
    return f"{date:%A} {_day(date)}"


@register.filter
def uk_time(moment: dt.datetime | None) -> str:
    """The moment in full: “Tuesday 13 April 2027 at 10:00 BST”; nothing for nothing."""
    if not moment:
        return ""
    local = _uk(moment)
    return f"{local:%A} {_day(local.date())} at {local:%H:%M} {local.tzname()}"


@register.filter
def page_numbers(page: Page) -> Iterator[int | str]:
    """The numbers to offer around this page, with “…” where some are left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.simple_tag(takes_context=True)
def navigation_item(context: Context, section: str, url_name: str, text: str) -> SafeString:
    """One item of the election's navigation, marked when the page belongs to its ``section``."""
    href = _address(url_name, context["election"].slug)
    if context.get("section") != section:
        return _navigation_item("", href, SafeString(""), text)
    exact = "request" in context and context["request"].path == href
    marked = format_html(' aria-current="{}"', "page" if exact else "true")
    return _navigation_item(" govuk-service-navigation__item--active", href, marked, text)


@lru_cache(maxsize=1000)
def _address(url_name: str, slug: str) -> str:
    return reverse(url_name, args=[slug])


@lru_cache(maxsize=1000)
def _navigation_item(css_class: str, href: str, marked: SafeString, text: str) -> SafeString:
    return format_html(
        '<li class="govuk-service-navigation__item{}">'
        '<a class="govuk-service-navigation__link" href="{}"{}>{}</a></li>',
        css_class,
        href,
        marked,
        text,
    )


@register.simple_tag(takes_context=True)
def footer(context: Context) -> SafeString:
    """The foot of every page, with the addresses of the election the page is about."""
    election = context.get("election")
    return _footer(election.slug if election else "")


@lru_cache(maxsize=1000)
def _footer(slug: str) -> SafeString:
    return render_to_string("components/footer.html", {"slug": slug})
