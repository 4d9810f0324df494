from django.db import migrations

TAKE_OVER = """
INSERT INTO accounts_change (
    at, actor_id, verb, department_id, subject_id, object_type, object_id, before, after, reason
)
SELECT old.at, old.by_id, old.what, old.department_id, employee.person_id,
    CASE WHEN employee.id IS NULL THEN '' ELSE 'departments.employee' END, employee.id,
    old.before, old.after, old.reason
FROM departments_configurationchange old
LEFT JOIN departments_employee employee ON employee.id::text = old.after ->> 'employee'
ORDER BY old.at, old.id
"""
GIVE_BACK = """
INSERT INTO departments_configurationchange
    (at, by_id, what, department_id, before, after, reason)
SELECT at, actor_id, verb, department_id, before,
    CASE
        WHEN object_type = 'departments.employee'
        THEN after || jsonb_build_object('employee', object_id)
        ELSE after
    END,
    reason
FROM accounts_change
WHERE department_id IN (SELECT id FROM departments_department)
    AND verb IN (
        'add_opening_hours', 'change_opening_hours', 'split_opening_hours',
        'remove_opening_hours', 'set_special_day', 'remove_special_day', 'undo', 'add_service',
        'change_service', 'add_qualification', 'add_employee', 'change_employment',
        'accept_employment', 'change_settings'
    )
ORDER BY at, id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_changes"),
        ("departments", "0005_days_take_bookings"),
    ]

    operations = [
        migrations.RunSQL(TAKE_OVER, GIVE_BACK),
        # Tables with pending checks of foreign keys can't be altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.DeleteModel(name="ConfigurationChange"),
    ]
