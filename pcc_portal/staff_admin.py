from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from .desk import DueFilter
from .stale_saves import StaleSaves


class StaffAdmin(StaleSaves):
    """The base of every ModelAdmin: no save over a newer one, and one record of changes."""

    def get_list_filter(self, request: HttpRequest) -> Any:
        """First what is due and what is wrong, where the list has any such thing to show."""
        return (DueFilter, *super().get_list_filter(request))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: Django’s own log would keep names that the record of changes forgets."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing, as above."""

    def log_deletion(self, request: HttpRequest, obj: Any, object_repr: str) -> None:
        """Nothing, as above."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Nothing, as above."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The record of changes, narrowed to this row and its parts."""
        row = f"{self.opts.label_lower}:{unquote(object_id)}"
        return HttpResponseRedirect(f"{reverse('admin:audit')}?{urlencode({'row': row})}")
