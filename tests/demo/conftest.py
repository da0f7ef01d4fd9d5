from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The demo content, loaded once a module and taken back after it; its uploads' folder."""
    uploads = tmp_path_factory.mktemp("uploads")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=uploads),
        transaction.atomic(),
    ):
        call_command("load_demo", verbosity=0)
        yield uploads
        transaction.set_rollback(True)
