"""Reasons why a report, or the closing of a day, is refused."""

from django.utils.translation import gettext_lazy as _

from workflow.models import Report


class WorkflowError(Exception):
    """The message is shown to the user who acts."""

    message = _("This is not possible.")

    def __str__(self) -> str:
        return str(self.message)


class NotYourVisit(WorkflowError):
    message = _("This visit is no longer on your list.")


class TakenOff(NotYourVisit):
    """The user had the visit; it is on another list now, or on none."""

    message = _("You were taken off this visit.")


class VisitGone(NotYourVisit):
    message = _("This visit was moved or cancelled.")


class NotYet(WorkflowError):
    message = _("You can record what happened from one hour before the visit.")


class DayClosed(WorkflowError):
    """The user is no administrator, and the department has closed the day."""

    message = _("This day is closed. Tell the department what happened: they can still record it.")


class ReasonMissing(WorkflowError):
    message = _("The day is closed. Write why you record it now.")


class ReportedByAnother(WorkflowError):
    """Somebody else has reported the visit since the user's page was made."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report

    def __str__(self) -> str:
        return str(_("%(name)s has recorded this one.")) % {"name": self.report.by.full_name}


class TooLateToUndo(WorkflowError):
    message = _("This can't be undone any more. You can still change what is recorded.")


class NotConfirmed(WorkflowError):
    """The visit is without contact, and the report says nothing of who met the recipient."""

    message = _("This visit is without contact. Write how the person was seen or spoken to.")


class NotConfirmedYet(WorkflowError):
    message = _("It can be closed when somebody has seen or spoken to the person.")


class DayNotOver(WorkflowError):
    message = _("The day can be closed when all its shifts and visits are over.")


class VisitsUntold(WorkflowError):
    """Visits of the day have no report. The caller may close it all the same."""

    message = _("Some visits of the day are not recorded.")
