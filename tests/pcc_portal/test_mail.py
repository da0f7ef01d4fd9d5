import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage

from pcc_portal.mail import DEMO_KEY, FolderBackend
from tests.conftest import APP_KEY


def test_mail_is_written_to_the_folder_and_its_code_printed(db, tmp_path, capsys):
    message = EmailMessage("Your code", "Hello\n\n  ABCD-2345\n\nBye", to=["a@example.org"])

    sent = FolderBackend(file_path=str(tmp_path)).send_messages([message])

    assert sent == 1
    assert capsys.readouterr().out == "Mail to a@example.org: Your code. Code: ABCD-2345\n"
    [file] = tmp_path.iterdir()
    assert "ABCD-2345" in file.read_text()


def test_mail_without_a_code_is_announced_without_one(tmp_path, capsys):
    message = EmailMessage("News", "Nothing to type", to=["a@example.org"])

    FolderBackend(file_path=str(tmp_path)).send_messages([message])

    assert capsys.readouterr().out == "Mail to a@example.org: News.\n"


@pytest.mark.parametrize(("key", "is_told"), [(DEMO_KEY, True), (APP_KEY, False)])
def test_code_of_a_demo_app_is_printed_and_no_other(tmp_path, capsys, editor, key, is_told):
    TOTP.activate(editor, key)
    message = EmailMessage("Your code", "\n  ABCD-2345\n", to=["Editor@Example.org"])

    FolderBackend(file_path=str(tmp_path)).send_messages([message])

    told = re.search(
        r"Code: ABCD-2345 Authenticator app: (\d{6})$", capsys.readouterr().out.strip()
    )
    assert (told is not None) == is_told
    if told:
        assert validate_totp_code(DEMO_KEY, told.group(1))


def test_printed_mail_is_refused_in_production(settings, tmp_path):
    settings.IS_PRODUCTION = True

    with pytest.raises(ImproperlyConfigured, match="development only"):
        FolderBackend(file_path=str(tmp_path))
