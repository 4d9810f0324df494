from django.db import migrations

from accounts.phone_migration import write_e164


def to_e164(apps, schema_editor):
    write_e164(apps.get_model("departments", "Department").objects, "phone")


class Migration(migrations.Migration):
    dependencies = [("departments", "0006_changes_move_to_accounts")]

    operations = [migrations.RunPython(to_e164, migrations.RunPython.noop)]
