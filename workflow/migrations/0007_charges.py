from django.db import migrations

# A booking that we could not carry out does not count in the quota.
UNABLE = """
UPDATE booking_booking SET uncharged_at = unable.at
FROM (
    SELECT visit.booking_id, max(report.at) AS at
    FROM workflow_report report JOIN booking_visit visit ON visit.id = report.visit_id
    GROUP BY visit.booking_id
    HAVING bool_and(report.outcome = 'unable')
) unable
WHERE unable.booking_id = booking_booking.id
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0021_charges"), ("workflow", "0006_whom_an_alarm_reached")]

    operations = [migrations.RunSQL(UNABLE, migrations.RunSQL.noop)]
