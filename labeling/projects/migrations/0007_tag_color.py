import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0006_project_split"),
    ]

    operations = [
        migrations.AddField(
            model_name="tagdefinition",
            name="color",
            field=models.CharField(
                default="#2f80ed",
                max_length=7,
                validators=[
                    django.core.validators.RegexValidator(
                        "^#[0-9a-fA-F]{6}\\Z", "A colour looks like #2f80ed."
                    )
                ],
                verbose_name="colour",
            ),
        ),
    ]
