import pytest

from briefings.models import Newsletter
from releases.models import Delivery
from scripts.mail_sink import Sink


@pytest.fixture
def sink(settings):
    """A mail server of this machine, which the portal sends to; addresses say what goes wrong."""
    with Sink() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_TIMEOUT = 5
        yield running


@pytest.fixture
def make_issue(election):
    def _make(number: int = 1, **fields) -> Newsletter:
        values = {"title": f"Number {number}", "summary": "News"} | fields
        return Newsletter.objects.create(
            election=election, slug=f"issue-{number}", number=number, **values
        )

    return _make


@pytest.fixture
def deliver(make_issue, release_now, candidate, now):
    """Release an issue now, to ``candidate`` at an address of one's choice."""

    def _deliver(address: str = "candidate@example.org", number: int = 1, **fields) -> Delivery:
        candidate.email = address
        candidate.save()
        release_now(make_issue(number, **fields), at=now)
        return Delivery.objects.filter(user=candidate).latest("pk")

    return _deliver
