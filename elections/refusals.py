from django.core.exceptions import ValidationError
from django.db import models


class Refused(Exception):
    """Why something about people cannot be done.

    ``code`` is for programs, ``sentence`` for the person who asked, ``field`` the name of the
    field it is about, if it is about one.
    """

    def __init__(self, code: str, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.field = field


def check_whole(row: models.Model) -> None:
    """Raise ``Refused`` with the first thing that is wrong with an unsaved row."""
    try:
        row.full_clean()
    except ValidationError as error:
        field, errors = next(iter(error.error_dict.items()))
        first = errors[0]
        name = "" if field == "__all__" else field
        raise Refused(first.code or "invalid", " ".join(first.messages), name) from error
