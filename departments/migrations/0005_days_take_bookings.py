from django.db import migrations, models


def mark_closed_days(apps, schema_editor):
    """Days that are set closed take no bookings. Public holidays follow when the days are laid
    out at night."""
    SpecialDay = apps.get_model("departments", "SpecialDay")
    Day = apps.get_model("departments", "Day")
    closed = SpecialDay.objects.filter(hours__isnull=True).values_list("department", "date")
    for department_id, date in closed:
        Day.objects.filter(department=department_id, date=date).update(takes_bookings=False)


class Migration(migrations.Migration):
    dependencies = [("departments", "0004_times_away")]

    operations = [
        migrations.AddField(
            model_name="day",
            name="takes_bookings",
            field=models.BooleanField(default=True),
        ),
        migrations.RunPython(mark_closed_days, migrations.RunPython.noop),
    ]
