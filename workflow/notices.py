"""The text of alarms about visits without contact."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import dates
from accounts.messages.notices import Words
from departments.phones import staff_phone_of
from workflow.models import NoContact


def no_contact_words(found: NoContact) -> Words:
    """No name, address or service: the page behind the log-in has them."""
    department = found.visit.day.department
    return Words(
        subject=_("A visit is without contact"),
        lines=(
            _("A visit is without contact since %(time)s.") % {"time": dates.hm(found.opened_at)},
            _("Log in to see it, and call the carer."),
        ),
        path=reverse("workflow:today", args=[department.pk]),
        phone=staff_phone_of(department),
    )
