"""How many days are left on which essential help can still be given."""

from django.db import models

from booking.models.grants import Grant


class Slack(models.Model):
    """The number of days with a free time that an unbooked essential grant had when it was last
    counted, at night. It only orders the list of unbooked help; the list counts the days that it
    shows again."""

    grant = models.OneToOneField(
        Grant, primary_key=True, on_delete=models.CASCADE, related_name="slack"
    )
    days = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.days} days"
