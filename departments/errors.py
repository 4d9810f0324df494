"""Reasons why a change in a department is refused."""

from django.utils.translation import gettext_lazy as _


class DepartmentsError(Exception):
    """The message is shown to the administrator who makes the change."""

    message = _("This is not possible.")

    def __str__(self) -> str:
        return str(self.message)


class AlreadyWorking(DepartmentsError):
    message = _("This person already works at that time.")


class AlreadyEmployed(DepartmentsError):
    message = _(
        "This person has this role here already. Change from and until on the person's own page."
    )


class HasLogIn(DepartmentsError):
    message = _("This person has accepted an invitation and can log in.")


class KeyReused(DepartmentsError):
    message = _("This form was used before. Open the page again, and send it once more.")


class LastAdministrator(DepartmentsError):
    message = _("Nobody else administers this department then. Add another administrator first.")


class NotAdministrator(DepartmentsError):
    message = _("Only an administrator can be the leader.")


class OwnLeadership(DepartmentsError):
    message = _("Another administrator decides whether you are the leader.")


class NotEmployed(DepartmentsError):
    message = _("This person does not work here on that date.")


class OutsideAgencyHours(NotEmployed):
    message = _("The shift is outside the hours that this person works here.")


class IsAbsent(DepartmentsError):
    message = _("This person is away at that time.")


class NoticeTooLong(DepartmentsError):
    message = _(
        "Nobody could book anything: people book at most this long ahead. Write a shorter time,"
        " or let them book more days ahead."
    )


class ShiftIsOver(DepartmentsError):
    message = _("This shift is over and can't be changed.")


class AskedForByHours(DepartmentsError):
    message = _("This shift follows from the opening hours. Change those instead.")


class HoursAreOver(DepartmentsError):
    message = _("This period has ended before that date. Add a new period instead.")


class CannotBeUndone(DepartmentsError):
    message = _("This can't be undone any more: something has changed since, or the day has come.")


class NameTaken(DepartmentsError):
    message = _("There is already a service with this name.")
