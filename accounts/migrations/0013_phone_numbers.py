from django.db import migrations, models
from django.db.models import F

from accounts.phone_migration import write_e164


def to_e164(apps, schema_editor):
    write_e164(apps.get_model("accounts", "User").objects, "phone")
    changes = apps.get_model("accounts", "AddressChange").objects.filter(channel="sms")
    write_e164(changes, "address", "old_address")


def confirm(apps, schema_editor):
    """Numbers that their users have changed themselves, by a code."""
    by_code = apps.get_model("accounts", "AddressChange").objects.filter(
        channel="sms", made_at__isnull=False, attempts__gt=0, by=F("user")
    )
    apps.get_model("accounts", "User").objects.filter(
        pk__in=by_code.filter(address=F("user__phone")).values("user")
    ).update(phone_is_confirmed=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_rotated_session_keys")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="phone_is_confirmed",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(to_e164, migrations.RunPython.noop),
        migrations.RunPython(confirm, migrations.RunPython.noop),
    ]
