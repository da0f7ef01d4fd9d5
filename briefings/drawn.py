"""What the briefings hold as it is drawn in lists, made once for each released row."""

from collections.abc import Iterable
from typing import Any

from django.utils.safestring import SafeString

from releases.kept import fragments

from .models import Document, Figure, Newsletter, Statement


def drawn(model: type[Any], ids: Iterable[int]) -> dict[int, SafeString]:
    """The released rows ``ids`` of ``model`` as they stand in a list, in their order."""
    if model is Figure:
        return fragments("briefings/_figure.html", "figure", ids, Figure.objects.with_source())
    if model is Document:
        documents = Document.objects.select_related("election")
        return fragments("briefings/_document.html", "document", ids, documents)
    if model is Newsletter:
        issues = Newsletter.objects.select_related("election", "release")
        return fragments("briefings/_newsletter.html", "newsletter", ids, issues)
    tables = Statement.objects.with_table()
    return fragments("briefings/_statement_table.html", "statement", ids, tables)
