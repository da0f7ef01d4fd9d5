from django.http import Http404, HttpRequest
from django.urls import reverse

from .models import Election


def election_at(slug: str) -> Election:
    """The election whose address this is, with its office. Raises ``Http404`` if there is none."""
    try:
        return Election.objects.select_related("office").get(slug=slug)
    except Election.DoesNotExist as missing:
        raise Http404(f"No election has the address {slug}.") from missing


def sign_in_url(request: HttpRequest) -> str:
    """Where a person who is invited begins, as an address to send by mail."""
    return request.build_absolute_uri(reverse("account_request_login_code"))
