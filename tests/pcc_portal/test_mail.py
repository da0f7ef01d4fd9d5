from django.core.mail import EmailMessage

from pcc_portal.mail import FolderBackend


def test_mail_is_written_to_the_folder_and_its_code_printed(tmp_path, capsys):
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
