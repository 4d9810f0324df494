import django.db.models.deletion
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations, models
from django.utils import timezone

ROWS = 1000


def bring_sessions(apps, schema_editor):
    """People stay logged in. What was kept for strangers, and what has expired, goes."""
    old_sessions = apps.get_model("sessions", "Session").objects
    User, UserSession = (apps.get_model("accounts", name) for name in ("User", "UserSession"))
    users = {str(pk) for pk in User.objects.values_list("pk", flat=True)}
    store = SessionStore()  # its salt is that of every engine with this class name
    sessions = []
    valid = old_sessions.filter(expire_date__gt=timezone.now())
    for session in valid.iterator(chunk_size=ROWS):
        user = store.decode(session.session_data).get(SESSION_KEY)
        if user in users:
            sessions.append(
                UserSession(
                    session_key=session.session_key,
                    session_data=session.session_data,
                    expire_date=session.expire_date,
                    user_id=user,
                )
            )
    UserSession.objects.bulk_create(sessions, ignore_conflicts=True, batch_size=ROWS)
    old_sessions.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_changes_of_addresses"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="UserSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        verbose_name="session key",
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.RunPython(bring_sessions, migrations.RunPython.noop),
    ]
