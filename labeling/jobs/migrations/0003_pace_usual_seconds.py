from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("jobs", "0002_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="pace",
            name="usual_seconds",
            field=models.FloatField(null=True),
        ),
    ]
