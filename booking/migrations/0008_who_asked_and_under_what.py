"""Whose messages are whose, who wished, and under which mandate a series was made.

What stands already goes on as it was: guardians of people without a log-in are told in
their place, wishes are the recipients' own, and a series that somebody else made hangs on
the mandate that they made it under.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def keep_as_it_was(apps, schema_editor):
    mandates = apps.get_model("booking", "Mandate").objects
    mandates.filter(kind="guardian", recipient__user=None).update(is_told=True)
    wishes = apps.get_model("booking", "SlotWish").objects
    wishes.filter(recipient__user=None).delete()  # nobody was ever told
    recipients = apps.get_model("booking", "Recipient").objects
    wished = recipients.filter(pk=OuterRef("recipient")).values("user")
    wishes.update(by=Subquery(wished))
    made_under = mandates.filter(recipient=OuterRef("recipient"), holder=OuterRef("by"))
    series = apps.get_model("booking", "BookingSeries").objects
    series.exclude(by=F("recipient__user")).update(
        mandate=Subquery(made_under.order_by("-given_at").values("pk")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0007_wishes_for_a_day"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="mandate",
            name="is_told",
            field=models.BooleanField(default=False, verbose_name="gets the messages"),
        ),
        migrations.AddField(
            model_name="bookingseries",
            name="mandate",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="booking.mandate",
            ),
        ),
        migrations.AddField(
            model_name="slotwish",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(keep_as_it_was, migrations.RunPython.noop),
        # What the rows above put off must be checked before their tables change again.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="slotwish",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RemoveConstraint(model_name="slotwish", name="one_wish_per_service_and_day"),
        migrations.AddConstraint(
            model_name="slotwish",
            constraint=models.UniqueConstraint(
                fields=("recipient", "service", "date", "by"),
                name="one_wish_per_service_and_day",
            ),
        ),
    ]
