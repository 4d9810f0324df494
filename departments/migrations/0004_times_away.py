import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

import database.expressions


def take_over_withdrawn_shifts(apps, schema_editor):
    """A withdrawn shift is now away in the minutes of its person's absences.

    It stays away all the time when the person has another shift meanwhile: nobody can be in
    both, and the other one was given to them because this one was withdrawn.
    """
    Shift = apps.get_model("departments", "Shift")
    Absence = apps.get_model("departments", "Absence")
    TimeAway = apps.get_model("departments", "TimeAway")
    for shift in Shift.objects.filter(withdrawn_by__isnull=False):
        whole = [(shift.withdrawn_by_id, shift.starts_at, shift.ends_at)]
        meanwhile = {"starts_at__lt": shift.ends_at, "ends_at__gt": shift.starts_at}
        shares = []
        if shift.person_id and not (
            Shift.objects.filter(person=shift.person_id, **meanwhile).exclude(pk=shift.pk).exists()
        ):
            until = shift.starts_at
            absences = Absence.objects.filter(person=shift.person_id, **meanwhile)
            for absence in absences.order_by("starts_at", "ends_at", "pk"):
                starts_at = max(absence.starts_at, until)
                ends_at = min(absence.ends_at, shift.ends_at)
                if starts_at < ends_at:
                    shares.append((absence.pk, starts_at, ends_at))
                    until = ends_at
        for absence_id, starts_at, ends_at in shares or whole:
            TimeAway.objects.create(
                shift=shift, absence_id=absence_id, starts_at=starts_at, ends_at=ends_at
            )
            if shift.away and shift.away[-1] == starts_at:
                shift.away[-1] = ends_at
            else:
                shift.away += [starts_at, ends_at]
        shift.is_withdrawn = shift.away == [shift.starts_at, shift.ends_at]
        shift.save(update_fields=["away", "is_withdrawn"])
    # Tables with pending checks of foreign keys can't be altered.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("departments", "0003_days_are_closed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TimeAway",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "absence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="times_away",
                        to="departments.absence",
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="times_away",
                        to="departments.shift",
                    ),
                ),
                (
                    "replacement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="departments.shift",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "times away",
                "ordering": ["starts_at"],
            },
        ),
        migrations.AddConstraint(
            model_name="timeaway",
            constraint=models.UniqueConstraint(
                fields=("shift", "absence"), name="one_time_away_per_shift_and_absence"
            ),
        ),
        migrations.AddConstraint(
            model_name="timeaway",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="time_away_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="timeaway",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("shift", "="),
                    (database.expressions.TsTzRange("starts_at", "ends_at"), "&&"),
                ],
                name="no_minute_away_twice",
            ),
        ),
        migrations.AddField(
            model_name="shift",
            name="away",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateTimeField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="shift",
            name="is_withdrawn",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(take_over_withdrawn_shifts, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name="shift",
            name="no_one_in_two_shifts",
        ),
        migrations.RemoveField(
            model_name="shift",
            name="withdrawn_by",
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("is_withdrawn", False), ("person__isnull", False)),
                expressions=[
                    ("person", "="),
                    (database.expressions.TsTzRange("starts_at", "ends_at"), "&&"),
                ],
                name="no_one_in_two_shifts",
                violation_error_message="This person already works at that time.",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("away", []),
                    models.Q(
                        django.db.models.lookups.GreaterThanOrEqual(
                            database.expressions.FirstItem("away"), models.F("starts_at")
                        ),
                        django.db.models.lookups.LessThanOrEqual(
                            database.expressions.LastItem("away"), models.F("ends_at")
                        ),
                    ),
                    _connector="OR",
                ),
                name="times_away_within_shift",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "is_withdrawn",
                        django.db.models.lookups.Exact(
                            models.F("away"),
                            database.expressions.TimestampArray("starts_at", "ends_at"),
                        ),
                    )
                ),
                name="withdrawn_when_away_all_the_time",
            ),
        ),
    ]
