from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('releases', '0003_ledger_and_deliveries'),
    ]

    operations = [
        migrations.AddField(
            model_name='ledgerentry',
            name='salt',
            field=models.CharField(default='', max_length=32),
            preserve_default=False,
        ),
    ]
