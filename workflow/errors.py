"""Reasons why a report is refused."""

from django.utils.translation import gettext_lazy as _


class WorkflowError(Exception):
    """The message is shown to the user who acts."""

    message = _("This is not possible.")

    def __str__(self) -> str:
        return str(self.message)


class NotYourVisit(WorkflowError):
    message = _("This visit is no longer on your list.")


class NotYet(WorkflowError):
    message = _("You can tell what happened once the visit has begun.")
