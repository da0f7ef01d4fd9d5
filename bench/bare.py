"""The yardstick: a Django page of a given size behind the middleware of ``startproject``.

``/12345/`` answers with 12345 bytes of HTML, the same every time.
"""

from functools import cache

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY="a-key-that-protects-nothing",  # noqa: S106
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)


@cache
def _html(size: int) -> str:
    start, end = "<!doctype html><title>Bare</title><p>", "</p>"
    return start + "x" * max(0, size - len(start + end)) + end


def page(request: HttpRequest, size: int) -> HttpResponse:
    return HttpResponse(_html(size))


urlpatterns = [path("<int:size>/", page)]
application = get_wsgi_application()
