from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_invitation_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name="accesslogentry",
            name="as_duty_lead",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
