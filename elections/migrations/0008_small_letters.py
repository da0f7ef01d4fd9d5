from django.db import migrations
from django.db.models.functions import Lower, Trim


def lower_addresses(apps, schema_editor):
    """Sign-in looks an address up in small letters; ``user_email_unique`` rules out a clash."""
    apps.get_model("elections", "User").objects.update(email=Lower(Trim("email")))


class Migration(migrations.Migration):
    dependencies = [
        ("elections", "0007_history_of_people"),
    ]

    operations = [
        migrations.RunPython(lower_addresses, migrations.RunPython.noop),
    ]
