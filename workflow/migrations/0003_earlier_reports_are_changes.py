from django.db import migrations

# Notes are free text, of which changes only say that it was changed.
TAKE_OVER = """
INSERT INTO accounts_change (
    at, actor_id, verb, department_id, subject_id, object_type, object_id, before, after, reason
)
SELECT later.at, later.by_id, 'report', service.department_id, booking.recipient_id,
    'workflow.report', report.id,
    jsonb_build_object(
        'outcome', old.outcome, 'reason', old.reason, 'at', old.at, 'person', old.by_id
    ),
    jsonb_build_object(
        'outcome', later.outcome, 'name', service.name,
        'starts_at', visit.starts_at, 'ends_at', visit.ends_at
    ) || CASE
        WHEN later.note = old.note THEN '{}'::jsonb
        ELSE '{"changed": ["note"]}'::jsonb
    END,
    later.reason
FROM workflow_earlierreport old
JOIN (
    SELECT report_id, version, outcome, note, reason, by_id, at FROM workflow_earlierreport
    UNION ALL
    SELECT id, version, outcome, note, reason, by_id, at FROM workflow_report
) later ON later.report_id = old.report_id AND later.version = old.version + 1
JOIN workflow_report report ON report.id = old.report_id
JOIN booking_visit visit ON visit.id = report.visit_id
JOIN booking_booking booking ON booking.id = visit.booking_id
JOIN departments_service service ON service.id = booking.service_id
ORDER BY later.at, old.version
"""
GIVE_BACK = """
INSERT INTO workflow_earlierreport (report_id, version, outcome, note, reason, by_id, at)
SELECT change.object_id,
    row_number() OVER (PARTITION BY change.object_id ORDER BY change.at, change.id),
    change.before ->> 'outcome', '', change.before ->> 'reason',
    (change.before ->> 'person')::uuid, (change.before ->> 'at')::timestamptz
FROM accounts_change change
WHERE change.verb = 'report' AND change.object_id IN (SELECT id FROM workflow_report)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_changes"),
        ("departments", "0006_changes_move_to_accounts"),
        ("workflow", "0002_earlier_reports_are_kept"),
    ]

    operations = [
        migrations.RunSQL(TAKE_OVER, GIVE_BACK),
        # Tables with pending checks of foreign keys can't be altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.DeleteModel(name="EarlierReport"),
    ]
