import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("departments", "0010_kind_of_time"),
    ]

    operations = [
        migrations.CreateModel(
            name="DutyMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="departments.department",
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="duty_marks",
                        to="departments.shift",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="shift",
            name="duty_for",
            field=models.ManyToManyField(
                related_name="+", through="departments.DutyMark", to="departments.department"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutymark",
            constraint=models.UniqueConstraint(
                fields=("shift", "department"), name="one_duty_mark_per_department"
            ),
        ),
    ]
