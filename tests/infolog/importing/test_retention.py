import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from infolog.importing.applying import apply
from infolog.models import ImportedRequest, InformationRequest
from pcc_portal.retention import apply_rules
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def test_original_and_what_was_read_go_after_their_time(
    taken_in, editor, django_capture_on_commit_callbacks
):
    log_import = taken_in()
    apply(log_import, by=editor)

    apply_rules(at=NOON + dt.timedelta(days=90))
    assert ImportedRequest.objects.count() == 3
    with django_capture_on_commit_callbacks(execute=True):
        apply_rules(at=NOON + dt.timedelta(days=91))

    log_import.refresh_from_db()
    assert (log_import.filename, bool(log_import.file), log_import.rows_read) == (
        "(deleted)",
        False,
        5,
    )
    assert not ImportedRequest.objects.exists()
    assert InformationRequest.objects.count() == 1
    assert [p for p in Path(django_settings.MEDIA_ROOT).rglob("*") if p.is_file()] == []
