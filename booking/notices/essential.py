"""Messages to a department's administrators about essential services that are not booked."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.messages.notices import Notice, Topic, Words, register
from accounts.models import Message
from booking.queries.essential import unbooked
from departments.models import Department, Employee

UNBOOKED = "essential.unbooked"


def register_all() -> None:
    register(Notice(UNBOOKED, Topic.BY_OTHERS, compose_unbooked))


def compose_unbooked(message: Message) -> Words | None:
    """The number of grants, without names. None when all are booked by now, or when the user
    is no longer an administrator."""
    assert message.about_id is not None
    today = timezone.localdate()
    department = Department.objects.filter(pk=message.about_id).first()
    if department is None or message.user is None:
        return None
    administrators = Employee.objects.active(today).administrators()
    if not administrators.filter(department=department, person=message.user).exists():
        return None
    granted_by = [message.facts["period"]]
    last = dt.date.fromisoformat(message.facts["last_day"])
    count = unbooked(department, today, most=1, granted_by=granted_by, last=last).count
    if not count or today > last:
        return None
    text = ngettext(
        "%(count)s essential service is not booked, and the week or month soon ends.",
        "%(count)s essential services are not booked, and the week or month soon ends.",
        count,
    )
    return Words(
        subject=_("Something essential is not booked"),
        lines=(text % {"count": count}, _("You see whose on the page of today.")),
        path=reverse("home"),
    )
