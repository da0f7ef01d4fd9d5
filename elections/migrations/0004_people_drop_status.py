from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('elections', '0003_people_statuses'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='candidate',
            name='status',
        ),
        migrations.AddConstraint(
            model_name='candidate',
            constraint=models.CheckConstraint(condition=models.Q(('ballot_description', ''), ('nominated_on__isnull', False), _connector='OR'), name='candidate_description_once_nominated', violation_error_message='A party or description is recorded only once the person is nominated: before that it would be a record of political opinion.'),
        ),
    ]
