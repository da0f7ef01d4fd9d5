from django.db import migrations

from infolog.grounds import WORDINGS


def put(apps, schema_editor):
    wording = apps.get_model("infolog", "Wording").objects.using(schema_editor.connection.alias)
    for kind, name, text, next_step in WORDINGS:
        wording.get_or_create(
            name=name, defaults={"kind": kind, "text": text, "next_step": next_step}
        )


class Migration(migrations.Migration):
    dependencies = [("infolog", "0004_asking")]

    operations = [migrations.RunPython(put, migrations.RunPython.noop)]
