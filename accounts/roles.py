"""The roles of which a user chooses one at a time."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """Those of employees have the values of ``Employee.Role``, and cover all departments in which
    the user has them. ``PRIVATE`` is a recipient, and a guardian or helper
    of others."""

    ADMINISTRATOR = "administrator", _("Administrator")
    CARE_WORKER = "care_worker", _("Care worker")
    CASE_WORKER = "case_worker", _("Case worker")
    COORDINATOR = "coordinator", _("Coordinator")
    PRIVATE = "private", _("Myself, and those I act for")


# The role in a request of somebody who has several and has not chosen yet: no rights.
NOT_CHOSEN = "not_chosen"
