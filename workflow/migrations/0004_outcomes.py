from django.db import migrations, models

REPORTS = "UPDATE workflow_report SET outcome = '{new}' WHERE outcome = '{old}'"
CHANGES = """
UPDATE accounts_change SET
    before = CASE
        WHEN before ->> 'outcome' = '{old}' THEN before || '{{"outcome": "{new}"}}' ELSE before
    END,
    after = CASE
        WHEN after ->> 'outcome' = '{old}' THEN after || '{{"outcome": "{new}"}}' ELSE after
    END
WHERE verb = 'report' AND '{old}' IN (before ->> 'outcome', after ->> 'outcome')
"""


def rename(old, new):
    return [sql.format(old=old, new=new) for sql in (REPORTS, CHANGES)]


class Migration(migrations.Migration):
    dependencies = [("workflow", "0003_earlier_reports_are_changes")]

    operations = [
        migrations.AlterField(
            model_name="report",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("done", "Done"),
                    ("partly", "Partly done"),
                    ("no_contact", "No contact"),
                    ("declined", "Declined"),
                    ("in_hospital", "In hospital"),
                    ("unable", "Could not be done"),
                ],
                max_length=15,
                verbose_name="what happened",
            ),
        ),
        migrations.RunSQL(
            rename("not_available", "no_contact"), rename("no_contact", "not_available")
        ),
    ]
