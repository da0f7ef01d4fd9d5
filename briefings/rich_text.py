from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django_prose_editor.fields import ProseEditorField

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "tel"]},
    "Heading": {"levels": [3]},
    "HardBreak": True,
}


class RichTextField(ProseEditorField):
    """Text with headings, lists and links, cleaned on every way into the database.

    The library cleans in forms only; this also cleans in ``save()``, ``bulk_create()``,
    ``bulk_update()``, ``update()`` with a plain value, and ``loaddata``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, extensions=EXTENSIONS, sanitize=True, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        cleaned = self.sanitize(super().pre_save(model_instance, add) or "")
        setattr(model_instance, self.attname, cleaned)
        return cleaned

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        value = super().get_db_prep_save(value, connection)
        return self.sanitize(value) if isinstance(value, str) else value
