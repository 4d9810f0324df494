from django.db import migrations

from accounts.phone_migration import write_e164


def to_e164(apps, schema_editor):
    write_e164(apps.get_model("booking", "Recipient").objects, "phone")


class Migration(migrations.Migration):
    dependencies = [("booking", "0010_who_added_a_recipient")]

    operations = [migrations.RunPython(to_e164, migrations.RunPython.noop)]
