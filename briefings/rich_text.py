from typing import Any

from django.db import models
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

    The library cleans in forms only; this also cleans in ``save()``, ``bulk_create()`` and
    ``update()``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, extensions=EXTENSIONS, sanitize=True, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        for setting in ("extensions", "config", "sanitize", "preset"):
            kwargs.pop(setting, None)
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        cleaned = self.sanitize(super().pre_save(model_instance, add) or "")
        setattr(model_instance, self.attname, cleaned)
        return cleaned

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return self.sanitize(value) if isinstance(value, str) else value
